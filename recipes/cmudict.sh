#!/usr/bin/env bash
# Spelling to sound: letters of a word to its phonemes (CMU pronouncing dictionary), four small models.
#
#     recipes/cmudict.sh                        # rnn, rnn-none, transformer, transformer-uniform
#     recipes/cmudict.sh rnn rnn-none           # some
#     STEPS=20000 recipes/cmudict.sh rnn        # longer than 5,000 updates of 64 words; THREADS, LOOKBACK as well
#
# Words are drawn at random, seed 1, with all of their pronunciations: 5 % to test, 1 % to validate (cmudict.awk).
# Beam 5; phoneme and word error in %, as they are written and without the figures of stress (cmudict-score.awk says
# how they are counted). Data, models and results.txt go to models/cmudict/. The data is $LOOKBACK_DATA/cmudict.
set -euo pipefail
cd "$(dirname "$0")/.."
. recipes/four.sh
need "$shared/cmudict/cmudict.dict.gz"
STEPS=${STEPS:-5000}
home=models/cmudict data='' config=recipes/strings
mkdir -p "$home"
[ -f "$home/test.tgt" ] || zcat "$shared/cmudict/cmudict.dict.gz" | awk -v out="$home" -v seed=1 -f recipes/cmudict.awk
options=(data.train.source="$home/train.src" data.train.target="$home/train.tgt"
    data.valid.source="$home/valid.src" data.valid.target="$home/valid.tgt")

measure() { # MODEL
    "$lookback" translate -q -m "$1" --threads "$threads" <"$home/test.src" >"$1/test.out"
    paste "$1/test.out" "$home/test.tgt" | awk -f recipes/cmudict-score.awk
}

four "$home/results.txt" "$@"
