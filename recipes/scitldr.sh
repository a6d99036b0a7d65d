#!/usr/bin/env bash
# Abstracts of papers to one sentence (SciTLDR, Cachola et al. 2020), and the sentences that it rests on: four small
# models that differ in one thing each.
#
#     recipes/scitldr.sh                      # none additive copy coverage
#     recipes/scitldr.sh copy                 # some
#
# none: no attention; additive: attention; copy: words can be copied; coverage: and looking twice costs something. Every
# tenth training pair is for validation. On dev, up to four references each, ROUGE-1, 2 and L (stemmed words) of the
# summary and of its key sentence; how many trigrams of summaries are repeats, without the rule against them and with
# it; beside the first sentence, the first with "we", and the best one. Data, models and results.txt go to
# models/scitldr/. The data is $LOOKBACK_DATA/scitldr; needs jq. THREADS=1 (default 2), LOOKBACK=PROGRAM.
set -euo pipefail
cd "$(dirname "$0")/.."
lookback=${LOOKBACK:-build/release/lookback}
threads=${THREADS:-2}
shared=${LOOKBACK_DATA:-../shared/data}/scitldr
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }
[ -f "$shared/dev.jsonl.gz" ] || { echo "skipped: no data ($shared)"; exit 77; }
command -v jq >/dev/null || { echo "skipped: there is no jq"; exit 77; }
home=models/scitldr
mkdir -p "$home"

# ---- text ----
line='gsub("[\\s]+"; " ")'
sources=".source | map($line) | join(\" ||| \")"
if [ ! -f "$home/dev.ref4" ]; then
    zcat "$shared/train.jsonl.gz" | awk 'NR % 10' >"$home/train.jsonl"
    zcat "$shared/train.jsonl.gz" | awk 'NR % 10 == 0' >"$home/valid.jsonl"
    zcat "$shared/dev.jsonl.gz" >"$home/dev.jsonl"
    for part in train valid dev; do
        jq -r "$sources" "$home/$part.jsonl" >"$home/$part.src"
        jq -r ".target[0] | $line" "$home/$part.jsonl" >"$home/$part.tgt"
    done
    for i in 0 1 2 3; do # where there are fewer, the first again
        jq -r ".target[$i] // .target[0] | $line" "$home/dev.jsonl" >"$home/dev.ref$((i + 1))"
    done
fi
refs=("$home"/dev.ref[1-4])
paste "$home/dev.src" "${refs[@]}" | awk -v out="$home" -f recipes/scitldr.awk

# ---- measuring ----
rouge() { # FILE
    "$lookback" eval rouge --stem --json "$1" "${refs[@]}" |
        jq -r '[."1".f1, ."2".f1, .L.f1] | map(. * 10 | round / 10 | tostring) | join(" / ")'
}

repeats() { # FILE: trigrams that were there before, in % of all
    awk '{ split("", seen); for (i = 1; i + 2 <= NF; i++) { n++; again += seen[$i " " $(i + 1) " " $(i + 2)]++ > 0 } }
        END { printf "%.1f", 100 * again / (n ? n : 1) }' "$1"
}

measure() { # NAME
    local model=$home/$1 how
    "$lookback" summarize -q -m "$model" --threads "$threads" --no-repeat-ngram 0 <"$home/dev.jsonl" >"$model/dev.free"
    if [ "$1" = none ]; then
        "$lookback" summarize -q -m "$model" --threads "$threads" <"$home/dev.jsonl" >"$model/dev.out"
        echo "$1: summary $(rouge "$model/dev.out")  repeats $(repeats "$model/dev.free") -> $(repeats "$model/dev.out")"
        return
    fi
    for how in plain places; do # corrected for length; and for place
        [ "$how" = plain ] && rm -f "$model/key_sentences.json" ||
            "$lookback" summarize -q -m "$model" --threads "$threads" --calibrate <"$home/valid.jsonl"
        "$lookback" summarize -q -m "$model" --threads "$threads" --json -k 1 <"$home/dev.jsonl" >"$model/dev.json"
        jq -r '.summary' "$model/dev.json" >"$model/dev.out"
        jq -r ".key_sentences[0].text // \"\" | $line" "$model/dev.json" >"$model/dev.key-$how"
    done
    echo "$1: summary $(rouge "$model/dev.out")  key sentence $(rouge "$model/dev.key-plain")" \
        " corrected for place $(rouge "$model/dev.key-places")" \
        " supported $(jq -s '100 * (map(select(.key_sentences[0].check.mark == "supported")) | length) / length | round' \
            "$model/dev.json") %  repeats $(repeats "$model/dev.free") -> $(repeats "$model/dev.out")"
}

options_of() { # NAME
    case $1 in
    none) echo model.attention.score=none ;;
    additive) ;;
    copy) echo model.copy.type=pointer ;;
    coverage) echo model.copy.type=pointer model.copy.coverage=true ;;
    *) echo "unknown model $1" >&2; exit 2 ;;
    esac
}

for name in ${*:-none additive copy coverage}; do
    mkdir -p "$home/$name"
    if [ ! -f "$home/$name/done" ]; then
        # shellcheck disable=SC2046
        "$lookback" train recipes/scitldr.yaml --overwrite --threads "$threads" model_dir="$home/$name" \
            data.train.source="$home/train.src" data.train.target="$home/train.tgt" \
            data.valid.source="$home/valid.src" data.valid.target="$home/valid.tgt" $(options_of "$name")
        touch "$home/$name/done"
    fi
    measure "$name" | tee "$home/$name/results.txt"
done
{
    for what in first we oracle; do
        echo "$what: $(rouge "$home/$what")"
    done
    cat "$home"/{none,additive,copy,coverage}/results.txt 2>/dev/null || true
} | tee "$home/results.txt"
