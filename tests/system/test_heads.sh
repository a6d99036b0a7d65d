# Every layer and head: exported under every way of decoding, chosen, drawn, diagnosed.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 2000
tiny_transformer m
"$LOOKBACK" train m.yaml --quiet train.epochs=1
{ head -12 data/test.src && echo && echo 'ropa'; } >some
"$LOOKBACK" translate -m m some >best
"$LOOKBACK" translate -m m some --json >json

# The same tokens and scores with and without maps: beam, greedy, sampling, a forced beginning, forced decoding.
sed 's/ .*//' some >prefix
for how in "" "--beam 1" "--sample --seed 4" "--force-prefix prefix" "--n-best 3" "--batch 1" "--threads 1"; do
    # shellcheck disable=SC2086
    "$LOOKBACK" translate -m m some --word-scores $how >want
    # shellcheck disable=SC2086
    "$LOOKBACK" translate -m m some --word-scores $how --attention all.jsonl >out
    same want out
    case $how in
    "") cp all.jsonl beam.jsonl ;;
    --batch* | --threads*) same beam.jsonl all.jsonl ;;
    esac
    cat all.jsonl >>every.jsonl
done
"$LOOKBACK" score -m m some best --word-scores >want
"$LOOKBACK" score -m m some best --word-scores --attention forced.jsonl >out
same want out
same beam.jsonl forced.jsonl
"$LOOKBACK" translate -m m some --attention all.npz >out
"$LOOKBACK" translate -m m some --attention pieces.npz --pieces >out
"$LOOKBACK" explain -m m some --attention explained.jsonl --quiet >out
same beam.jsonl explained.jsonl
python3 - <<'EOF' || die "attention files"
import json, struct, zipfile

def check(maps, S, T):
    shapes = {"cross": (3, 2, T, S), "encoder": (2, 4, S, S), "decoder": (3, 2, T, T)}
    assert set(maps) == set(shapes)
    for kind, (L, H, rows, columns) in shapes.items():
        assert len(maps[kind]) == L and all(len(layer) == H for layer in maps[kind])
        for layer in maps[kind]:
            for head in layer:
                assert len(head) == rows and all(len(row) == columns for row in head)
                assert all(abs(sum(row) - 1) < 1e-5 for row in head), kind
                if kind == "decoder":
                    assert all(w == 0 for t, row in enumerate(head) for w in row[t + 1:])

n = 0
for line in list(open("every.jsonl")) + list(open("forced.jsonl")):
    r = json.loads(line)
    assert r["source"][-1] == r["target"][-1] == "</s>"
    check(r["maps"], len(r["source"]), len(r["target"]))
    n += 1
assert n == 8 * 14, n

# The one map is the mean over the heads of the layer last but one.
for line, said in zip(open("beam.jsonl"), open("json")):
    maps, said = json.loads(line)["maps"]["cross"], json.loads(said)
    best = [[(a + b) / 2 for a, b in zip(*rows)] for rows in zip(*maps[1])]
    top = [[row.index(max(row)), t] for t, row in enumerate(best[:-1])]
    assert [link for link in top if link[0] + 1 < len(best[0])] == said["alignment"]

z, shapes = zipfile.ZipFile("all.npz"), {}
for name in z.namelist():
    data = z.read(name)
    head = data[10:10 + struct.unpack("<H", data[8:10])[0]].decode()
    shapes[name] = eval(head)["shape"]
for i, line in enumerate(open("beam.jsonl")):
    r = json.loads(line)
    S, T = len(r["source"]), len(r["target"])
    assert shapes[f"{i}.cross.npy"] == (3, 2, T, S)
    assert shapes[f"{i}.encoder.npy"] == (2, 4, S, S)
    assert shapes[f"{i}.decoder.npy"] == (3, 2, T, T)
EOF

# One map, chosen.
line=$(head -1 some)
expect 0 "$LOOKBACK" explain -m m "$line" --kind decoder --layer 2 --head 1 --tsv d.tsv --json d.json --svg d.svg
has 'decoder attention, layer 2 of 0-2, head 1 of 0-1' out
grep -q '<s>' d.tsv || die "what the decoder read: $(cat d.tsv)"
has '"map":{"kind":"decoder","layer":2,"head":1,' d.json
has 'decoder attention, layer 2' d.svg
expect 0 "$LOOKBACK" explain -m m "$line" --kind encoder
has 'encoder attention, layer 0 of 0-1, mean of 4 heads' out
python3 - <<'EOF' || die "the chosen map is not the exported one"
import json
chosen = json.load(open("d.json"))["map"]["weights"]
every = json.loads(open("beam.jsonl").readline())["maps"]["decoder"][2][1]
assert all(abs(a - b) < 1e-6 for x, y in zip(chosen, every) for a, b in zip(x, y))
EOF
expect 0 "$LOOKBACK" explain -m m "$line" --trace
has 'mean over the heads' out
fails 2 'there is no layer 3: the cross attention has 3, 0 to 2' "$LOOKBACK" explain -m m "$line" --layer 3
fails 2 'there is no head 4: a layer of the encoder attention has 4, 0 to 3' \
    "$LOOKBACK" explain -m m "$line" --kind encoder --head 4
