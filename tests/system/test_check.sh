# Whether the checker can tell: attention that is used, every negative control, and the table computed again by brute force.
. "$SOURCE_DIR/tests/system/tiny.sh"

if ! command -v python3 >/dev/null; then
    echo "skipped: there is no python3"
    exit 77
fi

"$LOOKBACK" synth lexicon --n 3000 --valid 50 --test 80 --out data --quiet
tiny_config m
sed -i 's/^  epochs: 4/  epochs: 8\n  source_unk_rate: 0.05/; s/metric: exact/metric: bleu/; s/hidden: 32, embedding: 32/hidden: 64, embedding: 48/' m.yaml
sets=--sets epochs=8
[ "${SANITIZED:-0}" = 0 ] || sets= epochs=1 # 18,000 passes fewer, and nobody asks for verdicts
"$LOOKBACK" train m.yaml --quiet train.epochs=$epochs
"$LOOKBACK" train m.yaml --quiet model_dir=u model.attention.score=uniform train.epochs=$((epochs / 2 + 1))

verdict() { python3 -c 'import json; print(json.load(open("out"))["verdict"])'; }
judged() { [ $epochs = 1 ] || [ "$(verdict)" = "$1" ] || die "$2: $(cat out)"; }

# Attention that the output depends on, and a positive control.
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" check -m m data/test.src --target data/test.tgt --gold data/test.align $sets --gradient --n 60 --export e.jsonl --json
cp out report.json
judged faithful "true attention"
expect 0 "$LOOKBACK" check -m m data/test.src --control leave-one-out --json
judged faithful "leave-one-out"
has '"skill":{"value":1.0,"low":1.0,"high":1.0}' out

# Everything once more, from nothing but `score` and the draws.
python3 "$SOURCE_DIR/tests/check_brute.py" "$LOOKBACK" m e.jsonl report.json || die "brute force does not agree"
sed 's/"drop":{"attention":{"value":[0-9]/&1/' report.json >wrong.json
python3 "$SOURCE_DIR/tests/check_brute.py" "$LOOKBACK" m e.jsonl wrong.json >/dev/null 2>&1 && die "brute force agrees with anything"

# Negative controls.
for control in shuffled foreign uniform; do
    expect 0 "$LOOKBACK" check -m m data/test.src --control $control --json
    judged "not faithful" "control $control"
done
expect 0 "$LOOKBACK" check -m u data/test.src --json
judged "not faithful" "a model with uniform attention"

# The same bits for any batch, any number of threads, and all or one map.
"$LOOKBACK" check -m m data/test.src --n 55 --one-map --quiet >want
for how in "--batch 1" "--threads 1" "--batch 7 --threads 2"; do
    # shellcheck disable=SC2086
    "$LOOKBACK" check -m m data/test.src --n 55 --one-map --quiet $how >out
    same want out
done

# Other ways to erase, evidence, a uniform model beside it, another map; too little data.
for how in delete attention; do
    expect 0 "$LOOKBACK" check -m m data/test.src --erase $how
    [ $epochs = 1 ] || has 'faithful: ' out
done
sed 's/.*/0-1/' data/test.src >evidence
expect 0 "$LOOKBACK" check -m m data/test.src --n 10 --evidence evidence --uniform u --reference data/test.tgt
has 'too little data' out
has 'more than 10 lines' err
has 'hit@3' out
has 'uniform attention' out
expect 0 "$LOOKBACK" check -m m data/test.src --n 10 --rows input --layer 0 --head 0
has 'the row where a word is read' out

# What is left out, and what cannot be.
{ head -5 data/test.src && echo; } >some
expect 0 "$LOOKBACK" check -m m some
has 'left out: 1 lines with nothing to check' out
echo >nothing
fails 1 'nothing to check' "$LOOKBACK" check -m m nothing
fails 2 'there is no layer 3' "$LOOKBACK" check -m m some --layer 3
fails 2 'name them with --target' "$LOOKBACK" check -m m some --gold data/test.align
fails 2 'made by people' "$LOOKBACK" check -m m some --uniform u
fails 1 'has 6 lines' "$LOOKBACK" check -m m some --target data/test.tgt
yes x-y | head -6 >bad
fails 1 'line' "$LOOKBACK" check -m m some --target some --gold bad
fails 1 'no range' "$LOOKBACK" check -m m some --evidence data/test.tgt --n 5 --quiet
tiny_config n
"$LOOKBACK" train n.yaml --quiet model.attention.score=none train.epochs=1 train.metric=bleu
fails 1 'cannot look back' "$LOOKBACK" check -m n some
exit 0
