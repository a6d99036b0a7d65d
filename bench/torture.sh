#!/bin/bash
# torture.sh -- what a model folder must survive, at length: prints one line of figures for each part.
#
#   bench/torture.sh [BUILD]     BUILD: a build folder (build/release); one of preset asan is welcome too
#
# Kills: 50 during saving (every step is saved), 20 of a run that saves now and then; then a disk that is full,
# as a limit on files and, where mounting is allowed, as a file system of 16 MB; signals; then damaged files.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
export LOOKBACK=$build/lookback SOURCE_DIR=$root
. "$root/tests/system/tiny.sh"
. "$root/tests/system/crash_parts.sh"

tiny_data 400
crash_config m
killed_runs "${KILLS_SAVING:-50}" 150 train.validate_every.steps=1
killed_runs "${KILLS:-20}" 600 train.validate_every.steps=25
full_disk
terminated
signals

# A small file system: a model whose states fill it, then room is made.
small_disk() {
    local rc=0
    mkdir -p disk
    mount -t tmpfs -o size=16m tmpfs disk 2>/dev/null || { echo "a file system of 16 MB: skipped, mounting is not allowed"; return; }
    trap 'umount "$work/disk"; rm -rf "$work"' EXIT
    head -c 9000000 /dev/zero >disk/filler
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=whole --overwrite train.max_steps=60 \
        train.validate_every.steps=5 model.decoder.hidden=160
    "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=disk/m train.max_steps=60 train.keep=50 \
        train.validate_every.steps=5 model.decoder.hidden=160 2>err || rc=$?
    [ $rc = 1 ] || die "exit $rc on a disk that is full"
    lines 1 err
    has 'No space left' err
    cat err
    no_left_overs disk
    rm disk/filler
    expect 0 "$LOOKBACK" translate -m disk/m data/test.src
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=disk/m train.max_steps=60 train.keep=3 \
        train.validate_every.steps=5 model.decoder.hidden=160 --resume
    same_runs whole disk/m
    echo "a file system of 16 MB that filled: one line, nothing lost, the same bytes once there was room"
    umount disk
    trap 'rm -rf "$work"' EXIT
}
small_disk
(cd "$root/tests" && DAMAGE_FLIPS="${FLIPS:-10000}" "$build/tests/test_damage")