fails 2 'not a number from 0' "$LOOKBACK" explain -m m "$line" --head few
fails 2 'encoder' "$LOOKBACK" explain -m m "$line" --kind encodr

# All of them in one picture.
expect 0 "$LOOKBACK" explain -m m "$line" --grid grid.svg
has 'layer 2, head 1: ' grid.svg
expect 0 "$LOOKBACK" explain -m m some --kind encoder --grid grid.png --quiet
head -c 4 grid-14.png | grep -q PNG || die "pictures of 14 lines: $(ls)"

# align reads any head.
"$LOOKBACK" align -m m --readout plain some best >links
"$LOOKBACK" translate -m m --alignment some | sed 's/.* |||[ ]*//' >told
same told links
"$LOOKBACK" align -m m --readout plain some best --layer 1 --head mean >out
same links out
"$LOOKBACK" align -m m --readout plain some best --layer 0 --head 1 >out
cmp -s links out && die "all heads align alike"
fails 2 'there is no layer 9' "$LOOKBACK" align -m m --readout plain some best --layer 9

# What heads do.
expect 0 "$LOOKBACK" diagnose -m m data/test.src data/test.tgt --gold data/test.align --worst 3
[ "$(grep -cE '^(cross|encoder|decoder) ' out)" = 20 ] || die "not 20 heads: $(cat out)"
has 'suspicious' out
expect 0 "$LOOKBACK" diagnose -m m some --json
python3 - <<'EOF' || die "diagnose --json: $(head -3 out)"
import json
rows = [json.loads(line) for line in open("out")]
heads = [r for r in rows if "kind" in r]
assert [(r["kind"], r["layer"], r["head"]) for r in heads] == (
    [("cross", l, h) for l in range(3) for h in range(2)] + [("encoder", l, h) for l in range(2) for h in range(4)] +
    [("decoder", l, h) for l in range(3) for h in range(2)])
assert all(0 <= r["normalised_entropy"] <= 1 + 1e-9 and r["gold_aer"] is None for r in heads)
odd = [r["suspicion"] for r in rows if "line" in r]
assert len(odd) == 10 and odd == sorted(odd, reverse=True)
EOF
"$LOOKBACK" diagnose -m m some --tsv --pieces --worst 2 >out
lines 25 out # 1 + 20, an empty one, 1 + 2
echo 'x-y' >bad
fails 1 'bad' "$LOOKBACK" diagnose -m m data/test.src data/test.tgt --gold bad
head -5 data/test.align >short
fails 1 'short has 5 lines' "$LOOKBACK" diagnose -m m data/test.src data/test.tgt --gold short
fails 2 'leave out --pieces' "$LOOKBACK" diagnose -m m some best --gold bad --pieces

# An ensemble shows its first model's heads, and the mean map of all.
"$LOOKBACK" translate -m m --ensemble m some --attention two.jsonl >out
same best out
same beam.jsonl two.jsonl

# A line that is too long for maps says so, and its text is the same.
yes 'ropa lala' | head -4000 | tr '\n' ' ' >long
"$LOOKBACK" translate -m m long --beam 1 --quiet >want
expect 0 "$LOOKBACK" translate -m m long --beam 1 --attention long.jsonl
has 'line 1 is too long for maps' err
same want out
has '"maps":{}' long.jsonl
fails 1 'too long' "$LOOKBACK" explain -m m long --kind encoder --tsv - --json map.json --quiet

# A recurrent model has one layer, one head and no self-attention.
tiny_config r
"$LOOKBACK" train r.yaml --quiet train.epochs=1
"$LOOKBACK" explain -m r "$line" --layer 0 --head 0 --tsv - >one
"$LOOKBACK" explain -m r "$line" --tsv - >two
same one two
expect 0 "$LOOKBACK" explain -m r "$line" --grid one.pdf
fails 1 'no attention of the kind encoder; it has cross' "$LOOKBACK" explain -m r "$line" --kind encoder
expect 0 "$LOOKBACK" diagnose -m r some
has 'cross        0    0' out
exit 0
