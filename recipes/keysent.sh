#!/usr/bin/env bash
# Summaries whose key sentences are known (`lookback synth keysent`): 20 sentences of which 3 make the summary.
#
#     recipes/keysent.sh                      # additive none
#     recipes/keysent.sh additive
#
# A model with attention, and the same without, 600 steps each; nobody tells them which sentences matter. On 1,000 test
# texts: exact summaries and ROUGE-L (the oracle's is 100: the text decides the summary), the share of the three key
# sentences that are the right ones, and of those that the summary depends on. Data, models and results.txt go to
# models/keysent/. Needs jq. THREADS=1 (default 2), LOOKBACK=PROGRAM.
set -euo pipefail
cd "$(dirname "$0")/.."
lookback=${LOOKBACK:-build/release/lookback}
threads=${THREADS:-2}
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
command -v jq >/dev/null || { echo "skipped: there is no jq"; exit 77; }
home=models/keysent
[ -f "$home/test.evidence" ] || "$lookback" synth keysent --n 10000 --valid 50 --test 1000 --seed 1 --out "$home"

for score in ${*:-additive none}; do
    model=$home/$score
    if [ ! -f "$model/done" ]; then
        "$lookback" train recipes/synth-rnn.yaml --overwrite --threads "$threads" model_dir="$model" \
            data.train.source="$home/train.src" data.train.target="$home/train.tgt" \
            data.valid.source="$home/valid.src" data.valid.target="$home/valid.tgt" \
            model.attention.score="$score" model.encoder.dropout=0 model.decoder.dropout=0 \
            train.source_unk_rate=0.05 train.max_steps=600 train.schedule.steps=600
        touch "$model/done"
    fi
    "$lookback" summarize -q -m "$model" --threads "$threads" --json <"$home/test.src" >"$model/test.json"
    jq -r .summary "$model/test.json" >"$model/test.out"
    {
        echo "$score, $(wc -l <"$home/test.src") test texts"
        "$lookback" eval exact "$model/test.out" "$home/test.tgt" | head -1
        "$lookback" eval rouge "$model/test.out" "$home/test.tgt" | head -1
        [ "$score" = none ] ||
            jq -r '.key_sentences | map("\(.sentence) \(.check.mark == "supported")") | join(" ")' "$model/test.json" |
            paste -d : - <(sed 's/:[^ ]*//g' "$home/test.evidence") | awk -F : '{
                split("", gold); n = split($2, list, " "); for (i = 1; i <= n; i++) gold[list[i]] = 1
                n = split($1, list, " "); for (i = 1; i < n; i += 2) { all++; right += list[i] in gold; held += list[i + 1] == "true" }
            } END { printf "key sentences: precision@3 %.1f %%, supported %.1f %%\n", 100 * right / all, 100 * held / all }'
    } | tee "$model/results.txt"
done
cat "$home"/*/results.txt >"$home/results.txt"
