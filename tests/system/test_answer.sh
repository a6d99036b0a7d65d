# Questions about texts: both forms of lines and --question, evidence that is right and checked, offsets, figures,
# and lines that cannot be answered.
. "$SOURCE_DIR/tests/system/tiny.sh"
command -v python3 >/dev/null || exit 77

# Who moved where, in bAbI's form; a question about one of those who moved.
stories() { # stories N SEED
    awk -v n="$1" -v seed="$2" 'BEGIN { srand(seed); split("Mary John Bill", who, " "); split("hall garden office", where, " ")
        split("went moved", verb, " ")
        for (i = 0; i < n; i++) {
            id = 0; split("", at); split("", of)
            for (q = 0; q < 2; q++) {
                for (k = 0; k < 2; k++) {
                    p = who[1 + int(3 * rand())]; at[p] = where[1 + int(3 * rand())]; of[p] = ++id
                    printf "%d %s %s to the %s.\n", id, p, verb[1 + int(2 * rand())], at[p]
                }
                do p = who[1 + int(3 * rand())]; while (!(p in at))
                printf "%d Where is %s? \t%s\t%d\n", ++id, p, at[p], of[p]
            }
        } }'
}
part() { # part FILE NAME: as pairs of lines
    awk -v out="$2" -F '\t' '{ id = $1 + 0; if (id == 1) text = ""; line = $1; sub(/^[0-9]+ /, "", line)
        if (NF > 1) { print text line > (out ".src"); print $2 > (out ".tgt") } else text = text line " ||| " }' "$1"
}
stories 500 1 >train
stories 40 2 >valid
stories 60 3 >test
mkdir data
for p in train valid; do part $p data/$p; done
tiny_config m
sed -i -e 's/^  source: .*/  source: { level: word, lowercase: true, punctuation: drop }/' \
    -e 's/^  attention: .*/  type: memory\n  memory: { hops: 1, linear_epochs: 1 }/' \
    -e 's/^  encoder: .*/  encoder: { embedding: 20, dropout: 0 }/' \
    -e 's/^  decoder: .*/  decoder: { cell: gru, hidden: 20, embedding: 20, dropout: 0 }/' m.yaml
"$LOOKBACK" train m.yaml --quiet train.epochs=25 train.source_unk_rate=0.05

# bAbI's own form, raw: an answer, and below it what it rests on.
expect 0 "$LOOKBACK" answer -m m test
[ "$(grep -c '^[a-z]' out)" = 120 ] || die "not 120 answers: $(grep -c '^[a-z]' out)"
grep -Eq '^  [01][.][0-9]{2}  supported    [A-Z][a-z]+ (went|moved) to the (hall|garden|office)[.]' out ||
    die "no evidence: $(head -5 out)"
has '120 questions' err
has 'right answers' err
"$LOOKBACK" answer -m m test --summary --json --quiet >sum
python3 - <<'EOF' || die "figures: $(cat sum)"
import json
s = json.load(open("sum"))
assert s["questions"] == 120 and s["exact"] >= 95 and s["hit"] >= 95, s
assert s["flips"] >= 60 and s["flips_random"] <= 20, s
EOF
"$LOOKBACK" answer -m m test --evidence 0 --quiet >plain
grep '^[a-z]' out >heads
same plain heads
for flags in "--batch 1" "--batch 7 --threads 1" "--no-check"; do
    # shellcheck disable=SC2086
    "$LOOKBACK" answer -m m test --evidence 0 --quiet $flags >again
    same plain again
done

