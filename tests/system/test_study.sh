# `study length`: what is trained is not trained again, a stop loses nothing, figures are those of `eval`, and every wrong
# word is told.
. "$SOURCE_DIR/tests/system/tiny.sh"

"$LOOKBACK" synth copy --n 800 --valid 50 --test 90 --longest 6 --out data --quiet
"$LOOKBACK" synth copy --n 0 --valid 0 --test 60 --shortest 3 --longest 12 --seed 2 --out far --quiet
tiny_config m
sed -i 's/metric: exact/metric: accuracy/; s/^  epochs: 4/  epochs: 3/' m.yaml
tests="data.test.source=far/test.src data.test.target=far/test.tgt"

# Both forms, and the same bytes from models that are there.
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" study length m.yaml $tests --metric tokens
has 'none, seed 3: training' err
has 'tokens in their place, % by source length, 60 test sentences' out
has 'training lengths: 1 to 6 words' out
has 'dot - none' out
has 'beyond' out
cp out table

# shellcheck disable=SC2086
expect 0 "$LOOKBACK" study length m.yaml $tests --metric tokens
has 'none, seed 3: trained before' err
same table out
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" study length m.yaml $tests --tsv - --buckets 6
lines 31 out # a head; 2 buckets, inside, beyond, all; 2 scores; 3 metrics
cp out lines
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" study length m.yaml $tests --json json --buckets 6 --by target
has "dot - none" out

# Pictures and the page; wrong names are told before anything is done.
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" study length m.yaml $tests --svg c.svg --png c.png --pdf c.pdf --html p.html --sentences 2 --quiet
has '<desc>no attention: (' c.svg
has '"kind":"study"' p.html
[ "$(grep -o 'id="s[0-9]*"' p.html | wc -l)" -ge 4 ] || die "the sentences of the page"
fails 2 'must end in .svg' "$LOOKBACK" study length m.yaml --svg c.png
fails 2 'must end in .html' "$LOOKBACK" study length m.yaml --html c.txt
# shellcheck disable=SC2086
fails 2 'does not look' "$LOOKBACK" study length m.yaml $tests --scores none --html q.html --quiet
[ ! -e q.html ] || die "a page of nothing"

# The figures of `eval`, on the sentences of a bucket.
awk '{ print (NF > 6) }' far/test.src >beyond
"$LOOKBACK" translate -m m-study/dot-3 --beam 5 <far/test.src >far/out
for file in out tgt; do
    source=far/test.$file
    [ $file = tgt ] || source=far/out
    paste beyond "$source" | awk -F '\t' '$1 { print $2 }' >"beyond.$file"
done
for metric in bleu exact; do
    want=$("$LOOKBACK" eval $metric beyond.out beyond.tgt --json | sed 's/.*"score": *\([0-9.]*\).*/\1/')
    got=$(awk -F '\t' -v metric=$metric '$1 == "beyond" && $6 == "dot" && $7 == metric { print $8 }' lines)
    awk -v a="$want" -v b="$got" 'BEGIN { exit !(a - b < 0.0002 && b - a < 0.0002) }' || die "$metric: $got, not $want"
done
if command -v python3 >/dev/null; then
    python3 - <<'END' || die "the JSON is not what the table says"
import json
o = json.load(open("json"))
assert o["trained"]["longest"] == 6 and o["baseline"] == "none" and o["by"] == "target"
assert [b["trained"] for b in o["buckets"]] == ["inside", "beyond"]
rows = [line.rstrip("\n").split("\t") for line in open("lines")][1:]
for row in rows:
    group = next(g for g in o["buckets"] + o["groups"] if g["name"] == row[0])
    figure = group["scores"][row[5]][row[6]]
    assert abs(figure["value"] - float(row[7])) < 1e-4 and abs(figure["gain"]["low"] - float(row[11])) < 1e-4
    assert abs(sum(figure["runs"]) / len(figure["runs"]) - figure["value"]) < 1e-6
    assert abs(figure["value"] - group["scores"]["none"][row[6]]["value"] - figure["gain"]["value"]) < 1e-6
