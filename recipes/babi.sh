#!/usr/bin/env bash
# Answer the questions of bAbI (Weston et al. 2015): one memory network for each of its 20 tasks, from 1,000 questions,
# without being told which sentences hold the answer.
#
#     recipes/babi.sh              # all tasks
#     recipes/babi.sh 1 2 15       # some
#
# Each task is trained with three seeds; the one that answers most of every tenth training question, which it does not
# learn from, is measured on the 1,000 test questions. Data and models go to models/babi/, the table to
# models/babi/results.txt: task, exact answers in %, how often attention's top word lies in a supporting sentence, and how
# often the answer changes without the sentence that got most of it, and without a random other one.
# The data is $LOOKBACK_DATA/babi/en.tar.gz. THREADS=1 (default 2), SEEDS="1", LOOKBACK=PROGRAM.
#
# MODEL=none recipes/babi.sh trains babi-none.yaml instead, which has no attention; its table is
# models/babi/results-none.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
lookback=${LOOKBACK:-build/release/lookback}
archive=${LOOKBACK_DATA:-../shared/data}/babi/en.tar.gz
threads=${THREADS:-2}
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
[ -f "$archive" ] || { echo "skipped: no data ($archive)"; exit 77; }
home=models/babi
name=${MODEL:+-$MODEL}
results=$home/results$name.txt
mkdir -p "$home"
[ -d "$home/en" ] || tar -xzf "$archive" -C "$home"

# The metric's best value on the validation questions.
train() { # TASK SEED
    local data=$home/$1
    "$lookback" train "recipes/babi$name.yaml" --overwrite --quiet --json --threads "$threads" seed="$2" \
        model_dir="$data/seed$2$name" data.train.source="$data/train.src" data.train.target="$data/train.tgt" \
        data.valid.source="$data/valid.src" data.valid.target="$data/valid.tgt" |
        sed 's/.*"best": *\([0-9.]*\).*/\1/'
}

# How often the answer changes without a sentence.
changed() { # TASK
    "$lookback" answer -q -m "$home/$1/model" --threads "$threads" "$home"/en/qa"$1"_*_test.txt --summary --json |
        sed 's/.*"flips": *\([^,}]*\).*"flips_random": *\([^,}]*\).*/\1 \2/' |
        awk '{ for (i = 1; i <= 2; i++) $i = $i == "null" ? "-" : sprintf("%.1f", $i)
               printf "  changed without the first %s %%, another %s %%", $1, $2 }'
}

one_task() { # TASK
    local data=$home/$1 best=-1 valid
    mkdir -p "$data"
    awk -v out="$data" -v part=train -v valid=10 -f recipes/babi.awk "$home"/en/qa"$1"_*_train.txt
    awk -v out="$data" -v part=test -f recipes/babi.awk "$home"/en/qa"$1"_*_test.txt
    for seed in ${SEEDS:-1 2 3}; do
        valid=$(train "$1" "$seed")
        if awk "BEGIN { exit !($valid > $best) }"; then
            best=$valid
            ln -sfn "seed$seed$name" "$data/model$name"
        fi
    done
    "$lookback" translate -q -m "$data/model$name" --threads "$threads" < "$data/test.src" > "$data/test$name.out"
    : > "$data/check$name.txt"
    [ "$name" = -none ] || "$lookback" check -q -m "$data/model$name" --threads "$threads" "$data/test.src" \
        --target "$data/test.tgt" --evidence "$data/test.evidence" --one-map > "$data/check$name.txt" || true
    printf '%2d  exact %s  validation %s  %s%s\n' "$1" \
        "$("$lookback" eval exact "$data/test$name.out" "$data/test.tgt" | sed -n '1s/exact = \([0-9.]*\).*/\1/p')" \
        "$best" "$(sed -n 's/^\(hit@1\)[^0-9]*: the top word is gold *\([0-9.]* %\).*/\1 \2/p' "$data/check$name.txt")" \
        "$([ "$name" = -none ] || changed "$1")"
}

for task in ${*:-$(seq 1 20)}; do
    one_task "$task"
done | tee "$results"
awk '{ sum += 100 - $3 } END { printf "mean error %.2f %% of %d tasks\n", sum / NR, NR }' "$results" |
    tee -a "$results"
