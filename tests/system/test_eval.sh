# eval on a few lines: figures known by hand or from sacreBLEU, forms, and what is wrong with files.
. "$SOURCE_DIR/tests/system/tiny.sh"

printf 'the cat sat on the mat .\na small dog barks loudly today\n' >hyp
printf 'the cat sat on the mat .\nthe small dog barks loudly\n' >ref
cp ref ref2
expect 0 "$LOOKBACK" eval bleu ref ref2
has 'BLEU = 100.00' out
has 'tok:13a' out
expect 0 "$LOOKBACK" eval exact hyp ref
has '50.00' out
expect 0 "$LOOKBACK" eval chrf ref ref2
has '100.00' out
expect 0 "$LOOKBACK" eval bleu hyp ref ref2 --tokenize none --lowercase --json
lines 1 out
has '"score"' out
has 'nrefs:2' out
gzip -k ref
expect 0 "$LOOKBACK" eval bleu ref.gz ref
has 'BLEU = 100.00' out
"$LOOKBACK" eval bleu - ref <hyp >out
"$LOOKBACK" eval bleu hyp ref >by_name
same out by_name
head -1 ref >short
fails 1 'has 2 lines but short has 1' "$LOOKBACK" eval bleu hyp short
: >empty
fails 1 'empty' "$LOOKBACK" eval bleu empty empty
fails 2 'did you mean' "$LOOKBACK" eval bleu hyp ref --tokenize chr
