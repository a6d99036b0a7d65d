# summarize: documents of a few sentences, of which the one that begins with "key" is the summary.
. "$SOURCE_DIR/tests/system/tiny.sh"

# make N SEED SENTENCES NAME: NAME.{src,tgt,jsonl}, and NAME.key, the number of the key sentence
make() {
    awk -v n="$1" -v seed="$2" -v most="$3" -v name="$4" 'BEGIN {
        srand(seed)
        for (i = 0; i < n; i++) {
            m = most > 0 ? 2 + int(rand() * (most - 1)) : -most
            key = int(rand() * m); src = json = ""
            for (k = 0; k < m; k++) {
                a = "n" int(rand() * 12); b = "v" int(rand() * 12)
                s = (k == key ? "key" : "so") " " a " " b
                src = src (k ? " ||| " : "") s; json = json (k ? ", " : "") "\"" s "\""
                if (k == key) tgt = a " " b
            }
            print src >(name ".src"); print tgt >(name ".tgt"); print key >(name ".key")
            print "{\"source\": [" json "]}" >(name ".jsonl")
        } }'
}
mkdir data
make 3000 1 4 data/train
make 50 2 4 data/valid
make 60 3 4 test
make 20 4 -30 long # 30 sentences, far longer than the longest of training
tiny_config m
sed -i -e 's/score: dot/score: additive/' -e 's/^  metric: .*/  metric: rouge/' -e 's/epochs: .*/epochs: 6/' \
    -e '/^  target:/a\  max_length: 40' m.yaml
"$LOOKBACK" train m.yaml --quiet --threads 1
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rouge") c = i }
    NR > 1 && $c > best { best = $c } END { exit !(best > 95) }' m/validation.tsv || die "no ROUGE-L in validation.tsv"

# Text, JSON lists, JSON text: the same documents.
"$LOOKBACK" summarize -m m test.src >out 2>err
lines 60 out
[ ! -s err ] || die "said $(head -1 err)"
exact=$("$LOOKBACK" eval exact out test.tgt | sed -n '1s/exact = \([0-9]*\).*/\1/p')
[ "$exact" -ge 90 ] || die "$exact % of the summaries are right"
"$LOOKBACK" summarize -m m <test.jsonl >list
same out list
sed 's/.*/{"source": "&"}/' test.src | "$LOOKBACK" summarize -m m --batch 1 --threads 1 - >list
same out list
"$LOOKBACK" translate -m m --no-repeat-ngram 3 test.src >list
same out list

# Key sentences: the first is the one, and the summary depends on it; in the order of the document.
"$LOOKBACK" summarize -m m -k 1 test.src | awk '/^  / { print $4 == n && $2 == "supported" } { n = $1 }' >keys
lines 60 keys
[ "$(grep -c 1 keys)" -ge 54 ] || die "key sentences are not found"
"$LOOKBACK" summarize -m m -k 9 test.src >nine
awk '/^[^ ]/ { sum = 0 } /^  / { sum += $1; if (sum > 1.04) exit 1 }' nine || die "key sentences weigh more than all"
grep '^  ' nine | sed 's/.*supported *//; s/  \[.*//; s/  without it.*//' >said
sed 's/ ||| /\n/g' test.src >given
same given said
"$LOOKBACK" summarize -m m -k 1 --no-check test.src | grep -q supported && die "--no-check checks"

# Longer than the model was trained for: read whole. Up to --max-input.
"$LOOKBACK" summarize -m m --json -k 2 long.jsonl >out 2>err
[ ! -s err ] || die "said $(head -1 err)"
lines 20 out
head -1 long.src >one
"$LOOKBACK" summarize -m m --max-input 50 one >out 2>err && die "a document longer than --max-input is taken"
has "119 pieces; 50 is the most" err
[ "$(cat out)" = "" ] || die "a summary of a refused document"
awk 'BEGIN { for (i = 0; i < 25000; i++) printf "so n1 v2 ||| " }' >huge
echo >>huge
cat test.src huge test.src | "$LOOKBACK" summarize -m m >out 2>err && die "100,000 words are taken"
lines 121 out
has "line 61: a document of 99999 pieces; 20000 is the most" err

# Offsets lead to the words.
if command -v python3 >/dev/null; then
    printf '%s\n' 'so n1 v2 ||| key n3  v4' '{"source": ["so n1 v2", "", "key n3 v4"]}' '{"source": "key n3 v4 ||| so é v1"}' >in
    "$LOOKBACK" summarize -m m --json in >out
    python3 - <<'EOF' || die "offsets or forms in --json are wrong: $(cat out)"
