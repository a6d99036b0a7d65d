# Planted faults: the signs of diagnose find them in a tiny trained model, and say where.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 1500
tiny_config m
expect 0 "$LOOKBACK" train m.yaml train.epochs=5 train.source_unk_rate=0.1 model.decoder.input_feeding=false --quiet
expect 0 "$LOOKBACK" synth hallucinate --source data/test.src --target data/test.tgt --test 40 --out f --quiet
expect 0 "$LOOKBACK" diagnose -m m f/faults.src f/faults.tgt --labels f/faults.labels --tsv --worst 3
cp out all.tsv

# area FAULT SIGN LEAST: the AUROC of a sign; column names stand above
area() {
    awk -F '\t' -v fault="$1" -v sign="$2" -v least="$3" '
        $1 == "fault" { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $1 == fault { value = $column[sign] }
        END { if (value < least) { print fault, sign, value, "below", least; exit 1 } }' all.tsv || die "AUROC"
}
area wrong detached 0.97
area wrong suspicion 0.95
area looped looped 0.99
area looped suspicion 0.95
area dropped dropped 0.9
area dropped located 0.8
area looped located 0.9

expect 0 "$LOOKBACK" diagnose -m m f/faults.src f/faults.tgt --labels f/faults.labels --worst 200
has 'said again and again, words' out
has 'not said, words' out
grep -Eq '^  wrong +natural +40 ' out || die "$(tail -6 out)"
expect 0 "$LOOKBACK" diagnose -m m f/faults.src f/faults.tgt --labels f/faults.labels --worst 200 --json
grep -c '"effect": *\[' out | grep -qx 200 || grep -c '"effect":\[' out | grep -qx 200 || die "$(head -2 out)"
grep '"fault": *"looped"' out | grep -q '"located"' || die "$(tail -1 out)"

# Nothing is erased: as fast as before, what erasing would tell is not there.
expect 0 "$LOOKBACK" diagnose -m m f/faults.src f/faults.tgt --worst 3 --no-check --json
has '"detached":null' out
grep -q '"fault"' out && die "nobody said what is wrong"

head -3 f/faults.labels >short
fails 1 'short has 3 lines' "$LOOKBACK" diagnose -m m f/faults.src f/faults.tgt --labels short
sed '2s/.*/odd 3-1/' f/faults.labels >odd
fails 1 'is not a label' "$LOOKBACK" diagnose -m m f/faults.src f/faults.tgt --labels odd
fails 2 'name the targets' "$LOOKBACK" diagnose -m m f/faults.src --labels odd
echo "planted faults are found"