END
fi

# More seeds train only what is new; a stopped training goes on.
rm m-study/dot-3/study.json
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" study length m.yaml $tests --seeds 2 --metric tokens --scores none,dot
has 'dot, seed 3: training' err
has 'none, seed 4: training' err
has 'none, seed 3: trained before' err
has 'mean of 2 trainings each' out

# A stop in the middle: the same command goes on, to the same bits.
# shellcheck disable=SC2086
long="study length m.yaml $tests train.epochs=12 train.report_steps=1 --scores dot --metric tokens"
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" $long --out whole --quiet
cp out want
# shellcheck disable=SC2086
"$LOOKBACK" $long --out cut >out 2>err &
for _ in $(seq 200); do
    grep -q 'epoch 2' err && break
    sleep 0.05
done
kill -TERM $! 2>/dev/null || true
rc=0
wait $! || rc=$?
if [ $rc != 0 ]; then # else it was faster than we are
    has 'stopped in the training of dot, seed 3; the same command goes on there' err
    # shellcheck disable=SC2086
    expect 0 "$LOOKBACK" $long --out cut
fi
same want out
cmp whole/dot-3/model.safetensors cut/dot-3/model.safetensors || die "other weights after a stop"

# Wrong words, other settings, files that are not there or differ.
# shellcheck disable=SC2086
fails 2 'was begun with other settings, such as `epochs: 3`' "$LOOKBACK" study length m.yaml $tests train.epochs=9 --quiet
fails 2 'no test sentences' "$LOOKBACK" study length m.yaml
fails 2 'there is no study `width`' "$LOOKBACK" study width m.yaml
fails 2 'of what?' "$LOOKBACK" study length
fails 2 'did you mean `dot`' "$LOOKBACK" study length m.yaml --scores none,dott $tests
fails 2 '--buckets takes lengths' "$LOOKBACK" study length m.yaml --buckets 5,x $tests
fails 2 'lengths that go up' "$LOOKBACK" study length m.yaml --buckets 5,5 $tests
fails 2 'both go to standard output' "$LOOKBACK" study length m.yaml $tests --json - --tsv -
fails 1 'nowhere' "$LOOKBACK" study length m.yaml $tests --out never --json nowhere/at/all.json
fails 2 '--scores takes names' "$LOOKBACK" study length m.yaml $tests --scores ''
fails 2 'model.type rnn' "$LOOKBACK" study length m.yaml model.type=transformer $tests
# shellcheck disable=SC2086
fails 2 'dot, seed 3: ' "$LOOKBACK" study length m.yaml $tests model.decoder.hidden=24 --out never --scores none,dot
[ ! -e never ] || die "training began although a later one cannot"
fails 1 'different numbers of lines' "$LOOKBACK" study length m.yaml data.test.source=far/test.src data.test.target=data/test.tgt
fails 1 'cannot open' "$LOOKBACK" study length m.yaml data.test.source=nowhere data.test.target=far/test.tgt
: >empty
fails 1 'not one test sentence' "$LOOKBACK" study length m.yaml data.test.source=empty data.test.target=empty
printf 'a b\n' >no.tsv
fails 1 'no tab' "$LOOKBACK" study length m.yaml data.test.tsv=no.tsv
mkdir -p theirs
cp -r m-study/none-3 theirs/none-3
rm theirs/none-3/study.*
# shellcheck disable=SC2086
fails 2 'theirs/none-3 holds a model that no study has made' "$LOOKBACK" study length m.yaml $tests --out theirs --quiet
same m-study/none-3/model.safetensors theirs/none-3/model.safetensors
echo '{' >m-study/none-3/study.json
# shellcheck disable=SC2086
fails 1 'study.json is not what a study has written' "$LOOKBACK" study length m.yaml $tests --quiet
rm m-study/none-3/study.json

# Any bytes, empty lines, one line, longer than anything.
printf '\0\377 x\n\n%s\n' "$(head -c 4000 /dev/zero | tr '\0' 'b')" >odd
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" study length m.yaml data.test.source=odd data.test.target=odd --quiet
exit 0
