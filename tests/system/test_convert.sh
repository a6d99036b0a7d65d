#!/bin/bash
# Models of other systems: a CTranslate2 Transformer gives the numbers and strings that its own tests expect, a
# g2p_en model its example; refusals say why and leave nothing behind.
. "$(dirname "$0")/tiny.sh"
data=${LOOKBACK_DATA:-$SOURCE_DIR/../shared/data}/models
ct2=$data/ct2-aren-transliteration npz=$data/g2p-en-gru/checkpoint20.npz
[ -f "$ct2/model.bin" ] && [ -f "$npz" ] || { echo "skipped: no data in $data"; exit 77; }
command -v python3 >/dev/null || { echo "skipped: no python3 to read the expected values"; exit 77; }

# ---- the transliteration model ----
expect 0 "$LOOKBACK" convert "$ct2" model
has "reads no end of sentence" err
[ "$(ls model | tr '\n' ' ')" = "config.yaml model.safetensors source.vocab target.vocab " ] || die "files: $(ls model)"

# Cases as lines: src, tgt and numbers for `score`; src, prefix, beam and output for the others.
python3 - "$ct2/vectors-official.json" <<'EOF'
import json, sys
v = json.load(open(sys.argv[1], encoding="utf-8"))
def put(name, lines):
    with open(name, "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)
put("score.src", [c["src"] for c in v["score"]])
put("score.tgt", [c["tgt"] for c in v["score"]])
put("score.want", [" ".join(map(str, c["log_probs"])) for c in v["score"]])
cases = [(c, b) for k in ("translate_beam1_and_beam4", "prefix_beam1_and_beam4")
         for c in v[k] for b in ([c["beam"]] if "beam" in c else [1, 4])]
put("cases", ["\t".join([str(b), c.get("prefix", "-"), c["src"], c["out"]]) for c, b in cases])
EOF

expect 0 "$LOOKBACK" score -m model --word-scores score.src score.tgt
sed 's/.* ||| //' out >score.got
python3 - <<'EOF'
read = lambda name: [list(map(float, line.split())) for line in open(name)]
worst = 0
for want, got in zip(read("score.want"), read("score.got"), strict=True):
    assert len(want) == len(got), (want, got)
    worst = max(worst, *(abs(a - b) for a, b in zip(want, got)))
print(f"log-probabilities differ by {worst:.1e} at most")
assert worst <= 1e-4
EOF

n=0
while IFS=$'\t' read -r beam prefix src want; do
    echo "$src" >one.src
    echo "$prefix" >one.prefix
    "$LOOKBACK" translate -m model -b "$beam" $([ "$prefix" = - ] || echo --force-prefix one.prefix) \
        <one.src >one.out 2>one.err || { cat one.err; die "beam $beam, prefix '$prefix', $src"; }
    [ "$(cat one.out)" = "$want" ] || die "beam $beam, prefix '$prefix', $src: '$(cat one.out)' instead of '$want'"
    n=$((n + 1))
done <cases
[ $n -ge 10 ] || die "only $n cases"
echo "$n outputs are identical"

# No column for an end of sentence that was not read; rows sum to 1 all the same.
expect 0 "$LOOKBACK" translate -m model -b 4 --attention maps.jsonl --json score.src
python3 - <<'EOF'
import json
lines = [json.loads(line) for line in open("maps.jsonl")]
sources = [line.split() for line in open("score.src")]
assert [m["source"] for m in lines] == sources, lines[0]["source"]
def matrices(x):
    return [x] if not isinstance(x[0][0], list) else [m for y in x for m in matrices(y)]
for m in lines:
    for kind, maps in m["maps"].items():
        for matrix in matrices(maps):
            for row in matrix:
                assert abs(sum(row) - 1) < 1e-5, (kind, row)
            if kind != "decoder":
                assert len(matrix[0]) == len(m["source"])
EOF

# An empty line gives an empty line, in every batch.
printf '\n%s\n\n' "$(head -1 score.src)" >holes
expect 0 "$LOOKBACK" translate -m model holes
lines 3 out
[ -z "$(sed -n 1p out)$(sed -n 3p out)" ] && [ -n "$(sed -n 2p out)" ] || die "empty lines: $(cat out)"

# ---- g2p ----
expect 0 "$LOOKBACK" convert "$npz" g2p
echo activationist >word
expect 0 "$LOOKBACK" translate -m g2p word
[ "$(cat out)" = "AE2 K T IH0 V EY1 SH AH0 N IH0 S T" ] || die "activationist: $(cat out)"

# ---- refusals ----
fails 2 "already holds a model" "$LOOKBACK" convert "$ct2" model
cp -r model kept
expect 0 "$LOOKBACK" convert "$npz" model --overwrite
same model/model.safetensors g2p/model.safetensors
fails 1 "there is no" "$LOOKBACK" convert nowhere new
fails 1 "nothing that can be converted" "$LOOKBACK" convert kept new
fails 2 "is a file" "$LOOKBACK" convert "$ct2" word
mkdir cut
cp "$ct2"/*.txt cut
size=$(stat -c %s "$ct2/model.bin")
for n in 0 3 40 1000 $((size / 2)) $((size - 1)); do
    head -c $n "$ct2/model.bin" >cut/model.bin
    fails 1 "cut/model.bin" "$LOOKBACK" convert cut new
done
(cat "$ct2/model.bin"; echo) >cut/model.bin
fails 1 "1 bytes more" "$LOOKBACK" convert cut new
cp "$ct2/model.bin" cut
head -5 "$ct2/source_vocabulary.txt" >cut/source_vocabulary.txt
fails 1 "51 rows" "$LOOKBACK" convert cut new
rm cut/source_vocabulary.txt
fails 1 "no source_vocabulary" "$LOOKBACK" convert cut new
head -c 100000 "$npz" >cut.npz
fails 1 "cut.npz" "$LOOKBACK" convert cut.npz new
expect 0 "$LOOKBACK" translate -m kept --attention maps.npz score.src
fails 1 "g2p_en" "$LOOKBACK" convert maps.npz new
[ -z "$(find . -name 'new*' -o -name '*.new-*')" ] || die "a failure left something behind: $(ls)"
echo "refusals say why"
