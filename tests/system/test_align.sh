# Links: files of them judged and symmetrised, against known figures where the data is there.
. "$SOURCE_DIR/tests/system/tiny.sh"
DATA=${LOOKBACK_DATA:-$SOURCE_DIR/../shared/data}/align

# ---- eval aer, by hand ----
printf '1-1 2-2 3p3\n1-1\n' >gold
printf '0-0 2-2 5-1\n\n' >links
expect 0 "$LOOKBACK" eval aer gold links
has 'AER = 50.00 (precision = 66.67 recall = 33.33 F1 = 44.44 links = 3 sure = 3 possible = 4 sentences = 2)' out
has 'gold:pharaoh from 1 (there is no word 0)|links:pharaoh from 0 (there is a word 0)|pairs:source-target|' out
expect 0 "$LOOKBACK" eval aer gold links --json --gold-index 1 --index 0
has '"aer": 50.0' out
has '"gold_format": "pharaoh", "gold_index": 1, "format": "pharaoh", "index": 0' out
printf '1 1 1 S\n1 2 2\n1 3 3 P 0.5\n0002 1 1\n2 0 2 S\n' >naacl
printf '0-0 2-2 1-5\n\n' >swapped
expect 0 "$LOOKBACK" eval aer naacl swapped --reverse --confidence --bootstrap-samples 50
has 'AER = 50.00 (μ' out
has 'gold:naacl from 1|bs:50|' out
expect 0 "$LOOKBACK" eval aer naacl naacl
has 'AER = 0.00' out
expect 0 "$LOOKBACK" eval aer gold links --paired-bootstrap links
printf 'the red house of him him\nyes\n' >en
printf 'la maison rouge\noui\n' >fr
paste -d'\t' en fr | sed 's/\t/ ||| /' >both
expect 0 "$LOOKBACK" eval aer gold links --text en --text fr
has '1  him - maison' out
has '1  red - maison' out
has '1  yes - oui' out
cp out by_file
expect 0 "$LOOKBACK" eval aer gold links --text both
same out by_file
expect 0 "$LOOKBACK" eval aer gold links --text both --json
has '"wrong": [{"source": "him", "target": "maison", "times": 1}]' out

head -1 both >short
fails 1 'lines of text for links of 2 sentences' "$LOOKBACK" eval aer gold links --text short
fails 1 'no |||' "$LOOKBACK" eval aer gold links --text en
fails 1 'but the texts have 3 and 6 words (line 1)' "$LOOKBACK" eval aer gold links --text fr --text en
fails 2 'of use to aer' "$LOOKBACK" eval bleu en en --text fr
printf '0-0\n' >one
fails 1 'of 2 sentences and those under test of 1' "$LOOKBACK" eval aer gold one
printf '0-0\n0-x\n' >bad
fails 1 'links: "0-x" is not a link' "$LOOKBACK" eval aer gold bad
fails 1 '(line 2)' "$LOOKBACK" eval aer gold bad
printf '0-0\n99999999999999999999-1\n' >bad
fails 1 'above 1000000' "$LOOKBACK" eval aer bad gold
fails 1 'gold links: the link 0-0 has a word 0' "$LOOKBACK" eval aer --gold-index 1 links gold
head -c 3000 /dev/urandom | tr '\n' ' ' >bad
fails 1 'is not a link' "$LOOKBACK" eval aer bad bad
: >empty
fails 1 'empty' "$LOOKBACK" eval aer gold empty
fails 1 'empty' "$LOOKBACK" eval aer empty gold
fails 2 'talp' "$LOOKBACK" eval aer gold links --gold-format talk

# ---- two directions ----
printf '0-0 1-1 2-3 4-4 0-5\n' >forward
printf '0-0 1-1 2-1 5-5 3-4 4-6\n' >reverse
expect 0 "$LOOKBACK" align --links forward --links-reverse reverse --symmetrize grow-diag-final-and
[ "$(cat out)" = "0-0 1-1 1-2 2-3 4-4 5-5" ] || die "grow-diag-final-and: $(cat out)"
has 'reverse links: pharaoh, words counted from 0' err
cp out by_reverse
printf '0-0 1-1 1-2 5-5 4-3 6-4\n' >turned
expect 0 "$LOOKBACK" align --links forward --links turned --symmetrize grow-diag-final-and
same out by_reverse
fails 1 'the forward links have 1 lines and the reverse ones 2' "$LOOKBACK" align --links one --links links
fails 2 'usage' "$LOOKBACK" align --links one
fails 2 'usage' "$LOOKBACK" align -m model --links one --links one
fails 2 'grow-diag' "$LOOKBACK" align --links one --links one --symmetrize grow-dig

