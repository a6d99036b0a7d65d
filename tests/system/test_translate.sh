# translate, score, align and explain with one tiny model: forms, agreement between them, wrong input.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 3000
tiny_config m
"$LOOKBACK" train m.yaml --quiet
"$LOOKBACK" translate -m m data/test.src >best

# Nothing but speed depends on batch, threads, file or pipe, packed or plain, attention or not.
for flags in "--batch 1" "--batch 7 --threads 1" "--alignment --attention a.npz" "--n-best 3" "--json"; do
    # shellcheck disable=SC2086
    "$LOOKBACK" translate -m m $flags data/test.src >out
    case $flags in
    --n-best*) awk -F ' [|][|][|] ' '$1 == n { print $2; n++ }' n=0 out >text ;;
    --json) python3 -c 'import json, sys; [print(json.loads(l)["translation"]) for l in sys.stdin]' <out >text ;;
    *) sed 's/ |||.*//' out >text ;;
    esac
    same best text
done
gzip -kc data/test.src | "$LOOKBACK" translate -m m >out
same best out
printf '\357\273\277' | cat - data/test.src >marked
"$LOOKBACK" translate -m m marked >out
same best out
head -30 data/test.src >a && tail -n +31 data/test.src >b
"$LOOKBACK" translate -m m a b >out
same best out

# Forms.
head -5 data/test.src >five
"$LOOKBACK" translate -m m five --n-best 2 --alignment --word-scores >out
lines 10 out
form='^[0-4] [|]{3} .* [|]{3} [0-9 -]* [|]{3} WordScores=( -[0-9.]+)+ [|]{3} F0= -[0-9.e-]+ [|]{3} -[0-9.e-]+$'
[ "$(grep -Ec "$form" out)" = 10 ] || die "n-best looks like $(head -1 out)"
"$LOOKBACK" translate -m m five --alignment soft >out
awk -F ' [|][|][|] ' '{ n = split($2, rows, " ")
    for (i = 1; i <= n; i++) { s = 0; k = split(rows[i], w, ","); for (j = 1; j <= k; j++) s += w[j]
        if (s < 0.999 || s > 1.001) exit 1 } }' out || die "a row of attention does not sum to 1"
"$LOOKBACK" translate -m m five --alignment 0.3 >out
lines 5 out

# Nothing comes twice where that is asked for: by a flag, or by the model's configuration.
head -1 data/train.src | cut -d' ' -f1 | sed 's/.*/& & & & & &/' >again
"$LOOKBACK" translate -m m --no-repeat-ngram 1 --beam 3 again >out
[ -z "$(tr ' ' '\n' <out | sort | uniq -d)" ] || die "a word comes twice: $(cat out)"
cp -r m once
sed -i 's/no_repeat_ngram: 0/no_repeat_ngram: 1/' once/config.yaml
"$LOOKBACK" translate -m once --beam 3 again >once.out
same out once.out
"$LOOKBACK" translate -m once --no-repeat-ngram 0 again >out
"$LOOKBACK" translate -m m again >once.out
same out once.out
rm -r once

# score says of the outputs what translate said; --attention is what align reads.
"$LOOKBACK" translate -m m --json data/test.src >said
"$LOOKBACK" score -m m data/test.src best >scores
lines 60 scores
python3 - <<'EOF' || die "score and translate differ"
import json, sys
said = [json.loads(line)["score"] for line in open("said")]
scores = [float(line) for line in open("scores")]
sys.exit(any(abs(a - b) > 1e-4 * max(1, abs(a)) for a, b in zip(said, scores)))
EOF
"$LOOKBACK" score -m m five five --word-scores | awk -F ' [|][|][|] ' '{ n = split($2, w, " "); s = 0
    for (i = 1; i <= n; i++) s += w[i]; if (s - $1 > 1e-3 || $1 - s > 1e-3) exit 1 }' || die "word scores do not add up"
"$LOOKBACK" score -m m five five --summary | grep -q '^perplexity [0-9]' || die "--summary"
"$LOOKBACK" score -m m five five --json | python3 -c '
import json, sys
for line in sys.stdin:
    x = json.loads(line)
    assert len(x["tokens"]) == len(x["log_probs"]) and abs(sum(x["log_probs"]) - x["score"]) < 1e-4
