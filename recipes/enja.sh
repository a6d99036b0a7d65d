#!/usr/bin/env bash
# English to Japanese (small_parallel_enja, 50,000 pairs), whose word order is nearly the reverse: four small models.
#
#     recipes/enja.sh                        # rnn, rnn-none, transformer, transformer-uniform
#     recipes/enja.sh rnn                    # some
#     STEPS=8000 recipes/enja.sh rnn         # longer than 2,400 updates of 64 pairs; THREADS, LOOKBACK as well
#
# Every 100th training pair is kept for validation, so that dev, which is measured, chooses nothing. BLEU of beam 5, of
# the words as they come, and how far attention's links leave the source's order (reorder.awk). Data, models and
# results.txt go to models/enja/. The data is $LOOKBACK_DATA/small_parallel_enja.
set -euo pipefail
cd "$(dirname "$0")/.."
. recipes/four.sh
need "$shared/small_parallel_enja/train.en.gz"
STEPS=${STEPS:-2400}
home=models/enja data='' config=recipes/enja
mkdir -p "$home"
for side in en ja; do
    zcat "$shared/small_parallel_enja/train.$side.gz" |
        awk -v valid="$home/valid.$side" 'NR % 100 == 0 { print > valid; next } { print }' >"$home/train.$side"
    cp -f "$shared/small_parallel_enja/dev.$side" "$home/"
done
options=(data.train.source="$home/train.en" data.train.target="$home/train.ja"
    data.valid.source="$home/valid.en" data.valid.target="$home/valid.ja")

measure() { # MODEL
    "$lookback" translate -q -m "$1" --threads "$threads" <"$home/dev.en" >"$1/dev.out"
    printf 'BLEU %s' "$("$lookback" eval bleu "$1/dev.out" "$home/dev.ja" --tokenize none --confidence |
        sed -n '1s/BLEU = //p')"
    case $1 in
    *-none | *-uniform) echo ;;
    *)
        "$lookback" align -q -m "$1" --threads "$threads" "$home/dev.en" "$home/dev.ja" >"$1/dev.links"
        echo "  $(awk -f recipes/reorder.awk "$1/dev.links")" ;;
    esac
}

four "$home/results.txt" "$@"