# ---- a model ----
fails 2 'usage' "$LOOKBACK" align -m m one
fails 2 'did you mean' "$LOOKBACK" align -m m one one --readout plian
tiny_data 1500
epochs=12 # enough to align well; under a sanitizer nobody asks how well
[ "${SANITIZED:-0}" = 0 ] || epochs=1
learnt() { [ $epochs = 1 ] || [ "$1" -le "$2" ] || die "$3"; }
for kind in rnn transformer; do
    if [ $kind = rnn ]; then tiny_config m; else rm -r m && tiny_transformer m; fi
    sed -i "s/epochs: 4/epochs: $epochs/" m.yaml
    "$LOOKBACK" train m.yaml --quiet --threads 1
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt
    lines 60 out
    has 'it finds most of what words lose by erasing' err
    mv out auto
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --batch 7
    same out auto
    expect 0 "$LOOKBACK" eval aer data/test.align auto
    sed -n 's/^AER = \([0-9]*\).*/\1/p' out >aer
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --readout plain --scores
    lines 60 out
    grep -Eq '(^| )0-0:[01]\.[0-9]{4}' out || die "--scores: $(head -1 out)"
    mv out plain
    expect 0 "$LOOKBACK" eval aer data/test.align plain
    sed -n 's/^AER = \([0-9]*\).*/\1/p' out >plain.aer
    learnt "$(cat aer)" "$(cat plain.aer)" "$kind: AER of auto $(cat aer), of plain $(cat plain.aer)"
    [ $kind != rnn ] || learnt "$(cat aer)" 20 "auto reads copies with AER $(cat aer)"
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --row input --weights norm --sinks end --null 0.3 --json
    lines 60 out
    has '"row":"input","weights":"norm","sinks":"end","null_below":0.3' out
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --reverse m --symmetrize intersection
    has 'symmetrised: intersection' err
    lines 60 out
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --readout plain --symmetrize union --soft
    lines 60 out
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --layer mean --head mean --sample 5 --pieces
    has 'on 5 pairs' err
    expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --readout erase --symmetrize intersection
    has 'at least 10 %' err
    mv out erased
    expect 0 "$LOOKBACK" eval aer data/test.align erased
    sed -n 's/^AER = \([0-9]*\).*/\1/p' out >erased.aer
    learnt "$(cat erased.aer)" 30 "$kind: AER of erase $(cat erased.aer)"
    fails 2 'there is no layer 9' "$LOOKBACK" align -m m data/test.src data/test.tgt --layer 9
    fails 2 'there is no head 9' "$LOOKBACK" align -m m data/test.src data/test.tgt --head 9
done
"$LOOKBACK" align -m m data/test.src data/test.tgt --sinks keep --null 0 --soft --quiet | awk '{
    for (i = 1; i <= NF; i++) { n = split($i, w, ","); s = 0; for (j = 1; j <= n; j++) s += w[j]; if (s > 1.001) exit 1 } }' ||
    die "a row of weights is above 1"
# Lines without words, with too many, with bytes that are no text.
{ echo; head -1 data/test.src; yes word | head -3000 | tr '\n' ' '; echo; head -c 300 /dev/urandom | tr '\n' ' '; echo; } >odd
expect 0 "$LOOKBACK" align -m m odd odd --readout plain
lines 4 out
has 'line 3 is longer than the model takes' err
[ -z "$(sed -n '1p;3p' out | tr -d '\n')" ] || die "links where there can be none"
expect 0 "$LOOKBACK" align -m m empty empty
lines 0 out
expect 0 "$LOOKBACK" align -m m data/test.src data/test.tgt --null 1 --json
has '"alignment":[]' out
fails 1 'has 4 lines but data/test.src has 60' "$LOOKBACK" align -m m odd data/test.src
expect 0 "$LOOKBACK" align --readout diagonal data/test.src data/test.tgt
mv out diagonal
expect 0 "$LOOKBACK" eval aer data/test.align diagonal
has 'AER = 0.00' out
expect 0 "$LOOKBACK" align --readout diagonal data/test.src data/test.tgt --symmetrize intersection
same out diagonal

# ---- files of others ----
[ -d "$DATA" ] || { echo "skipped the rest: no data"; exit 0; }
figures() { # figures HYP AER PRECISION RECALL [FLAGS]: within 0.05 of what was published, rounded to a tenth
    local hyp=$1 want="$2 $3 $4"
    shift 4
    expect 0 "$LOOKBACK" eval aer "$DATA/enfr.gold" "$hyp" "$@"
    sed -n 's/^AER = \([0-9.]*\) (precision = \([0-9.]*\) recall = \([0-9.]*\) .*/\1 \2 \3/p' out >got
    echo "$want" | paste -d' ' got - |
        awk '{ for (i = 1; i <= 3; i++) { d = $i - $(i + 3); if (d > 0.0501 || d < -0.0501) exit 1 } }' ||
        die "$hyp: $(cat got) instead of $want"
}
F=$DATA/fastalign/test.enfr
figures "$F.talp" 16.4 80.0 90.1
figures "$F.reverse.talp" 15.9 81.3 88.7 --reverse
figures "$F.union.talp" 19.5 74.4 94.4
figures "$F.grow-diagonal.talp" 10.5 90.8 87.8
figures "$F.grow-diagonal-final.talp" 12.1 87.7 88.3
# Its precision was published as 92.3, of 4,901 links; the file has 4,899.
figures "$F.intersection.talp" 11.2 92.41 84.5
expect 0 "$LOOKBACK" eval aer "$DATA/enfr.gold" "$DATA/enfr.awesome-align.out" --text "$DATA/enfr.src-tgt"
has 'AER = 4.07' out
has '28  not - ne' out
for method in intersection union grow-diagonal grow-diagonal-final; do
    expect 0 "$LOOKBACK" align --links "$F.talp" --links-reverse "$F.reverse.talp" --symmetrize $method
    mv out both
    expect 0 "$LOOKBACK" eval aer "$F.$method.talp" both
    has 'AER = 0.00 (precision = 100.00 recall = 100.00' out
done