' || die "score --json"
"$LOOKBACK" vocab encode -m m/source.vocab five >tokens
"$LOOKBACK" score -m m --input tokens tokens tokens >out
"$LOOKBACK" score -m m five five >plain
same out plain
fails 1 'data/test.src has 60 lines but five has 5' "$LOOKBACK" score -m m data/test.src five
"$LOOKBACK" align -m m --readout plain data/test.src best >links
"$LOOKBACK" translate -m m --alignment data/test.src | sed 's/.* |||[ ]*//' >told
same links told
"$LOOKBACK" align -m m --soft five five >out
lines 5 out

# Attention files.
"$LOOKBACK" translate -m m five --attention a.jsonl >out
"$LOOKBACK" translate -m m five --attention a.npz --pieces >out
python3 - <<'EOF' || die "attention files"
import json, zipfile
rows = [json.loads(line) for line in open("a.jsonl")]
assert [r["line"] for r in rows] == list(range(5))
for r in rows:
    cross = r["maps"]["cross"][0][0]
    assert len(cross) == len(r["target"]) and all(len(row) == len(r["source"]) for row in cross)
    assert all(abs(sum(row) - 1) < 1e-5 for row in cross)
    assert r["source"][-1] == "</s>"
names = set(zipfile.ZipFile("a.npz").namelist())
assert {f"{i}.{what}.npy" for i in range(5) for what in ("cross", "source", "target")} <= names
EOF
fails 2 '.npz or .jsonl' "$LOOKBACK" translate -m m five --attention a.txt

# Interrupted while it waits for input: half a file does not stay behind.
mkfifo wait
"$LOOKBACK" translate -m m --attention half.npz wait >out 2>err &
pid=$!
exec 9>wait
sed -n 1p five >&9
for _ in $(seq 600); do
    [ ! -s out ] || break
    sleep 0.02
done
kill -INT $pid
rc=0
wait $pid || rc=$?
exec 9>&-
[ $rc = 1 ] || die "exit $rc after an interruption: $(cat err)"
[ -z "$(ls | grep half)" ] || die "left behind: $(ls | grep half)"

# Prefixes, ensembles, sampling.
sed 's/ .*//' five >prefix
"$LOOKBACK" translate -m m five --force-prefix prefix | cut -d' ' -f1 >out
same prefix out
"$LOOKBACK" translate -m m --ensemble m five >out
head -5 best >want
same out want
"$LOOKBACK" translate -m m data/test.src --sample --seed 1 >one
"$LOOKBACK" translate -m m data/test.src --sample --seed 1 --batch 3 >two
same one two
"$LOOKBACK" translate -m m data/test.src --sample --seed 2 --top-k 10 --temperature 2 >three
cmp -s one three && die "the seed changes nothing"

# One answer for one line, before the next is sent.
coproc "$LOOKBACK" translate -m m
for i in 1 2 3; do
    sed -n ${i}p data/test.src >&"${COPROC[1]}"
    read -r -t 60 answer <&"${COPROC[0]}" || die "no answer to line $i"
    [ "$answer" = "$(sed -n ${i}p best)" ] || die "line $i was answered by '$answer'"
done
exec {COPROC[1]}>&-
wait

# A long line is read in parts and named.
yes 'ropa lala' | head -200 | tr '\n' ' ' >long
"$LOOKBACK" translate -m m long >out 2>err
lines 1 out
has 'line 1 is longer' err
fails 1 'line 1' "$LOOKBACK" score -m m long long

# Without attention there is nothing to show, and that is said.
tiny_config none
"$LOOKBACK" train none.yaml --quiet model.attention.score=none train.epochs=1
fails 1 'attention' "$LOOKBACK" translate -m none five --alignment
fails 1 'attention' "$LOOKBACK" align -m none five five
fails 1 'attention' "$LOOKBACK" explain -m none 'ropa lala' --svg map.svg
expect 0 "$LOOKBACK" explain -m none 'ropa lala'
has 'cannot look back' out
