#!/bin/bash
# same.sh -- the same answer: translations and scores of real sentences are the same bytes for any batch and any
# number of threads, on every instruction set that the processor has.
#
#   bench/same.sh MODEL SOURCE TARGET [LINES [BUILD]]     plain or .gz; 1000 lines; build/release
#
# Batch 1, 7, 64 x threads 1, 2 x beam 1, 5: all of the beam with word scores, and JSON with all weights; then
# score, with word scores. ISAS in the environment: only these.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
model=$1 source=$2 target=$3 n=${4:-1000}
lookback=${LOOKBACK:-$(cd "${5:-$root/build/release}" && pwd)/lookback}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

first_lines() { { gzip -cdf <"$1" 2>/dev/null || true; } | head -n "$n"; }
first_lines "$source" >"$work/s"
first_lines "$target" >"$work/t"
[ "$(wc -l <"$work/s")" = "$n" ] || { echo "$source has not $n lines" >&2; exit 1; }
failed=0 compared=0

check() { # check NAME COMMAND...: the first output of this name is what the others must equal
    local name=$1
    shift
    "$@" >"$work/out" 2>/dev/null || { echo "FAILED: $*" >&2; exit 1; }
    [ -s "$work/out" ] || { echo "no output: $*" >&2; exit 1; }
    [ -e "$work/$name" ] || { mv "$work/out" "$work/$name"; return 0; }
    compared=$((compared + 1))
    cmp -s "$work/out" "$work/$name" || { echo "differs: $*"; failed=$((failed + 1)); }
}

for isa in ${ISAS:-avx512 avx2 baseline}; do
    if ! LOOKBACK_ISA=$isa "$lookback" translate -m "$model" </dev/null >/dev/null 2>&1; then
        echo "$isa: skipped, this processor does not have it"
        continue
    fi
    export LOOKBACK_ISA=$isa
    compared=0
    for threads in 1 2; do
        for batch in 64 7 1; do
            for beam in 1 5; do
                best=$beam
                check "$isa-$beam-best" "$lookback" translate -m "$model" --threads $threads --batch $batch -b $beam \
                    --n-best $best --word-scores "$work/s"
                check "$isa-$beam-json" "$lookback" translate -m "$model" --threads $threads --batch $batch -b $beam \
                    --json --alignment soft "$work/s"
            done
            check "$isa-score" "$lookback" score -m "$model" --threads $threads --batch $batch --word-scores \
                "$work/s" "$work/t"
        done
    done
    echo "$isa: $n sentences, $compared outputs compared, $failed differ"
done
[ $failed = 0 ]
