# A model that guesses masked words: training, stopping, fill, and verbs that are for others.
. "$SOURCE_DIR/tests/system/tiny.sh"

# "a COLOUR NOUN VERB": the verb belongs to the noun, so either tells the other.
text() { # text N SEED
    awk -v n="$1" -v seed="$2" 'BEGIN { srand(seed)
        split("red blue green old", colour, " "); split("dog cat bird fish", noun, " ")
        split("barks sleeps sings swims", verb, " ")
        for (i = 0; i < n; i++) { k = 1 + int(4 * rand()); print "a", colour[1 + int(4 * rand())], noun[k], verb[k] } }'
}
mkdir data
text 2000 1 | gzip >data/one.gz
text 60 3 >data/valid
cat >m.yaml <<END
model_dir: m
seed: 3
data:
  train: { text: data/one.gz }
  valid: { text: data/valid }
  text: { level: word }
  max_length: 12
model:
  type: mlm
  encoder: { layers: 2, hidden: 32, heads: 4, feed_forward: 64, dropout: 0 }
train:
  learning_rate: 0.01
  label_smoothing: 0
  epochs: 4
  batch: { sentences: 32 }
END
"$LOOKBACK" train m.yaml --dry-run >out 2>err
has 'lines; on average' out
"$LOOKBACK" train m.yaml --quiet
"$LOOKBACK" inspect m >out
has 'type mlm' out
has '  encoder     transformer, layers 2, hidden 32, heads 4' out
grep -q '^  decoder' out && die "a decoder in an encoder"
sed -n 6p m/source.vocab | grep -qxF '[MASK]' || die "no mask in the vocabulary"

# What its heads do.
expect 0 "$LOOKBACK" diagnose -m m data/valid
[ "$(grep -c '^encoder ' out)" = 8 ] || die "not 8 heads: $(cat out)"

# What can be known is known; the rest of the line stays as it was, byte for byte.
printf 'a red dog [MASK]\n  a  old\t[MASK] sings \nnothing here\n\na blue [MASK][MASK]\r\n' >masked
"$LOOKBACK" fill -m m masked >out 2>err
lines 5 out
[ "$(sed -n 1p out)" = "a red dog barks" ] || die "$(sed -n 1p out)"
[ "$(sed -n 2p out)" = "$(printf '  a  old\tbird sings ')" ] || die "$(sed -n 2p out)"
[ "$(sed -n 3,4p out)" = "nothing here" ] || die "a line without a mask was changed"
has '2 lines without a [MASK]' err
"$LOOKBACK" fill -m m masked --batch 1 --threads 1 2>err >one
same out one
"$LOOKBACK" fill -m m masked -k 3 --quiet >out
sed -n 1p out | grep -Eq '^a red dog barks [|]{3} barks 0[.][0-9]{4} [a-z]+ 0[.][0-9]{4} [a-z]+ 0[.][0-9]{4}$' || die "$(sed -n 1p out)"
[ "$(sed -n 5p out | grep -o '|||' | wc -l)" = 2 ] || die "two masks in a word: $(sed -n 5p out)"
"$LOOKBACK" fill -m m masked --json --quiet | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert [len(r["masks"]) for r in rows] == [1, 1, 0, 0, 2]
assert rows[0]["text"] == "a red dog barks" and rows[0]["masks"][0]["span"] == [10, 16]
for r in rows:
    for m in r["masks"]:
        p = [g["probability"] for g in m["guesses"]]
        assert len(p) == 5 and p == sorted(p, reverse=True) and 0 < sum(p) <= 1 + 1e-6
        assert not {"<unk>", "<pad>", "<s>", "</s>", "[MASK]"} & {g["piece"] for g in m["guesses"]}
colours = {g["text"] for g in rows[4]["masks"][0]["guesses"]}
assert abs(sum(g["probability"] for g in rows[0]["masks"][0]["guesses"][:1]) - 1) < 0.2
' || die "fill --json"
"$LOOKBACK" fill -m m masked -k 1000 --json --quiet | python3 -c '
import json, sys
assert len(json.loads(sys.stdin.readline())["masks"][0]["guesses"]) == 13' || die "more guesses than words"

# Any bytes, any length.
{ printf 'a \377\0 [MASK] b\n'; yes 'a red [MASK]' | head -30 | tr '\n' ' '; echo; } >odd
"$LOOKBACK" fill -m m odd >out 2>err
lines 2 out
has 'line 2 is longer' err
grep -q MASK out && die "a mask was forgotten"
"$LOOKBACK" fill -m m odd --json --quiet | python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin]' || die "json"

# Where it looked: the words of the text at each other.
"$LOOKBACK" explain -m m 'a red [MASK] barks' --ascii >out
has 'encoder attention, layer 0 of 0-1, mean of 4 heads' out
has '-> a red dog barks' out
"$LOOKBACK" explain -m m 'a red [MASK] barks' --layer 1 --head 3 --tsv - >out
[ "$(head -1 out)" = "$(printf '\ta\tred\t[MASK]\tbarks\t</s>')" ] || die "columns: $(head -1 out)"
[ "$(cut -f 1 out | tr '\n' ' ')" = " a red [MASK] barks </s> " ] || die "rows: $(cat out)"
fails 2 '--target' "$LOOKBACK" explain -m m 'a [MASK]' --target x

# Stopped and resumed, with more threads: the same bits, masks included.
"$LOOKBACK" train m.yaml --quiet model_dir=half train.epochs=2
"$LOOKBACK" train m.yaml --quiet model_dir=half --resume --threads 2
same m/model.safetensors half/model.safetensors
same <(cut -f 1-10 m/validation.tsv) <(cut -f 1-10 half/validation.tsv)

# Subwords: a mask between blanks, before a full stop, and inside a word.
"$LOOKBACK" train m.yaml --quiet model_dir=sp data.text.level=sentencepiece data.text.size=60 train.epochs=2 data.max_length=40
printf 'a red [MASK] sings\na old cat [MASK].\na [MASK]ed dog\n' >masked
"$LOOKBACK" fill -m sp masked -k 2 --json | python3 -c '
import json, sys
assert [len(json.loads(line)["masks"]) for line in sys.stdin] == [1, 1, 1]' || die "subwords"
"$LOOKBACK" vocab encode -m sp/source.model masked >out
[ "$(head -1 out | grep -c '▁ \[MASK\]')" = 0 ] || die "a blank of its own before a mask: $(head -1 out)"
"$LOOKBACK" train m.yaml --quiet model_dir=ch data.text.level=char train.epochs=1 data.max_length=40
"$LOOKBACK" fill -m ch masked | grep -q MASK && die "characters"

# A vocabulary that is given must have a mask; other verbs, other models.
"$LOOKBACK" vocab train data/one.gz -o plain --level word --quiet
fails 2 '[MASK]' "$LOOKBACK" train m.yaml --quiet model_dir=x data.text.model=plain.vocab
"$LOOKBACK" vocab train data/one.gz -o given --level word --mask --quiet
"$LOOKBACK" train m.yaml --quiet model_dir=x data.text.model=given.vocab train.epochs=1
fails 1 'fill' "$LOOKBACK" translate -m m data/valid
fails 1 'fill' "$LOOKBACK" generate -m m data/valid
fails 1 'fill' "$LOOKBACK" score -m m data/valid
fails 2 'loss or accuracy' "$LOOKBACK" train m.yaml model_dir=y train.metric=exact
