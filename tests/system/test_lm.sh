# A language model from one text: training, stopping, generate, score TEXT, and verbs that are for others.
. "$SOURCE_DIR/tests/system/tiny.sh"

# Sentences with a rule that can be learned: "a COLOUR NOUN VERB", where the verb belongs to the noun.
text() { # text N SEED
    awk -v n="$1" -v seed="$2" 'BEGIN { srand(seed)
        split("red blue green old", colour, " "); split("dog cat bird fish", noun, " ")
        split("barks sleeps sings swims", verb, " ")
        for (i = 0; i < n; i++) { k = 1 + int(4 * rand()); print "a", colour[1 + int(4 * rand())], noun[k], verb[k] } }'
}
mkdir data
text 1200 1 | gzip >data/one.gz
{ text 300 2; echo; printf 'a red dog \377barks\r\n'; } >data/two
text 60 3 >data/valid
text 40 4 >data/test

lm_config() { # lm_config NAME CELL
    cat >"$1.yaml" <<END
model_dir: $1
seed: 3
data:
  train: { text: [data/one.gz, data/two] }
  valid: { text: data/valid }
  text: { level: word }
  max_length: 12
model:
  type: lm
  decoder: { cell: $2, layers: 2, hidden: 32, heads: 4, feed_forward: 64, dropout: 0.1 }
train:
  learning_rate: 0.01
  label_smoothing: 0
  epochs: 4
  batch: { sentences: 32 }
END
}

for cell in gru transformer; do
    m=m-$cell
    lm_config "$m" "$cell"
    "$LOOKBACK" train "$m.yaml" --dry-run >out 2>err
    has 'lines; on average' out
    grep -q 'source vocabulary' out && die "a text with a source"
    "$LOOKBACK" train "$m.yaml" 2>err
    has 'empty lines left out, the first in line 1501' err
    has 'bytes that are not UTF-8' err
    "$LOOKBACK" inspect "$m" >out
    has 'type lm' out
    grep -Eq "^  decoder     $cell, layers 2, hidden 32" out || die "inspect of $cell"
    grep -q '^  encoder' out && die "an encoder in a language model"

    # The rule was learned: the end follows the verb, the verb its noun. Perplexity: 4 colours, 4 nouns in 5 pieces.
    printf 'a red dog\n\na old bird\r\na blue cat sleeps\n' | "$LOOKBACK" generate -m "$m" >out
    lines 4 out
    [ "$(sed -n 1p out)" = "a red dog barks" ] || die "$cell says $(sed -n 1p out)"
    [ "$(sed -n 3p out)" = "a old bird sings" ] || die "$cell says $(sed -n 3p out)"
    [ "$(sed -n 4p out)" = "a blue cat sleeps" ] || die "$cell says $(sed -n 4p out)"
    sed -n 2p out | grep -Eq '^a (red|blue|green|old) (dog|cat|bird|fish) [a-z]+$' || die "from nothing: $(sed -n 2p out)"
    "$LOOKBACK" score -m "$m" --summary data/test >out
    awk '{ exit !($2 > 1.6 && $2 < 2.1 && $8 == 40 && $10 == $2 && $12 == 200) }' out || die "$(cat out)"
    gzip -c data/test | "$LOOKBACK" score -m "$m" - --json | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert len(rows) == 40 and all(r["tokens"][-1] == "</s>" and len(r["tokens"]) == 5 for r in rows)
assert all(abs(sum(r["log_probs"]) - r["score"]) < 1e-4 for r in rows)' || die "score --json"
    "$LOOKBACK" score -m "$m" data/test >scores
    "$LOOKBACK" score -m "$m" data/test --batch 1 --threads 1 >out
    same scores out

    # Continuations: any batch and threads; beam 1 is greedy; seeds; what --json says is what is printed.
    cut -d' ' -f1-2 data/test >prompts
    "$LOOKBACK" generate -m "$m" prompts >greedy
    lines 40 greedy
    for flags in "--batch 1" "--batch 7 --threads 1" "--beam 1"; do
        # shellcheck disable=SC2086
        "$LOOKBACK" generate -m "$m" $flags prompts >out
        same greedy out
    done
    "$LOOKBACK" generate -m "$m" --json prompts | python3 -c '
