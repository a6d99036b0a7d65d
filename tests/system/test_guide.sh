# Guided attention: a head goes where the links are, and stands for the model then; wrong gold is told by line.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 600
tiny_transformer m
# Target word i looks at source word 0, where it would never look by itself.
awk '{ for (i = 0; i < NF; i++) printf "0-%d ", i; print "" }' data/train.tgt | gzip >train.align.gz
expect 0 "$LOOKBACK" train m.yaml train.guide.links=train.align.gz train.guide.head=1 train.guide.weight=1 \
    train.epochs=6 train.report_steps=10 train.metric=loss
has 'attention is guided at' err
tail -1 m/log.jsonl | grep -Eo '"guide":[0-9.]+' | awk -F: '{ exit !($2 < 0.2) }' || die "not guided: $(tail -1 m/log.jsonl)"
head -20 data/test.src >20.src
head -20 data/test.tgt >20.tgt
expect 0 "$LOOKBACK" align -m m 20.src 20.tgt
awk '{ for (i = 1; i <= NF; i++) { n++; ok += $i ~ /^0-/ } } END { exit !(ok >= 0.95 * n) }' out || die "$(head -3 out)"
"$LOOKBACK" align -m m 20.src 20.tgt --layer 1 --head 1 | cmp - out || die "the guided head does not stand for the model"
"$LOOKBACK" align -m m 20.src 20.tgt --layer 1 --head 0 | cmp -s - out && die "both heads look at the same"

# The same by evidence, without and with another number of threads.
awk '{ print "0-0" }' data/train.tgt >train.evidence
expect 0 "$LOOKBACK" train m.yaml model_dir=e train.guide.evidence=train.evidence train.guide.head=1 \
    train.guide.weight=1 train.epochs=6 train.report_steps=10 train.metric=loss --threads 1
same m/model.safetensors e/model.safetensors

sed '5s/.*/0-0 0-77/' train.evidence >wrong
fails 1 'wrong: there is no source word 77' "$LOOKBACK" train m.yaml model_dir=n train.guide.evidence=wrong --quiet
fails 2 'links and evidence' "$LOOKBACK" train m.yaml model_dir=n train.guide.links=wrong train.guide.evidence=wrong --quiet
fails 2 'train.guide.head is 2' "$LOOKBACK" train m.yaml model_dir=n train.guide.links=wrong train.guide.head=2 --quiet
fails 2 'not learned' "$LOOKBACK" train m.yaml model_dir=n train.guide.links=wrong model.attention.score=uniform --quiet
echo "guided attention works"
