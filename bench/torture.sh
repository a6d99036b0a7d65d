#!/bin/bash
# torture.sh -- what a model folder must survive, at length: prints one line of figures for each part.
#
#   bench/torture.sh [BUILD [ASAN]]     build folders: build/release; one of preset asan as well, if it is named
#
# Kills: 50 while a file is written (every step is saved), 20 at random moments; then files that may not grow and,
# where mounting is allowed, a file system of 16 MB that fills; signals; then damaged files: each file of a model
# cut short at every fiftieth part, 10,000 times a byte of it changed (in ASAN: 10,000 in all files together).
set -eu -o pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
asan=${2:+$(cd "$2" && pwd)}
export LOOKBACK=$build/lookback SOURCE_DIR=$root
. "$root/tests/system/tiny.sh"
. "$root/tests/system/crash_parts.sh"

tiny_data 400
crash_config m
big_config big
killed_runs kill_saving "${KILLS_SAVING:-50}" big.yaml 25 train.validate_every.steps=1
killed_runs kill_at_random "${KILLS:-20}" m.yaml 600 train.validate_every.steps=25
full_disk
export MOST_MS=2000
terminated
signals

# A small file system in training: there is room for two states, and for four of the many checkpoints asked for.
small_disk() {
    local rc=0 state weights
    local run=("$LOOKBACK" train m.yaml --quiet --threads 1 train.max_steps=60 train.validate_every.steps=5
        model.encoder.hidden=96 model.decoder.hidden=96)
    mkdir -p disk
    if ! mount -t tmpfs -o size=16m tmpfs disk 2>/dev/null; then
        echo "a file system of 16 MB: skipped, mounting is not allowed"
        return
    fi
    trap 'umount "$work/disk"; rm -rf "$work"' EXIT
    expect 0 "${run[@]}" model_dir=whole --overwrite train.keep=3
    state=$(stat -c %s whole/train.safetensors) weights=$(stat -c %s whole/model.safetensors)
    head -c $(((16 << 20) - 2 * state - 5 * weights)) /dev/zero >disk/filler
    "${run[@]}" model_dir=disk/m train.keep=50 2>err || rc=$?
    [ $rc = 1 ] || die "exit $rc on a disk that is full: $(cat err)"
    lines 1 err
    has 'No space left' err
    cat err
    no_left_overs disk
    expect 0 "$LOOKBACK" translate -m disk/m data/test.src
    lines 60 out
    rm disk/filler
    expect 0 "${run[@]}" model_dir=disk/m train.keep=3 --resume
    same_runs whole disk/m
    echo "a file system of 16 MB that filled: one line, nothing lost, the same bytes once there was room"
    umount disk
    trap 'rm -rf "$work"' EXIT
}
small_disk

damage() { # damage BUILD FLIPS: so many changed bytes in each file
    echo "damaged files, $2 bytes changed in each (${1##*/}):"
    (cd "$root/tests" && DAMAGE_FLIPS=$2 "$1/tests/test_damage" 2>&1 | grep -v '^\[')
}
damage "$build" "${FLIPS:-10000}"
[ -z "$asan" ] || damage "$asan" $((${FLIPS:-10000} / 5))
