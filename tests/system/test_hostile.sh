# 3,000 lines of anything: as many out, in order, and the last one right.
. "$SOURCE_DIR/tests/system/tiny.sh"
command -v python3 >/dev/null || exit 77

tiny_data 2000
tiny_config m
"$LOOKBACK" train m.yaml --quiet train.epochs=1
python3 - >hostile <<'EOF'
import random, sys
random.seed(7)
noise = lambda: bytes(random.randrange(256) for _ in range(random.randrange(120))).replace(b"\n", b" ")
kinds = [
    noise, lambda: b"\0" * random.randrange(40) + b"ropa\0lala", lambda: b"ropa\rlala\r\r", lambda: b"",
    lambda: b"   \t ", lambda: b"<s> </s> <pad> <unk> <b>ropa</b> &amp; ||| lala", lambda: b"ropa lala",
    lambda: b"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
    lambda: "\u2028\u2029\u0085\u00a0\u200b\ufeff e\u0301".encode() * 3,
    lambda: "\u732b\u304c\u597d\u304d \U0001f642\u200d\U0001f467 \u05e9\u05dc\u05d5\u05dd".encode(),
]
rows = [random.choice(kinds)() for _ in range(2996)]
rows.insert(1500, (b"ropa lala nura bige " * 20000)[:300000])
rows.insert(700, b"x" * 300000)
rows.insert(50, b"\x80" * 5000)
rows.append(b"ropa lala nura")
sys.stdout.buffer.write(b"\n".join(rows))
EOF
echo 'ropa lala nura' | "$LOOKBACK" translate -m m >right
for flags in "" "--alignment soft --word-scores" "--json" "--attention a.jsonl" "--input tokens" "--sample -b 1"; do
    # shellcheck disable=SC2086
    "$LOOKBACK" translate -m m $flags <hostile >out 2>err || die "translate $flags: $(tail -1 err)"
    lines 3000 out
    [ "$flags" = "" ] || continue
    tail -1 out >last
    same last right
    grep -q 'line 1503 ' err || die "the long line is not named: $(head -3 err)"
done
lines 3000 a.jsonl
"$LOOKBACK" translate -m m --json <hostile 2>err | python3 -c '
import json, sys
sys.stdin.reconfigure(newline="\n")
for line in sys.stdin:
    json.loads(line)
' || die "a line that is not JSON"
"$LOOKBACK" explain -m m - <<<"$(printf '\033[31mropa\033[0m \xff')" >out 2>err
grep -q "$(printf '\033')" out && die "an escape sequence of the input reached the terminal"

# Text like this is trained on as well, and broken pairs are counted.
head -1400 hostile >s && head -1400 hostile >t
"$LOOKBACK" train m.yaml model_dir=h data.train.source=s data.train.target=t train.epochs=1 2>err || die "$(tail -1 err)"