import json
lines = open("in", "rb").read().splitlines()
out = [json.loads(l) for l in open("out")]
assert [o["summary"] for o in out] == ["n3 v4"] * 3, out
for line, o in zip(lines, out):
    given = json.loads(line)["source"] if line.startswith(b"{") else line.decode()
    assert abs(sum(k["weight"] for k in o["key_sentences"]) - 1) < 1e-6
    assert [k["sentence"] for k in o["key_sentences"]] == sorted(k["sentence"] for k in o["key_sentences"])
    for k in o["key_sentences"]:
        text = (given[k["sentence"]] if isinstance(given, list) else given).encode()
        assert text[k["start"]:k["end"]].decode() == k["text"], (text, k)
        assert k["check"]["mark"] in ("supported", "unsupported") and isinstance(k["check"]["flips"], bool)
        for w in k["words"]:
            assert text[w["start"]:w["end"]].decode() == w["text"], (text, w)
EOF
fi

# What is no document: told of with its line, an empty line (an object) in its place, the others done.
{
    head -1 test.src
    echo
    printf 'so \0 n1 v2\n'
    printf '\001\002\377\376\003\004\n'
    echo '{"source": ["so n1 v2"'
    echo '{"source": ["so n1 v2", 7]}'
    echo '{"text": "so n1 v2"}'
    echo '{"source": []}'
    echo '   '
    echo '{"source": [" ", "\t"]}'
    tail -1 test.src
} >bad
rc=0
"$LOOKBACK" summarize -m m -q bad >out 2>err || rc=$?
[ $rc = 1 ] || die "exit $rc"
lines 11 out
[ "$(grep -c . out)" = 2 ] || die "not two summaries: $(cat out)"
for what in "line 2: the document is empty" "line 3: this is no text" "line 4: this is no text" \
    "line 5: this is no JSON" "line 6: sentence 1 of \"source\" is no text" "line 7: a document is text" \
    "line 8: the document is empty" "line 9: the document is empty" "line 10: the document is empty" \
    "9 of 11 documents"; do
    has "$what" err
done
"$LOOKBACK" summarize -m m -q --json bad >out 2>/dev/null || true
[ "$(grep -c '^{"error": "' out)" = 9 ] && [ "$(grep -c '"summary": "' out)" = 2 ] || die "JSON of bad lines: $(cat out)"
fails 2 "which model" "$LOOKBACK" summarize test.src

printf '["so n1 v2", "key n3 v4"]\n[7] so n1 v2\n' >lists
expect 1 "$LOOKBACK" summarize -m m lists test.src --max-length 1
has 'lists, line 1: a document is text, or {"source": ' err
has 'test.src, line 1: the summary is as long as --max-length lets it be' err

# A page: the bad lines are left out of it, key sentences are checked there though none is printed.
rc=0
"$LOOKBACK" summarize -m m -q bad --html page.html >with 2>/dev/null || rc=$?
[ $rc = 1 ] || die "exit $rc with a page"
"$LOOKBACK" summarize -m m -q bad >without 2>/dev/null || true
same with without
[ "$(grep -c '"evidence":{' page.html)" = 2 ] || die "two documents, and $(grep -c '"evidence":{' page.html) of them on the page"
has '"mark":"' page.html
fails 2 "must end in .html" "$LOOKBACK" summarize -m m bad --html page.txt
fails 2 "--calibrate" "$LOOKBACK" summarize -m m bad --calibrate --html page.html

# What a place gets is kept with the model, and changes ranks, not weights.
rank() { sed -n '1s/.*"rank": \([-0-9.e]*\).*/\1/p' "$1"; }
"$LOOKBACK" summarize -m m --json test.src >before
"$LOOKBACK" summarize -m m --calibrate data/valid.src >out
[ ! -s out ] || die "--calibrate writes summaries"
has '"documents":50,"prior":[' m/key_sentences.json
"$LOOKBACK" summarize -m m --json test.src >after
[ "$(rank before)" != "$(rank after)" ] || die "the ranks stay as they were"
echo '{"prior": [1, -1]}' >m/key_sentences.json
fails 1 "key_sentences.json" "$LOOKBACK" summarize -m m test.src
rm m/key_sentences.json

# A model that cannot look back summarises too, and has no key sentences.
sed -e 's/^model_dir: m/model_dir: none/' -e 's/score: additive/score: none/' -e 's/epochs: .*/epochs: 1/' m.yaml >none.yaml
"$LOOKBACK" train none.yaml --quiet --threads 1
"$LOOKBACK" summarize -m none --json one | grep -q '"key_sentences": \[\]' || die "key sentences of a model that does not look"
expect 1 "$LOOKBACK" summarize -m none -k 2 one
has "cannot look" err