# JSON lines: offsets are those of the context as given; all weights sum to 1.
cat >asked <<'EOF'
{"context": ["Mary went to the hall.", "  John moved to the garden. ", ""], "question": "Where is John?", "answer": "garden", "supporting": [1], "id": "x1"}
{"context": "Mary went to the office.   John moved to the hall. Bill went to the garden.", "question": "Where is Mary?"}
{"context": "Mary went to the office ||| John moved to the hall", "question": "Where is Mary?", "answer": "Office."}
EOF
expect 0 "$LOOKBACK" answer -m m asked --json --evidence 2
python3 - <<'EOF' || die "answer --json"
import json
asked, rows = ([json.loads(l) for l in open(f)] for f in ("asked", "out"))
assert [r["answer"] for r in rows] == ["garden", "office", "office"], rows
for a, r in zip(asked, rows):
    context = a["context"]
    assert r["question"] == a["question"] and len(r["evidence"]) == 2 and r["score"] <= 0
    assert abs(sum(s["weight"] for s in r["sentences"]) - 1) < 1e-5 and 0 < r["inside"] <= 1 + 1e-6
    for s in r["evidence"]:
        text = context[s["sentence"]] if isinstance(context, list) else context
        assert text[s["start"]:s["end"]] == s["text"] == s["text"].strip(), s
        assert abs(sum(w["weight"] for w in s["words"]) - s["weight"]) < 1e-5
        for w in s["words"]:
            assert text[w["start"]:w["end"]] == w["text"], w
        assert set(s["check"]) >= {"mark", "drop", "flips"}
        assert s["check"]["flips"] == ("instead" in s["check"])
first = rows[0]["evidence"][0]
assert first["sentence"] == 1 and first["check"]["mark"] == "supported" and first["check"]["drop"] > 0.69
assert rows[0]["right"] and rows[2]["right"] and rows[0]["id"] == "x1" and rows[0]["supporting"] == [1]
assert "right" not in rows[1] and len(rows[0]["sentences"]) == 2
assert rows[1]["evidence"][0]["start"] == 0
EOF
"$LOOKBACK" answer -m m asked --json --no-check --quiet | head -1 | grep -q '"check": {"mark": "unchecked"}' || die "--no-check"
expect 0 "$LOOKBACK" answer -m m --context 'Mary went to the hall. John moved to the garden.' --question 'Where is Mary?'
[ "$(head -1 out)" = hall ] || die "--question: $(cat out)"
printf 'Mary went to the hall.\n\nJohn moved to the garden.\n' >text
"$LOOKBACK" answer -m m --context @text --question 'Where is John?' --evidence 0 >out
[ "$(cat out)" = garden ] || die "@FILE: $(cat out)"

# Questions of one's own in a story: without an answer, and a new story with any smaller number.
printf '1 Mary went to the hall.\n2 Where is Mary?\n3 Mary moved to the garden.\n4 Where is Mary?\n2 John went to the office.\n3 Where is John?\n' |
    "$LOOKBACK" answer -m m -k 0 >out
[ "$(tr '\n' ' ' <out)" = "hall garden office " ] || die "a story: $(cat out)"

# What cannot be answered is named, has an empty line, and ends nothing.
{
    printf '1 Where is Mary?\thall\t1\n'
    printf '1 Mary went to the hall.\n2 Where is Mary?\thall\t7\n3 Where is Mary?\thall\tone\n4\n5 Where is Mary?\thall\t1\n'
    printf 'no form at all\n\000\377\001\n{"context": [], "question": "q"}\n{"context": "  ", "question": "q"}\n'
    printf '{"context": "a b", "question": " "}\n{"context": "a b"}\n{"question": "q"}\n{"context": 3, "question": "q"}\n'
    printf '{"context": ["a", 3], "question": "q"}\n{"context": "a", "question": "q"\n{"context": "a", "question": "q", "supporting": [1]}\n'
    printf '{"context": "'; yes 'Mary went to the hall.' | head -20000 | tr '\n' ' '; printf '", "question": "Where is Mary?"}\n'
    printf '{"context": "Mary went to the \\ud800 hall\\u0000", "question": "q"}\n'
    printf '{"context": "Bill went to the hall.", "question": "Where is Bill?"}\n'
} >bad
expect 1 "$LOOKBACK" answer -m m bad -k 0
lines 19 out
[ "$(tail -1 out)" = hall ] || die "the last line: $(tail -1 out)"
[ "$(sed -n 5p out)" = hall ] || die "a story goes on behind bad lines: $(sed -n 5p out)"
[ "$(grep -c '^$' out)" = 17 ] || die "$(grep -c '^$' out) empty lines"
while read -r number words; do
    grep -F "line $number: " err | grep -qF -- "$words" || die "line $number, '$words': $(cat err)"
