#!/usr/bin/env bash
# Train language models of the German side of Multi30k: Transformer layers, and recurrent ones of as many parameters.
#
#     recipes/lm.sh                                  # transformer and lstm, 8 epochs each
#     recipes/lm.sh transformer train.epochs=4       # one of transformer, lstm, gru; any key=value
#
# Works on multi30k under LOOKBACK_DATA (default ../shared/data beside the checkout). Writes models/lm-CELL/, and
# models/lm-results.txt with the perplexity, per piece and per word, of validation and test_2016_flickr. Goes on where
# it was stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${LOOKBACK_DATA:-../shared/data}/multi30k
lookback=${LOOKBACK:-build/release/lookback}
[ -f "$data/train.de.gz" ] || { echo "skipped: no data in $data"; exit 0; }
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
cells="transformer lstm"
case ${1:-} in transformer | lstm | gru) cells=$1 && shift ;; esac

mkdir -p models
: >models/lm-results.txt
for cell in $cells; do
    case $cell in transformer) width=192 ;; lstm) width=224 ;; gru) width=256 ;; esac # 2.1 to 2.2 million parameters
    dir=models/lm-$cell
    if [ ! -f "$dir/done" ]; then
        resume=; [ -f "$dir/train.safetensors" ] && resume=--resume
        "$lookback" train recipes/lm.yaml $resume model_dir="$dir" model.decoder.cell="$cell" \
            model.decoder.hidden=$width data.train.text="$data/train.de.gz" data.valid.text="$data/val.de.gz" "$@"
        touch "$dir/done"
    fi
    for set in val test_2016_flickr; do
        echo "$cell $set: $("$lookback" score -m "$dir" --summary "$data/$set.de.gz")" | tee -a models/lm-results.txt
    done
done
