# bench/compare.py: the arithmetic of its table, shown programs whose speed is known; and the real command.
. "$SOURCE_DIR/tests/system/tiny.sh"
command -v python3 >/dev/null || exit 77
compare=$SOURCE_DIR/bench/compare.py

# A lookback that does 100 words/s, then 300, at a quarter and three quarters of a peak of 80 GFLOP/s.
cat >ours <<'END'
#!/bin/sh
echo "$*" >>calls
echo ours >>order
words=$(($(grep -c ours order) % 2 ? 100 : 300))
echo "{\"name\": \"$2\", \"tokens_per_second\": $words, \"share_of_peak\": $((words / 4))e-2, \"peak_gflops\": 80, \"isa\": \"none\"}"
END
cat >torch_rnn.py <<'END'
import sys
print(*sys.argv[1:], file=open("calls", "a"))
print("peer", file=open("order", "a"))
print("torch 9 rnn luong emb256: 12.5 ms/step, 100 tgt tok/s")
END
chmod +x ours
expect 0 "$compare" --lookback ./ours --python python3 --peers . --rounds 2 --threads 2 --json all.json rnn256-general
[ "$(tr '\n' ' ' <order)" = "ours peer ours peer " ] || die "not alternating: $(cat order)"
has "bench rnn256-general --threads 2 --json" calls
has "--mode luong --emb 256 --hid 256 --vocab 4000 --batch 64 --src 15 --tgt 15 --threads 2" calls
has '| torch 9 best / median |' out
has '| 300 / 200 words/s | 100 / 100 words/s | **3.00** / 2.00 | 50 % / 25 % |' out
python3 -c 'import json; c = json.load(open("all.json"))["cases"][0]
assert c["ratio_of_best"] == 3 and c["lookback"]["all"] == [100, 300] and c["other"]["memory_mb"] > 1, c'

expect 2 "$compare" --lookback ./ours --peers . rnn256
has "PyTorch has no program for rnn256" err
expect 1 "$compare" --lookback false --peers . rnn256-general
has "false bench rnn256-general" err

expect 0 "$compare" --lookback "$LOOKBACK" --against "$LOOKBACK" --rounds 1 --threads 1 softmax
has '| `softmax` |' out
has 'GB/s' out