done <<'EOF'
1 before any line of a story
3 line 7 of the story
4 no numbers
5 nothing stands behind
7 neither a JSON object
8 neither a JSON object
9 no text that the question
10 no text that the question
11 no question
12 no question
13 no "context"
14 neither a text nor a list
15 sentence 1 of "context"
16 not JSON
17 count from 0
18 pieces; 20000 is the most
19 not JSON
EOF
has '17 lines could not be answered, 2 could' err
expect 1 "$LOOKBACK" answer -m m bad --json --quiet
python3 -c '
import json
rows = [json.loads(l) for l in open("out")]
assert [("error" in r) != ("answer" in r) for r in rows] == [True] * 19' || die "errors as JSON"
head -c 200000 "$LOOKBACK" >binary
expect 1 "$LOOKBACK" answer -m m binary
has 'they are counted, not named' err
printf '1 Mary went to the hall.\n' >first
printf '\n2 Where is Mary?\n{"context": "Mary went to the hall.", "question": 7}\n' >second
expect 1 "$LOOKBACK" answer -m m first second
has 'second, line 2: a question before any line of a story' err
has 'second, line 3: "question" is no text' err
expect 0 "$LOOKBACK" answer -m m --context 'Mary went to the hall.' --question 'Where is Mary?' --max-length 1
has 'as long as --max-length lets it be' err
fails 2 'which one?' "$LOOKBACK" answer -m m --context @ --question 'Where?'
fails 1 '5 is the most' "$LOOKBACK" answer -m m --context 'Mary went to the hall.' --question 'Where is she?' --max-input 5
fails 1 'no text' "$LOOKBACK" answer -m m --context ' ' --question 'Where?'
fails 1 'nowhere' "$LOOKBACK" answer -m m --context @nowhere --question 'Where?'
fails 2 'go together' "$LOOKBACK" answer -m m --question 'Where?'
fails 2 'either files' "$LOOKBACK" answer -m m --context a --question 'Where?' test
fails 2 'which model' "$LOOKBACK" answer test
: >nothing
expect 0 "$LOOKBACK" answer -m m nothing
[ ! -s out ] || die "answers to nothing"

# Longer than anything in training is read whole.
yes 'Mary went to the hall.' | head -299 | tr '\n' ' ' >long
echo 'John moved to the office.' >>long
expect 0 "$LOOKBACK" answer -m m --context @long --question 'Where is John?' --json
python3 -c '
import json
r = json.load(open("out"))
assert len(r["sentences"]) == 300 and sum(s["weight"] for s in r["sentences"]) > 0.999' || die "a long text"

# Other architectures; one that does not look back is asked without each sentence.
tiny_config r
tiny_transformer t
for kind in r t; do "$LOOKBACK" train $kind.yaml --quiet train.epochs=1; done
"$LOOKBACK" train r.yaml --quiet model_dir=n train.epochs=1 model.attention.score=none
for kind in r t; do
    "$LOOKBACK" answer -m $kind asked --json --quiet | python3 -c '
import json, sys
for r in map(json.loads, sys.stdin):
    assert r["evidence"] and abs(sum(s["weight"] for s in r["sentences"]) - 1) < 1e-4, r
' || die "$kind"
done
expect 0 "$LOOKBACK" answer -m n asked --json
has 'does not look back' err
python3 -c '
import json
for r in map(json.loads, open("out")):
    assert r["inside"] is None and r["evidence"][0]["weight"] is None, r
    drops = [s["check"]["drop"] for s in r["evidence"]]
    assert drops == sorted(drops, reverse=True)' || die "no attention"
