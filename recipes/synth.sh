#!/usr/bin/env bash
# Make the text of a task of `lookback synth`, train a small model on it, and measure it against gold.
#
#     recipes/synth.sh lexicon rnn                                     # synth-rnn.yaml
#     recipes/synth.sh kvqa transformer                                # synth-transformer.yaml
#     recipes/synth.sh reverse rnn model.attention.score=uniform       # the control; any key=value
#     recipes/synth.sh lexicon rnn train.guide.links=models/synth-lexicon/train.align train.guide.weight=0.3
#
# Text is written to models/synth-TASK/, the model to models/synth-TASK-KIND[-SCORE][-guided]/ with outputs and
# results.txt: exact matches and tokens in their place of greedy decoding, and the alignment error of forced decoding
# against gold.
# THREADS=1 (default 2), LOOKBACK=PROGRAM. A model that is there is measured again, not trained.
set -euo pipefail
cd "$(dirname "$0")/.."
lookback=${LOOKBACK:-build/release/lookback}
threads=${THREADS:-2}
[ $# -ge 2 ] || { sed -n '2,/^set/p' "$0" | grep '^#' | cut -c3-; exit 2; }
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
task=$1 kind=$2; shift 2

data=models/synth-$task
score=$(printf '%s\n' "$@" | sed -n 's/^model\.attention\.score=//p')
guided=$(printf '%s\n' "$@" | grep -m 1 '^train\.guide\.' || true)
dir=$data-$kind${score:+-$score}${guided:+-guided}
pairs=10000
[ "$task" != kvqa ] || pairs=20000
[ -f "$data/test.align" ] || "$lookback" synth "$task" --n "$pairs" --valid 200 --test 1000 --seed 1 --out "$data"
mkdir -p "$dir"

# What a task needs that differs from the configuration, and why.
steps=1570 # ten epochs
[ "$kind" = rnn ] || steps=3000
options=()
case $task-$kind in
copy-rnn | reverse-rnn) # rows are blurred at first in sentences of 30 words
    steps=3000 ;;
kvqa-*) # finding the fact is learned all at once or not at all: texts of five facts show the way, dropout hides it
    options+=(model.encoder.dropout=0 model.decoder.dropout=0 train.learning_rate=0.003 train.source_unk_rate=0.05)
    steps=3750
    if [ -z "$guided" ]; then # a guide shows it as well, and is of one file
        [ -f "$data/few/train.src" ] ||
            "$lookback" synth kvqa --facts 5 --n "$pairs" --valid 0 --test 0 --seed 1 --out "$data/few"
        options+=(data.train.source="$data/few/train.src" data.train.target="$data/few/train.tgt")
    fi ;;
esac
if [ ! -f "$dir/done" ]; then
    "$lookback" train "recipes/synth-$kind.yaml" --overwrite --threads "$threads" model_dir="$dir" \
        data.train.source="$data/train.src" data.train.target="$data/train.tgt" \
        data.valid.source="$data/valid.src" data.valid.target="$data/valid.tgt" \
        train.max_steps="$steps" train.schedule.steps="$steps" "${options[@]}" "$@"
    touch "$dir/done"
fi

"$lookback" translate -m "$dir" --beam 1 --threads "$threads" < "$data/test.src" > "$dir/test.out"
{
    echo "$task $kind, $(wc -l < "$data/test.src") test pairs: $*"
    "$lookback" eval exact "$dir/test.out" "$data/test.tgt" | head -1
    if [ "$score" != none ]; then
        "$lookback" align -m "$dir" --threads "$threads" "$data/test.src" "$data/test.tgt" > "$dir/test.links"
        "$lookback" eval aer "$data/test.align" "$dir/test.links" | head -1
    fi
} | tee "$dir/results.txt"
