# A tiny training: it learns, is repeatable, refuses to overwrite, stops cleanly and goes on to the same bits.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 3000
tiny_config m
expect 0 "$LOOKBACK" train m.yaml --dry-run
has 'parameters' out
[ ! -e m/model.safetensors ] || die "a dry run left a model"
expect 0 "$LOOKBACK" train m.yaml train.epochs=7 --dump-config
cp out all.yaml
has 'epochs: 7' out
expect 0 "$LOOKBACK" train all.yaml --dump-config
same out all.yaml

expect 0 "$LOOKBACK" train m.yaml --json
lines 1 out
has '"why": "epochs"' out
has 'validation: loss' err
grep -q "$(printf '\r')" err && die "a carriage return in a pipe"
"$LOOKBACK" translate -m m data/test.src >hyp
"$LOOKBACK" eval bleu hyp data/test.tgt | grep -Eo '^BLEU = [0-9]+' | awk '{ exit !($3 >= 30) }' ||
    die "it did not learn to copy: $("$LOOKBACK" eval bleu hyp data/test.tgt | head -1)"

fails 2 'already holds a model' "$LOOKBACK" train m.yaml
fails 1 'nowhere' "$LOOKBACK" train m.yaml model_dir=n data.train.source=nowhere --quiet
printf 'a b\n' >short
fails 1 'short' "$LOOKBACK" train m.yaml model_dir=n data.train.source=short --quiet
fails 2 'did you mean' "$LOOKBACK" train m.yaml model_dir=n model.attention.score=addditive --quiet

# Byte order marks in front of files are nobody's text.
for file in data/train.src data/train.tgt m.yaml; do
    printf '\357\273\277' | cat - $file >marked."${file##*[./]}"
done
expect 0 "$LOOKBACK" train marked.yaml model_dir=marked data.train.source=marked.src data.train.target=marked.tgt --quiet
same m/model.safetensors marked/model.safetensors

# As few places as the sentences have: those of the trial batches are no more.
for places in model.attention.score=location 'model.type=transformer model.positions=learned model.encoder.heads=2 model.decoder.heads=2'; do
    # shellcheck disable=SC2086
    expect 0 "$LOOKBACK" train m.yaml model_dir=places --overwrite --quiet $places data.max_length=5 train.max_steps=2
done

# The same seed, another number of threads: the same bits. --seed is seed=.
expect 0 "$LOOKBACK" train m.yaml model_dir=again --threads 1 --seed 3 --quiet
same m/model.safetensors again/model.safetensors
[ ! -s err ] || die "--quiet was not"

# Interrupted once it has begun to report, it saves, says how to go on, and ends with the same bits.
"$LOOKBACK" train m.yaml model_dir=cut train.report_steps=1 train.epochs=4 2>err &
pid=$!
for _ in $(seq 600); do
    grep -q 'words/s' err && break
    sleep 0.02
done
kill -INT $pid
rc=0
wait $pid || rc=$?
[ $rc = 1 ] || die "exit $rc after an interruption: $(tail -3 err)"
has '--resume' err
expect 0 "$LOOKBACK" train m.yaml model_dir=cut train.report_steps=1 --resume
same m/model.safetensors cut/model.safetensors
fails 1 'nothing' "$LOOKBACK" train m.yaml model_dir=nothing --resume

expect 0 "$LOOKBACK" average m -o mean
echo 'ropa lala' | "$LOOKBACK" translate -m mean >out
lines 1 out
expect 0 "$LOOKBACK" average m again -o both
expect 0 "$LOOKBACK" average m --last 1 -o last
fails 2 '-o DIR' "$LOOKBACK" average m
expect 0 "$LOOKBACK" inspect m
has 'dot' out
expect 0 "$LOOKBACK" inspect m --json
lines 1 out
