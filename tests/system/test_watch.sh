# train --watch: the page is there and whole, training the same to the bit, resumed, and alarmed when it should be.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 600
tiny_config m
train() { expect 0 "$LOOKBACK" train m.yaml --threads 1 "$@"; }

# page FILE WORDS...: the head of the page, which has all of these
page() {
    local file=$1
    shift
    grep -o '<script type="application/json" id="page">.*</script>' "$file" >head || die "$file has no head"
    for words in "$@"; do has "$words" head; done
}

train train.epochs=5 --watch m.html
page m.html '"kind":"watch"' '"done":true' '"why":"epochs"' '"metric":"exact"' '"alarm":null' '--watch m.html'
grep -q 'id="nwatch">[A-Za-z0-9+/=]' m.html || die "no numbers"
has 'learning the source' err
grep -q 'uniform' err && die "an alarm for nothing"
lines 7 m/watch.jsonl # the probes, step 0, five validations
train model_dir=n train.epochs=5
same m/model.safetensors n/model.safetensors
[ ! -e n/watch.jsonl ] || die "watched without being asked"

# Whoever reads the page finds the probes as watch.jsonl has them.
if command -v python3 >/dev/null; then
    PYTHONPATH=$SOURCE_DIR/tests/page python3 - <<'END' || die "the page is not what watch.jsonl is"
import base64, json, zlib
import read_page
page = read_page.Page("m.html")
numbers = zlib.decompress(base64.b64decode(page.blocks["nwatch"]))
watch = read_page.matrices(page.head["watch"], numbers)
first, *rest = map(json.loads, open("m/watch.jsonl"))
assert len(first["probes"]) == 6 == len(watch["probes"]) and first["map"] == "cross"
sizes = [len(p["source"]) for p in watch["probes"]]
assert sizes == sorted(sizes) and sizes[0] < sizes[-1], sizes
assert [v["step"] for v in watch["validations"]] == [s["step"] for s in rest[1:]]
for i, probe in enumerate(watch["probes"]):
    assert [s["step"] for s in probe["snapshots"]] == [s["step"] for s in rest]
    for shown, logged in zip(probe["snapshots"], rest):
        assert shown["output"] == logged["output"][i]
        assert len(shown["weights"]) == len(probe["reference"])
        for a, b in zip(shown["weights"], logged["weights"][i]):
            assert len(a) == len(b) == len(probe["source"]) and abs(sum(a) - 1) < 0.01
            assert max(abs(x - y) for x, y in zip(a, b)) <= page.head["quantised"]["error"] + 1e-7
entropy = watch["validations"][0]["entropy"]
assert 0 < entropy <= watch["uniform_entropy"] * 1.0001, entropy
END
fi

# Stopped in the middle of an epoch, then resumed: the same maps, and those of the end of the first run besides.
train model_dir=r train.epochs=0 train.max_steps=50 --watch r.html
page r.html '"why":"max_steps"'
printf '{"step": 57, "output": [], "weig' >>r/watch.jsonl # as if it had been killed
train model_dir=r train.epochs=5 --resume --watch r.html
grep -v '"step":50,' r/watch.jsonl >rest
same rest m/watch.jsonl
same m/model.safetensors r/model.safetensors
# Without --watch what is no longer so is cut off all the same.
train model_dir=r train.epochs=6 --resume
same rest m/watch.jsonl
train model_dir=r train.epochs=7 --resume --watch r.html
lines 9 r/watch.jsonl
train model_dir=r train.epochs=1 --overwrite
[ ! -e r/watch.jsonl ] || die "the maps of another run"

# Many validations: all are in the folder, some of them, evenly, on the page.
train model_dir=many train.metric=loss train.patience=0 train.validate_every.steps=1 train.epochs=0 train.max_steps=130 --watch many.html
lines 132 many/watch.jsonl
page many.html
steps=$(grep -o '"snapshots":.*' head | sed 's/}}\].*//' | grep -o '"step":[0-9]*' | tr -dc '0-9\n' | tr '\n' ' ')
[ "$steps" = "$(seq 0 4 129 | tr '\n' ' ')130 " ] || die "snapshots of $steps"

# Attention that cannot choose.
train model_dir=u model.attention.score=uniform train.metric=loss train.epochs=4 --watch u.html
page u.html '"alarm":{"since":19,' 'model.attention.score is uniform'
[ "$(grep -c 'attention has been uniform in 3 validations' err)" = 1 ] || die "not one alarm: $(cat err)"
has '"output":"' head

# What has no attention, or another kind.
train model_dir=none model.attention.score=none train.epochs=1 --watch none.html
page none.html '"map":null' '"weights":null' '"alarm":null'
tiny_transformer t
expect 0 "$LOOKBACK" train t.yaml train.epochs=1 --watch t.html --threads 1
page t.html '"map":"cross"' '"name":"cross attention, mean over the 2 heads of layer 1 of 0 to 2"'
one_text() { # one_text TYPE KIND SIDE
    sed -e "s/^model_dir: .*/model_dir: $1/" -e "s/type: transformer/type: $1/" -e "/^  $3:/d" -e '/attention:/d' \
        -e 's/^  train: .*/  train: { text: data\/train.src }/' -e 's/^  valid: .*/  valid: { text: data\/valid.src }/' \
        -e 's/^  source: .*/  text: { level: word }/' -e '/^  target:/d' -e 's/metric: .*/metric: loss/' t.yaml >"$1.yaml"
    sed -i 's/^  decoder: {/  decoder: { cell: transformer,/' "$1.yaml"
    expect 0 "$LOOKBACK" train "$1.yaml" train.epochs=1 --watch "$1.html" --threads 1
    page "$1.html" "\"map\":\"$2\"" '"output":null'
}
one_text lm decoder encoder
one_text mlm encoder decoder

fails 2 'must end in .html' "$LOOKBACK" train m.yaml model_dir=f --watch page.txt --quiet
fails 1 'nowhere' "$LOOKBACK" train m.yaml model_dir=f --watch nowhere/page.html --quiet
[ ! -e f/train.safetensors ] || die "it began all the same"
train model_dir=f train.epochs=1 --watch f/page.html
page f/page.html '"done":true'
echo "watching works"