import json, sys
for line in sys.stdin:
    x = json.loads(line)
    assert abs(sum(x["log_probs"]) - x["score"]) < 1e-5 and x["tokens"][-1] == "</s>"
    print(x["prompt"] + x["text"])' >out
    same greedy out
    "$LOOKBACK" generate -m "$m" --beam 4 prompts >out
    lines 40 out
    "$LOOKBACK" generate -m "$m" --sample --seed 1 prompts >one
    "$LOOKBACK" generate -m "$m" --sample --seed 1 --batch 3 prompts >out
    same one out
    "$LOOKBACK" generate -m "$m" --sample --seed 2 --temperature 3 prompts >out
    cmp -s one out && die "the seed changes nothing"
    "$LOOKBACK" generate -m "$m" --sample --top-k 1 prompts >out
    same greedy out
    "$LOOKBACK" generate -m "$m" --max-length 1 prompts | awk 'NF != 3 { exit 1 }' || die "--max-length"

    # Prompts of any kind: unknown words, any bytes, and more than the model takes.
    { printf 'a zebra\0\377\n'; yes 'red dog' | head -40 | tr '\n' ' '; echo; } >odd
    "$LOOKBACK" generate -m "$m" odd >out 2>err
    lines 2 out
    has 'line 1: the model has never seen' err
    has 'line 2: the prompt is longer than the model takes; its first 74 pieces were not read, its last 6 were' err
    [ "$(sed -n 2p out | cut -c-319)" = "$(sed -n 2p odd | sed 's/ $//')" ] || die "a long prompt is not whole"
    "$LOOKBACK" generate -m "$m" --json odd 2>err | python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin]' ||
        die "json of odd bytes"
    fails 2 'at most 12' "$LOOKBACK" generate -m "$m" --max-length 13 prompts

    # Stopped and resumed: the same bits.
    "$LOOKBACK" train "$m.yaml" --quiet model_dir=half train.epochs=2
    "$LOOKBACK" train "$m.yaml" --quiet model_dir=half --resume
    same "$m/model.safetensors" half/model.safetensors
    "$LOOKBACK" train "$m.yaml" --quiet model_dir=two --threads 2
    same "$m/model.safetensors" two/model.safetensors
    rm -r half two
done
m=m-gru

# Where it looked: rows of words, columns of what was read before them; of the words it wrote, or of given ones.
"$LOOKBACK" explain -m m-transformer 'a red' --ascii >out
has 'decoder attention, layer 0 of 0-1, mean of 4 heads' out
has '-> a red' out
"$LOOKBACK" explain -m m-transformer 'a red' --target ' dog barks' --layer 1 --head 2 --tsv - >out
python3 - <<'END' || die "the map: $(cat out)"
rows = [line.rstrip("\n").split("\t") for line in open("out")]
assert rows[0] == ["", "<s>", "a", "red", "dog", "barks"], rows[0]
assert [r[0] for r in rows[1:]] == ["a", "red", "dog", "barks", "</s>"]
for i, row in enumerate(rows[1:]):
    weights = [float(x) for x in row[1:]]
    assert abs(sum(weights) - 1) < 1e-4 and not any(weights[i + 1:])
END
"$LOOKBACK" explain -m m-transformer 'a red' --grid grid.svg --attention all.jsonl --quiet >out
python3 -c '
import json
maps = json.loads(open("all.jsonl").readline())["maps"]
assert list(maps) == ["decoder"] and len(maps["decoder"]) == 2 and len(maps["decoder"][0]) == 4' || die "--attention"
grep -q '<svg' grid.svg || die "no picture"
fails 1 'no map' "$LOOKBACK" explain -m m-gru 'a red'
fails 2 '--trace' "$LOOKBACK" explain -m m-transformer 'a red' --trace
expect 0 "$LOOKBACK" diagnose -m m-transformer data/valid
[ "$(grep -c '^decoder ' out)" = 8 ] || die "not 8 heads: $(cat out)"
fails 1 'it has decoder' "$LOOKBACK" explain -m m-transformer 'a red' --kind cross

# From disk: the same bits as from memory.
"$LOOKBACK" train $m.yaml --quiet model_dir=disk train.memory=200M train.epochs=1
[ -f disk/model.safetensors ] || die "with little memory"

# Other verbs, other files, other settings.
fails 1 'generate' "$LOOKBACK" translate -m $m data/test
fails 1 'score TEXT' "$LOOKBACK" score -m $m data/test data/test
fails 1 'generate' "$LOOKBACK" align -m $m data/test data/test
fails 1 'nowhere' "$LOOKBACK" score -m $m nowhere
fails 2 'loss or accuracy' "$LOOKBACK" train $m.yaml model_dir=x train.metric=bleu
fails 2 'data.train.text' "$LOOKBACK" train model_dir=x model.type=lm
fails 2 'learns from one text' "$LOOKBACK" train $m.yaml model_dir=x data.train.source=a data.train.target=b
fails 2 'for model.type lm' "$LOOKBACK" train $m.yaml model_dir=x model.type=rnn
fails 2 'are about pairs' "$LOOKBACK" train $m.yaml model_dir=x data.source_end=false
printf '\n\n' >empty
expect 1 "$LOOKBACK" train $m.yaml model_dir=x data.valid.text=empty
has 'no usable line in empty: 2 lines, of which 2 empty' err
tiny_data 200
tiny_config pairs
"$LOOKBACK" train pairs.yaml --quiet train.epochs=1
fails 1 'translate' "$LOOKBACK" generate -m pairs data/test
fails 1 'score SRC TGT' "$LOOKBACK" score -m pairs data/test
