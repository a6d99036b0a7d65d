#!/usr/bin/env bash
# Make stories of 1 to 8 sentences and pages of 30 to 42 (lookback synth stories), train a model that copies, and
# measure it on texts whose names are all new.
#
#     recipes/stories.sh                                  # stories.yaml
#     recipes/stories.sh general                          # another name for the model, and
#     recipes/stories.sh additive model.attention.score=additive      # what it is trained with
#     recipes/stories.sh none model.copy.type=none model.copy.slots=0 data.source.size=0 data.target.size=0
#
# Text goes to models/stories/{texts,pages}, a model to models/stories/NAME with outputs and results.txt: exact answers
# of both, and how often attention's top word lies in the sentence that is the evidence, of the texts.
# THREADS=1 (default 2), LOOKBACK=PROGRAM. A model that is there is measured again, not trained.
set -euo pipefail
cd "$(dirname "$0")/.."
lookback=${LOOKBACK:-build/release/lookback}
threads=${THREADS:-2}
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
name=${1:-copy}
[ $# -eq 0 ] || shift

home=models/stories dir=models/stories/$name
[ -f $home/texts/test.src ] ||
    "$lookback" synth stories --n 60000 --valid 200 --test 1000 --sentences 1-8 --seed 1 --out $home/texts
[ -f $home/pages/test.src ] ||
    "$lookback" synth stories --n 2500 --valid 0 --test 200 --sentences 30-42 --seed 2 --out $home/pages
mkdir -p "$dir"
if [ ! -f "$dir/done" ]; then
    "$lookback" train recipes/stories.yaml --overwrite --threads "$threads" model_dir="$dir" \
        data.train.source=$home/texts/train.src data.train.source=$home/pages/train.src \
        data.train.target=$home/texts/train.tgt data.train.target=$home/pages/train.tgt \
        data.valid.source=$home/texts/valid.src data.valid.target=$home/texts/valid.tgt "$@"
    touch "$dir/done"
fi

exact() { # texts|pages
    "$lookback" translate -q -m "$dir" --threads "$threads" < "$home/$1/test.src" > "$dir/$1.out"
    printf '%s: %s\n' "$1" "$("$lookback" eval exact "$dir/$1.out" "$home/$1/test.tgt" | head -1)"
}
{
    echo "$name: $*"
    exact texts
    exact pages
    "$lookback" check -q -m "$dir" --threads "$threads" "$home/texts/test.src" --target "$home/texts/test.tgt" \
        --evidence "$home/texts/test.evidence" --one-map > "$dir/check.txt" || true
    grep '^hit@1' "$dir/check.txt" || true
} | tee "$dir/results.txt"
