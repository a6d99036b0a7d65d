#!/usr/bin/env bash
# What attention buys on long text: `lookback study length` on six kinds of data.
#
#     recipes/study.sh copy                  # none and additive attention, one training each
#     SCORES=none,dot,additive SEEDS=3 recipes/study.sh lexicon
#     recipes/study.sh multi30k train.epochs=5                   # any key=value
#
# NAME       trained on                                     tested on
# copy       5 to 30 words                                  5 to 60 words
# reverse    5 to 30 words                                  5 to 60 words
# lexicon    5 to 30 words                                  5 to 60 words
# kvqa       5 to 50 facts (400 keys)                       5 to 200 facts
# multi30k   one to three captions joined, up to 40 words   one to five, up to some 75 words and more
# scan       SCAN's length split (Lake and Baroni 2018): what is to be done takes up to 22 words, tested on 24 to 48
#
# Data goes to models/study-NAME/data, models beside it, and results.txt, .tsv, .json, chart.svg, .png and page.html as well.
# SCORES, SEEDS (1), THREADS (1), LOOKBACK=PROGRAM, LOOKBACK_DATA for multi30k and scan. What is trained is not trained again.
set -euo pipefail
cd "$(dirname "$0")/.."
lookback=${LOOKBACK:-build/release/lookback}
shared=${LOOKBACK_DATA:-../shared/data}
[ $# -ge 1 ] || { sed -n '2,/^set/p' "$0" | grep '^#' | cut -c3-; exit 2; }
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
name=$1; shift
home=models/study-$name data=models/study-$name/data
config=recipes/synth-rnn.yaml metric=tokens by=source buckets='' options=()
mkdir -p "$data"

need() { [ -f "$1" ] || { echo "skipped: no data ($1)"; exit 77; }; }

# synthetic TASK: training and test text of different lengths; no test sentence is trained on, for the longest are
# longer, and of the others the seed differs and there are far more than are drawn
pattern() {
    [ -f "$data/test.tgt" ] || {
        "$lookback" synth "$1" -q --n 10000 --valid 200 --test 0 --shortest 5 --longest 30 --seed 1 --out "$data"
        "$lookback" synth "$1" -q --n 0 --valid 0 --test 1120 --shortest 5 --longest 60 --seed 2 --out "$data"
    }
    buckets=10,20,30,40,50
    options=(train.max_steps=1500 train.schedule.steps=1500 model.encoder.hidden=64 model.decoder.hidden=64)
}

facts() { # FACTS TRAIN TEST
    "$lookback" synth kvqa -q --all-keys --facts "$1" --n "$2" --valid 100 --test "$3" --seed 1 --out "$data/$1"
}

join_facts() { # PART COUNTS
    for side in src tgt; do
        for k in $2; do cat "$data/$k/$1.$side"; done >"$data/$1.$side"
    done
}

case $name in
copy | reverse | lexicon) pattern "$name" ;;
kvqa)
    [ -f "$data/test.tgt" ] || {
        facts 5 12000 200; facts 10 8000 200; facts 20 4000 200; facts 50 1500 200; facts 100 0 200; facts 200 0 200
        join_facts train "5 10 20 50"; join_facts valid "5 10 20"; join_facts test "5 10 20 50 100 200"
    }
    buckets=30,55,105,255,505 metric=exact
    options=(data.max_length=2000 model.encoder.dropout=0 model.decoder.dropout=0 train.learning_rate=0.003
        train.source_unk_rate=0.05 train.max_steps=3200 train.schedule.steps=3200) ;;
multi30k)
    tok=$shared/multi30k/tok
    need "$tok/train.lc.norm.tok.en.gz"
    pairs() { paste <(zcat "$tok/$1.lc.norm.tok.en.gz") <(zcat "$tok/$1.lc.norm.tok.de.gz"); }
    [ -f "$data/test.tsv" ] || {
        pairs train | awk -v ks="1 2 3" -v most=40 -v seed=1 -f recipes/study.awk >"$data/train.tsv"
        pairs val | awk -v ks="1 2 3" -v most=40 -v seed=2 -f recipes/study.awk | awk 'NR % 3 == 1' >"$data/valid.tsv"
        pairs test_2016_flickr | awk -v ks="1 2 3 4 5" -v most=80 -v seed=3 -f recipes/study.awk >"$data/new.tsv"
        mv "$data/new.tsv" "$data/test.tsv"
    }
    config=recipes/multi30k-rnn.yaml metric=bleu
    options=(data.source.size=4000 model.encoder.hidden=256 model.encoder.embedding=128 model.decoder.hidden=256
        model.decoder.embedding=128 model.encoder.dropout=0.2 model.decoder.dropout=0.2 model.decoder.readout_dropout=0.3
        train.epochs=5 train.schedule.steps=3850 train.metric=loss) ;;
scan)
    need "$shared/scan/length_split/tasks_train_length.txt.gz"
    pairs() { zcat "$shared/scan/length_split/tasks_$1_length.txt.gz" | sed 's/^IN: //; s/ OUT: /\t/'; }
    [ -f "$data/test.tsv" ] || {
        pairs train | awk 'NR % 50 != 0' >"$data/train.tsv"
        pairs train | awk 'NR % 50 == 0' >"$data/valid.tsv"
        pairs test >"$data/long.tsv"
        cat "$data/valid.tsv" "$data/long.tsv" >"$data/new.tsv" # lengths that were trained on, and that were not
        mv "$data/new.tsv" "$data/test.tsv"
    }
    metric=exact by=target
    options=(train.max_steps=2500 train.schedule.steps=2500 train.source_unk_rate=0) ;;
*) echo "$name: one of copy, reverse, lexicon, kvqa, multi30k, scan" >&2; exit 2 ;;
esac

files() { # PART KEY
    if [ -f "$data/$1.tsv" ]; then
        options+=(data."$2".tsv="$data/$1.tsv")
    else
        options+=(data."$2".source="$data/$1.src" data."$2".target="$data/$1.tgt")
    fi
}
files train train; files valid valid; files test test

"$lookback" study length "$config" "${options[@]}" "$@" --out "$home" --threads "${THREADS:-1}" --metric $metric --by $by \
    ${buckets:+--buckets $buckets} ${SCORES:+--scores "$SCORES"} --seeds "${SEEDS:-1}" \
    --tsv "$home/results.tsv" --json "$home/results.json" --svg "$home/chart.svg" --png "$home/chart.png" \
    --html "$home/page.html" | tee "$home/results.txt"
