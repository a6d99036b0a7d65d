#!/bin/sh
# big.sh -- data larger than memory: trains on ten million generated sentence pairs with `memory: 1G`, once
# with vocabularies of words and once with SentencePiece, and prints the seconds to the first update and the
# peak resident memory of each run. Everything lies in a temporary folder that is removed at the end.
#
#   bench/big.sh [LOOKBACK [PAIRS [UPDATES]]]      KEEP=DIR: data is made there once, and stays
set -eu
lookback=${1:-build/lookback}
pairs=${2:-10000000}
updates=${3:-300}
memory=${MEMORY:-1G}
dir=${KEEP:-$(mktemp -d "${TMPDIR:-/tmp}/lookback-big-XXXXXX")}
mkdir -p "$dir"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

# A sentence is two to four phrases of a few words; its translation has the phrases' translations, in reverse
# order. 4,000 phrases, 20,000 words of each language made of syllables, some much more frequent than others.
generate() {
    awk -v n="$pairs" -v source="$dir/train.src" -v target="$dir/train.tgt" '
    function word(i, syllables,   w) {
        for (w = ""; i > 0 || w == ""; i = int(i / 60))
            w = w substr(syllables, 1 + 2 * (i % 60), 2)
        return w
    }
    function below(n) { return int(n * rand()) }
    BEGIN {
        srand(1)
        for (i = 0; i < 60; i++) {
            from = from substr("bdfgklmnprst", 1 + i % 12, 1) substr("aeiou", 1 + int(i / 12), 1)
            to = to substr("aeiou", 1 + i % 5, 1) substr("bcdghjlmnrvz", 1 + int(i / 5), 1)
        }
        for (p = 0; p < 4000; p++)
            for (k = 1 + below(6); k > 0; k--) {
                w = int(20000 * rand() ^ 3)
                s[p] = s[p] word(w, from) " "
                t[p] = word(w, to) " " t[p]
            }
        for (i = 0; i < n; i++) {
            a = b = ""
            for (k = 2 + below(3); k > 0; k--) {
                p = below(4000)
                a = a s[p]
                b = t[p] b
            }
            print a > source
            print b > target
        }
    }'
}

settings="model.encoder.hidden=256 model.decoder.hidden=256 model.encoder.embedding=128
    model.decoder.embedding=128 train.max_steps=$updates train.report_steps=10 train.memory=$memory
    train.batch.sentences=64"

# The kernel's own mark of the process, read while it runs: VmHWM only ever grows.
peak_mib() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status" 2>/dev/null | awk '{ print int($1 / 1024) }'
}

# Seconds of processor time so far, of all its threads.
cpu_seconds() {
    awk -v tick="$(getconf CLK_TCK)" '{ print int(($14 + $15) / tick) }' "/proc/$1/stat" 2>/dev/null
}

train() {
    model=$dir/model-$1
    rm -rf "$model"
    printf 'data:\n  train: { source: %s, target: %s }\n  source: { level: %s, size: 8000 }\n  target: { level: %s, size: 8000 }\n' \
        "$dir/train.src" "$dir/train.tgt" "$1" "$1" >"$dir/$1.yaml"
    begin=$(date +%s)
    GOMP_SPINCOUNT=20000 "$lookback" train "$dir/$1.yaml" model_dir="$model" $settings ${THREADS:+--threads "$THREADS"} \
        2>"$dir/$1.log" &
    process=$!
    first='' peak=0
    while now=$(peak_mib $process) && [ -n "$now" ]; do
        peak=$now
        # the state of step 0 is written just before the first update
        [ -n "$first" ] || [ ! -e "$model/train.safetensors" ] ||
            first="$(($(date +%s) - begin)) s ($(cpu_seconds $process) s of processor time)"
        sleep 0.2
    done
    wait $process || { cat "$dir/$1.log" >&2; exit 1; }
    echo "$1: first update after ${first:-?}; peak $peak MiB of $memory; $updates updates in $(($(date +%s) - begin)) s"
    cat "$dir/$1.log"
}

[ -s "$dir/train.tgt" ] || generate
ls -lL "$dir/train.src" "$dir/train.tgt" | awk '{ bytes += $5 } END { printf "%.2f GB of text\n", bytes / 1e9 }'
for level in ${LEVELS:-word sentencepiece}; do
    train "$level"
done
