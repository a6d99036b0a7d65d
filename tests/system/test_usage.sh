# Every verb's page, exit codes 0, 1 and 2, and one line for every error.
. "$SOURCE_DIR/tests/system/tiny.sh"

expect 0 "$LOOKBACK" --help
verbs=$(sed -n 's/^  \([a-z]*\)  .*/\1/p' out)
for verb in train translate generate fill score explain whatif align eval synth vocab inspect average bench demo; do
    grep -qx "$verb" <<<"$verbs" || die "--help does not list $verb"
done
for verb in $verbs; do
    for page in "$verb --help" "$verb -h" "help $verb"; do
        # shellcheck disable=SC2086
        expect 0 "$LOOKBACK" $page
        for words in "usage: lookback $verb " "examples:" "options:" "  lookback $verb" "--threads" "--help"; do
            has "$words" out
        done
        [ ! -s err ] || die "$page wrote to standard error"
    done
    fails 2 "did you mean --threads" "$LOOKBACK" "$verb" --thraeds 2
    fails 2 "--isa" "$LOOKBACK" "$verb" --isa avx3
done

expect 0 "$LOOKBACK" --version
for words in "lookback " "compiler " "isa " "oneDNN "; do
    has "$words" out
done
LOOKBACK_ISA=baseline "$LOOKBACK" --version | grep -qx 'isa baseline' || die "LOOKBACK_ISA is not heard"

fails 2 'did you mean `translate`' "$LOOKBACK" trnslate
fails 2 'lookback --help' "$LOOKBACK" xyzzyplugh
fails 2 '-m DIR' "$LOOKBACK" translate
fails 2 'number' "$LOOKBACK" translate -m x --beam many
fails 2 'from 1 to 1000' "$LOOKBACK" translate -m x --beam 0
fails 2 'hard, soft' "$LOOKBACK" translate -m x --alignment=strong
fails 2 '--sample' "$LOOKBACK" translate -m x --top-k 3
fails 2 '--sample' "$LOOKBACK" generate -m x --top-k 3
fails 2 '--sample' "$LOOKBACK" generate -m x --sample --beam 3
fails 2 '-m DIR' "$LOOKBACK" generate
fails 2 'needs a value' "$LOOKBACK" translate --model
fails 2 'did you mean bleu' "$LOOKBACK" eval blue a b
fails 2 'too few' "$LOOKBACK" eval bleu a
fails 2 'did you mean encode' "$LOOKBACK" vocab encod
fails 2 '--list' "$LOOKBACK" synth
fails 2 'did you mean copy' "$LOOKBACK" synth cpoy --out there
fails 2 'key=value' "$LOOKBACK" train one.yaml two.yaml
fails 2 'model_dir' "$LOOKBACK" train modle_dir=here
fails 2 'there are translate, answer, summarize' "$LOOKBACK" demo dance
fails 1 'nowhere' "$LOOKBACK" translate -m nowhere
fails 1 'nowhere' "$LOOKBACK" inspect nowhere
fails 1 'nowhere.yaml' "$LOOKBACK" train nowhere.yaml
fails 1 'nowhere' "$LOOKBACK" eval bleu nowhere nowhere

# A disk that is full, a pipe that is closed.
if [ -e /dev/full ]; then
    rc=0
    "$LOOKBACK" --help >/dev/full 2>err || rc=$?
    [ $rc = 1 ] || die "exit $rc with a full disk"
    has "standard output" err
fi
