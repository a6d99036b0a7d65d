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
echo "{\"name\": \"$2\", \"tokens_per_second\": $words, \"share_of_peak\": $((words / 4))e-2, \"peak_gflops\": 80, \"peak_rss_mb\": 52.4288, \"isa\": \"none\"}"
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

# Transformers; decoding has another peer, on one thread, and each side says what memory it took.
rm -f order calls
sed 's/torch 9 rnn luong/torch 9 transformer/' torch_rnn.py >torch_transformer.py
cat >ct2_decode.py <<'END'
import sys
print(*sys.argv[1:], file=open("calls", "a"))
print("ct2 4.8 d256 ff1024 L3+3 V8000 n64 batch1 beam1 float32 thr1: 50 tgt tok/s, 25 tokens each, peak 100 MB")
END
expect 0 "$compare" --lookback ./ours --python python3 --peers . --rounds 1 --json all.json transformer-tiny decode-small-batch1
has "--d 128 --ff 256 --heads 4 --layers 4 --vocab 8000 --batch 128 --src 15 --tgt 15 --dropout 0.3" calls
has "bench decode-small-batch1 --threads 1 --json" calls
has "--d 256 --ff 1024 --heads 8 --enc 3 --dec 3 --vocab 8000 --src 25 --tgt 25 --batch 1 --beam 1 --threads 1" calls
has '| torch 9 best / median |' out
has '| ct2 4.8 best / median |' out
has '| `transformer-tiny` | 100 / 100 words/s |' out
has '| `decode-small-batch1` | 300 / 300 words/s | 50 / 50 words/s | **6.00** / 6.00 |' out
has '| 52 / 105 | 0.50 |' out

expect 2 "$compare" --lookback ./ours --peers . rnn256
has "no peer has a program for rnn256" err
expect 1 "$compare" --lookback false --peers . rnn256-general
has "false bench rnn256-general" err

expect 0 "$compare" --lookback "$LOOKBACK" --against "$LOOKBACK" --rounds 1 --threads 1 softmax
has '| `softmax` |' out
has 'GB/s' out
