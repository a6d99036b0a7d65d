#!/usr/bin/env bash
# Train an attention model on Multi30k and measure it on test_2016_flickr.
#
#     recipes/multi30k.sh en-de                                  # multi30k-rnn.yaml
#     recipes/multi30k.sh en-de transformer                      # multi30k-transformer.yaml, last 10 averaged
#     recipes/multi30k.sh en-de model.attention.score=none       # the same without attention; any key=value
#
# Works on the tokenised, lower-cased files of multi30k/tok under LOOKBACK_DATA (default ../shared/data beside the
# checkout). Writes models/multi30k-PAIR[-transformer][-SCORE]/: the model, the outputs, and results.txt with BLEU of the whole
# test set and of four buckets of source length. Goes on where it was stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${LOOKBACK_DATA:-../shared/data}/multi30k/tok
lookback=${LOOKBACK:-build/release/lookback}
[ $# -ge 1 ] || { sed -n '2,/^set/p' "$0" | grep '^#' | cut -c3-; exit 2; }
pair=$1; shift
kind=rnn
case ${1:-} in rnn | transformer) kind=$1; shift ;; esac
source=${pair%-*} target=${pair#*-}
[ -f "$data/train.lc.norm.tok.$source.gz" ] || { echo "skipped: no data in $data"; exit 0; }
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }

score=$(printf '%s\n' "$@" | sed -n 's/^model\.attention\.score=//p')
dir=models/multi30k-$pair${score:+-$score}
[ "$kind" = rnn ] || dir=models/multi30k-$pair-$kind${score:+-$score}
mkdir -p "$dir"
file() { echo "$data/$1.lc.norm.tok.$2.gz"; }

if [ ! -f "$dir/done" ]; then
    resume=; [ -f "$dir/train.safetensors" ] && resume=--resume
    "$lookback" train "recipes/multi30k-$kind.yaml" $resume model_dir="$dir" \
        data.train.source="$(file train "$source")" data.train.target="$(file train "$target")" \
        data.valid.source="$(file val "$source")" data.valid.target="$(file val "$target")" "$@"
    touch "$dir/done"
fi

model=$dir
if [ "$kind" = transformer ]; then
    model=$dir/average
    [ -d "$model" ] || "$lookback" average "$dir" --last 10 -o "$model"
fi

zcat "$(file test_2016_flickr "$source")" > "$dir/test.$source"
zcat "$(file test_2016_flickr "$target")" > "$dir/test.$target"
"$lookback" translate -m "$model" --beam 5 < "$dir/test.$source" > "$dir/test.out"

bleu() { "$lookback" eval bleu "$1" "$2" --tokenize none | head -1; }
{
    echo "test_2016_flickr $pair, beam 5, tokenised and lower-cased, no further tokenisation: $*"
    bleu "$dir/test.out" "$dir/test.$target"
    "$lookback" eval bleu "$dir/test.out" "$dir/test.$target" --tokenize none | tail -n +2
    for bucket in 1-9 10-12 13-15 16-99; do
        paste -d '\t' "$dir/test.$source" "$dir/test.out" "$dir/test.$target" |
            awk -F '\t' -v low="${bucket%-*}" -v high="${bucket#*-}" -v dir="$dir" \
                '{ n = split($1, w, " ") } n >= low && n <= high { print $2 > dir "/part.out"; print $3 > dir "/part.ref" }'
        printf '%5s source words, %4d sentences: ' "$bucket" "$(wc -l < "$dir/part.ref")"
        bleu "$dir/part.out" "$dir/part.ref"
        rm -f "$dir/part.out" "$dir/part.ref"
    done
} | tee "$dir/results.txt"
