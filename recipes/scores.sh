#!/usr/bin/env bash
# Every attention score, after and before the decoder's cell, on the demo's corpus: exact match and alignment error
# on its held-out sentences, three seeds each.
#
#     recipes/scores.sh [EPOCHS]              # default 3; writes models/scores/results.tsv
#     SEEDS=2 THREADS=1 recipes/scores.sh     # one seed; several may run at the same time
#
# Exact match is of greedy decoding; alignment error is that of the largest weight of each row in a forced pass
# over the right translation, against gold links. A run that is in results.tsv already is not repeated.
set -euo pipefail
cd "$(dirname "$0")/.."
lookback=${LOOKBACK:-build/release/lookback}
threads=${THREADS:-0}
epochs=${1:-3}
out=models/scores
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
mkdir -p "$out"
[ -f "$out/data/test.align" ] || "$lookback" synth svo --n 25000 --valid 300 --test 1000 --seed 1 --out "$out/data"
results=$out/results.tsv
[ -f "$results" ] || printf 'score\tplace\tseed\texact\taer\tseconds\n' > "$results"

for seed in ${SEEDS:-1 2 3}; do
    for score in none dot general additive concat scaled-dot location; do
        for place in after before; do
            grep -q "^$score	$place	$seed	" "$results" && continue
            model=$out/model-$seed
            "$lookback" train recipes/demo.yaml --overwrite --quiet --threads "$threads" model_dir="$model" seed=$seed \
                data.train.source="$out/data/train.en" data.train.target="$out/data/train.fr" \
                data.valid.source="$out/data/valid.en" data.valid.target="$out/data/valid.fr" \
                model.attention.score=$score model.attention.place=$place train.epochs="$epochs" \
                train.schedule.steps=$((391 * epochs))
            seconds=$(awk 'NR > 1 { s = $NF } END { printf "%.0f", s }' "$model/validation.tsv")
            "$lookback" translate -m "$model" --beam 1 --threads "$threads" < "$out/data/test.en" > "$model/test.out"
            exact=$("$lookback" eval exact "$model/test.out" "$out/data/test.fr" --json | sed 's/.*"score": *\([0-9.]*\).*/\1/')
            aer=-
            if [ $score != none ]; then
                "$lookback" align -m "$model" --threads "$threads" "$out/data/test.en" "$out/data/test.fr" > "$model/test.links"
                aer=$("$lookback" eval aer "$out/data/test.align" "$model/test.links" --json | sed 's/.*"aer": *\([0-9.]*\).*/\1/')
            fi
            printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$score" "$place" "$seed" "$exact" "$aer" "$seconds" | tee -a "$results"
        done
    done
done
