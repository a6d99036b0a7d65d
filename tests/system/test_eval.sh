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

# TER, squad and F1
expect 0 "$LOOKBACK" eval ter hyp ref
has 'TER = 16.67' out
has 'nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|' out
expect 0 "$LOOKBACK" eval ter hyp ref --normalized --no-punct --asian-support --case-sensitive
has 'case:mixed|tok:tercom|norm:yes|punct:no|asian:yes|' out
expect 0 "$LOOKBACK" eval squad hyp ref
has 'F1 = ' out
expect 0 "$LOOKBACK" eval exact --f1 hyp ref --json
has '"name": "F1"' out

# error bars
for metric in bleu chrf ter rouge exact squad; do
    expect 0 "$LOOKBACK" eval $metric hyp ref --confidence --bootstrap-samples 200
    grep -Eq '^[A-Za-z0-9-]+ = [0-9.]+ \(μ = [0-9.]+ ± [0-9.]+\)' out || die "$metric: no interval"
    has 'nrefs:1|bs:200|seed:12345|' out
    expect 0 "$LOOKBACK" eval $metric hyp ref --confidence --seed 7 --json
    has '"confidence_mean"' out
    has 'bs:1000|seed:7|' out
done
expect 0 "$LOOKBACK" eval exact ref ref --confidence
has 'exact = 100.00 (μ = 100.00 ± 0.00)' out
head -1 hyp >other
echo 'what is this' >>other
expect 0 "$LOOKBACK" eval bleu hyp ref ref2 --paired-bootstrap other --paired-bootstrap ref
lines 7 out
has 'Baseline: hyp' out
has 'nrefs:2|bs:1000|seed:12345|' out
expect 0 "$LOOKBACK" eval chrf hyp ref --paired-bootstrap other --json
lines 2 out
has '"system": "hyp", "name": "chrF2"' out
has '"p_value": null' out
expect 0 "$LOOKBACK" eval ter hyp ref --paired-bootstrap hyp
has '1.0000' out
fails 1 'has 2 lines but short has 1' "$LOOKBACK" eval bleu hyp ref --paired-bootstrap short
fails 2 'bootstrap-samples' "$LOOKBACK" eval bleu hyp ref --confidence --bootstrap-samples 1
printf '\346\210\221\nabc\n' >han
expect 0 "$LOOKBACK" eval rouge han han
has '1 of 2 lines of han have no letter' err
