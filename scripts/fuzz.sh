#!/bin/bash
# fuzz.sh SECONDS [ONLY] -- builds the fuzzers of tests/fuzz and runs each for so long, or only the one named.
# What they learn is kept in build/fuzz/corpus/NAME, what they find in build/fuzz/found/NAME; their messages
# are in build/fuzz/NAME.log. Prints, for each, the runs, the edges reached and the findings.
# Exit status 1 when one found something. A finding becomes a seed: copy it to tests/fuzz/seeds/NAME.
set -u
cd "$(dirname "$0")/.."
seconds=${1:-1800}
only=${2-}
build=${BUILD-build/fuzz}

if [ -z "${BUILD-}" ]; then
    command -v clang-14 >/dev/null || { echo "fuzzing needs clang-14 (Debian package clang-14)"; exit 1; }
    mkdir -p build
    cmake --preset fuzz >build/fuzz.log 2>&1 || { cat build/fuzz.log; exit 1; }
    cmake --build --preset fuzz || exit 1
fi

TMPDIR=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
export TMPDIR OMP_NUM_THREADS=1
export LSAN_OPTIONS=suppressions=$PWD/cmake/lsan.supp:print_suppressions=0
trap 'rm -rf "$TMPDIR"' EXIT

status=0
for source in tests/fuzz/fuzz_*.c; do
    name=${source##*/fuzz_}
    name=${name%.c}
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    corpus=$build/corpus/$name found=$build/found/$name log=$build/$name.log
    mkdir -p "$corpus" "$found"
    # "Words: FILES" in the head of a target: the texts in these sources are worth trying.
    words=$(sed -n 's/^ \* Words: //p' "$source")
    [ -z "$words" ] || grep -oh '"[[:alnum:]._-]\{2,\}"' $words | sort -u >"$build/$name.dict"
    "$build/tests/fuzz_$name" -max_total_time="$seconds" -max_len=8192 -timeout="${TIMEOUT:-120}" -rss_limit_mb=2048 \
        -use_value_profile=1 -print_final_stats=1 -artifact_prefix="$found/" \
        ${words:+-dict="$build/$name.dict"} "$corpus" "tests/fuzz/seeds/$name" >"$log" 2>&1
    result=$?
    [ $result -eq 0 ] || status=1
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    printf '%-14s %12s runs %7s edges  %s\n' "$name" "${runs:-?}" "${edges:-?}" \
        "$([ $result -eq 0 ] && echo 'nothing found' || grep -m1 -E 'ERROR|SUMMARY|Assertion' "$log" || echo "see $log")"
done
exit $status
