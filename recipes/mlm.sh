#!/usr/bin/env bash
# Train a model that guesses masked words on the German side of Multi30k.
#
#     recipes/mlm.sh                      # 16 epochs
#     recipes/mlm.sh train.epochs=4       # any key=value
#
# Works on multi30k under LOOKBACK_DATA (default ../shared/data beside the checkout). Writes models/mlm/, and
# models/mlm-results.txt: the best validation, and how often the word in the middle of a sentence of test_2016_flickr,
# masked, is guessed right. Goes on where it was stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${LOOKBACK_DATA:-../shared/data}/multi30k
lookback=${LOOKBACK:-build/release/lookback}
[ -f "$data/train.de.gz" ] || { echo "skipped: no data in $data"; exit 0; }
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }

dir=models/mlm
if [ ! -f "$dir/done" ]; then
    resume=; [ -f "$dir/train.safetensors" ] && resume=--resume
    "$lookback" train recipes/mlm.yaml $resume model_dir="$dir" \
        data.train.text="$data/train.de.gz" data.valid.text="$data/val.de.gz" "$@"
    touch "$dir/done"
fi
# The word in the middle of each sentence is hidden.
zcat "$data/test_2016_flickr.de.gz" >"$dir/test.de"
awk '{ i = int((NF + 1) / 2); w = $i; $i = "[MASK]"; print }' "$dir/test.de" >"$dir/test.masked"
"$lookback" fill -m "$dir" "$dir/test.masked" --quiet >"$dir/test.filled"
{
    "$lookback" inspect "$dir" | grep '^  best:'
    paste -d '\n' "$dir/test.de" "$dir/test.filled" | awk '
        NR % 2 { n = split($0, word, " "); next }
        { i = int((n + 1) / 2); all++; right += $i == word[i] }
        END { printf "middle words of test_2016_flickr guessed right: %d of %d (%.1f %%)\n", right, all, 100 * right / all }'
} | tee models/mlm-results.txt
