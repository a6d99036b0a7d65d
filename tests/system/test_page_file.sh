# The file of a page: read by the reader that docs/page.md gives, for every verb and kind of model; and what fails.
. "$SOURCE_DIR/tests/system/tiny.sh"
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
"$LOOKBACK" synth svo --n 400 --valid 40 --test 60 --out data --quiet
for f in data/*.en; do mv "$f" "${f%.en}.src"; done
for f in data/*.fr; do mv "$f" "${f%.fr}.tgt"; done
tiny_config rnn
tiny_transformer transformer
tiny_config none
sed -i 's/score: dot/score: none/' none.yaml
for type in lm mlm; do
    side=decoder
    [ $type = lm ] || side=encoder
    cat >$type.yaml <<END
model_dir: $type
data:
  train: { text: data/train.src }
  valid: { text: data/valid.src }
  text: { level: word }
  max_length: 30
model:
  type: $type
  $side: { layers: 2, hidden: 16, heads: 2, feed_forward: 16, dropout: 0 }
END
done
sed -i 's/decoder: {/decoder: { cell: transformer,/' lm.yaml
for m in rnn transformer none lm mlm; do
    "$LOOKBACK" train $m.yaml --quiet --threads 1 train.metric=loss train.epochs=3 train.batch.sentences=16
done

# read PAGE CODE...: runs Python code with the page's head, its texts and argv
sed -n '/^```python/,/^```/p' "$SOURCE_DIR/docs/page.md" | sed '/^```/d' >reader.py
[ "$(wc -l <reader.py)" -gt 10 ] || die "no reader in docs/page.md"
read_page() { # read_page PAGE CODE [ARGUMENT...]
    local page=$1 code=$2
    shift 2
    printf 'from reader import *\nimport sys\nhead, texts = read_page("%s")\n%s\n' "$page" "$code" >code.py
    python3 code.py "$@" || die "$page"
}

# Weights on the page and in --json: the eight largest of a row are the same, the others as near as the head says.
near='
def near(shown, true, error):
    for a, b in zip(shown, true, strict=True):
        top = sorted(range(len(b)), key=lambda c: -b[c])[:8]
        for c, (x, y) in enumerate(zip(a, b, strict=True)):
            assert abs(x - y) <= (1e-6 if c in top else error + 1e-6), (x, y, error)
'
head -5 data/test.src >some
for m in rnn transformer; do
    "$LOOKBACK" explain -m $m some --quiet --html a.html --json a.json >/dev/null
    read_page a.html "$near"'
lines = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
seen = 0
assert head["format"] == 1 and head["kind"] == "explain" and len(texts) == len(lines) == 5
for text, line, row in zip(texts, lines, head["sentences"]):
    r = text["result"]
    near(r["attention"], line["attention"], head["quantised"]["error"])
    assert r["alignment"] == line["alignment"] and r["translation"] == line["translation"] == row["output"]
    assert r["check"]["highlights"] == line["check"]["highlights"] and "marks" not in r["check"]
    if len(r["tokens"]) == 1:
        assert text["figures"] is None
        continue
    seen += 1
    assert set(text["figures"]) == {"drop", "random", "best", "skill", "flips", "flips_random", "supported"}
    assert text["figures"]["random"] <= text["figures"]["best"] + 1e-6
    steps = text["steps"]
    assert len(steps["words"]) == len(steps["probability"]) == len(steps["likely"]) == len(steps["weights"])
    for row in steps["weights"]:
        assert abs(sum(row) - 1) < 0.01 and len(row) == len(steps["source"])
    if head["model"]["layers"] > 1:
        assert [k for k in text["heads"]] == ["cross", "encoder", "decoder"]
        for kind, of in text["heads"].items():
            assert len(of["maps"]) == of["layers"] * of["heads"]
            assert all(len(m) == len(of["rows"]) and len(m[0]) == len(of["columns"]) for m in of["maps"])
            assert all(abs(sum(row) - 1) < 0.05 for m in of["maps"] for row in m)
assert seen >= 3
' a.json
done

# The same run writes the same bytes.
cp a.html b.html
"$LOOKBACK" explain -m transformer some --quiet --html a.html --json a.json >/dev/null
same a.html b.html

# A model that cannot look back, and models of one text.
"$LOOKBACK" explain -m none some --quiet --html a.html >/dev/null
read_page a.html 'assert head["readout"] is None and head["erase"] is None and "attention" not in texts[0]["result"]
assert texts[0]["steps"]["weights"] is None and len(texts[0]["steps"]["likely"][0]) == 5'
"$LOOKBACK" explain -m lm "She loves" --quiet --html a.html >/dev/null
read_page a.html 'assert head["readout"]["kind"] == "decoder" and list(texts[0]["heads"]) == ["decoder"] and "map" in texts[0]["result"]'
"$LOOKBACK" explain -m mlm "She [MASK] cats" --quiet --html a.html >/dev/null
read_page a.html 'assert head["readout"]["kind"] == "encoder" and list(texts[0]["heads"]) == ["encoder"]'
"$LOOKBACK" diagnose -m lm some --quiet --html a.html >/dev/null
read_page a.html 'assert len(texts) == 5 and head["columns"] == [] and {h["kind"] for h in head["heads"]} == {"decoder"}'

# check: table and verdict are those of --json; the map under test is the one that is shown.
for options in "-m rnn" "-m transformer" "-m transformer --layer 0 --head 1 --weights norm" "-m rnn --control shuffled"; do
    "$LOOKBACK" check $options data/test.src --samples 50 --json --quiet --html a.html >a.json
    read_page a.html 'check = json.load(open(sys.argv[1]))
maps = check.pop("maps", None)
assert head["kind"] == "check" and head["check"] == check and head["heads"] == maps
assert len(texts) == len(head["sentences"]) == check["sentences"]
assert head["skill"]["verdict"] == check["verdict"] and head["skill"]["low"] == check["skill"]["low"]
drop = sum(t["figures"]["drop"] * (len(t["result"]["tokens"]) - 1) for t in texts) / check["words"]
assert abs(drop - check["tests"]["drop"]["attention"]["value"]) < 1e-5, drop
assert ("control" in head["readout"]["name"]) == (check["control"] != "none")
assert ("map" in texts[0]["result"]) == ("--layer" in head["command"])' a.json
done

# diagnose: signs, links made by hand and labels.
"$LOOKBACK" synth hallucinate --source data/test.src --target data/test.tgt --test 20 --out faults --quiet
"$LOOKBACK" diagnose -m rnn faults/faults.src faults/faults.tgt --labels faults/faults.labels --quiet --json --worst 1000 \
    --html a.html >a.json
read_page a.html 'lines = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
signs = {x["line"]: x for x in lines if "suspicion" in x}
assert head["columns"][0]["id"] == "suspicion" and all(c["help"] for c in head["columns"])
assert len(texts) == len(signs) and head["faults"] == [x for x in lines if "fault" in x]
assert head["heads"] == [x for x in lines if "kind" in x]
for text, row in zip(texts, head["sentences"]):
    assert text["signs"] == signs[text["line"]] and row["values"]["suspicion"] == signs[row["line"]]["suspicion"] and row["label"]' a.json
"$LOOKBACK" diagnose -m transformer data/test.src data/test.tgt --gold data/test.align --no-check --quiet --html a.html >/dev/null
read_page a.html 'assert all(t["gold"] for t in texts) and head["erase"] is None and texts[0]["figures"] is None'

# What fails leaves no file, and an older one as it was.
mkdir folder folder.html
echo old >old.html
for name in page.txt page - folder.html/ ; do
    fails 2 "must end in .html" "$LOOKBACK" explain -m rnn "She loves cats" --html $name
done
for verb in "explain -m rnn some" "check -m rnn some" "diagnose -m rnn some"; do
    fails 2 "must end in .html" "$LOOKBACK" $verb --html page.txt
    fails 1 "cannot write" "$LOOKBACK" $verb --html no/page.html
    fails 1 "folder" "$LOOKBACK" $verb --html folder.html
done
fails 1 "" "$LOOKBACK" check -m none data/test.src --html old.html
fails 1 "0-x" "$LOOKBACK" diagnose -m rnn some some --gold <(printf '0-0\n0-x\n\n\n\n') --html old.html
[ "$(cat old.html)" = old ] || die "a run that failed wrote a page"
[ -z "$(find . -name '*.tmp')" ] || die "a temporary file is left"
