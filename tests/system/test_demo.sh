# demo: every tour from end to end, with so little data and training that it shows its form alone.
. "$SOURCE_DIR/tests/system/tiny.sh"

expect 0 "$LOOKBACK" demo summarize --size 0.01 --out summarize --colour ascii
for what in "1. Reports" "Headline: " "5. What looking back is worth" "6. Now you" "supported"; do
    has "$what" out
done
for file in demo.yaml report.json model/config.yaml model-without-attention/config.yaml test.src test.evidence; do
    [ -s "summarize/$file" ] || die "the tour left no $file"
done
for key in exact exact_without_attention rouge_l key_sentences supported key_sentences_long seconds_training documents; do
    has "\"$key\": " summarize/report.json
done
head -2 summarize/test.src | "$LOOKBACK" summarize -m summarize/model -k 2 --json >out
lines 2 out
"$LOOKBACK" demo summarize --size 0.01 --out again --colour ascii --quiet >/dev/null
cmp summarize/model/model.safetensors again/model/model.safetensors || die "the same seed gives another model"

expect 0 "$LOOKBACK" demo --size 0.01 --out translate --colour ascii
for what in "1. A small corpus" "5. What looking back is worth" "6. Now you"; do
    has "$what" out
done
for file in demo.yaml report.json page.html she-loves-cats.png accuracy-by-length.svg model/config.yaml; do
    [ -s "translate/$file" ] || die "the tour left no $file"
done
expect 0 "$LOOKBACK" demo answer --size 0.01 --out answer --colour ascii
for what in "1. Stories" "Where does Alice live?" "The CEO of Solabit visited Berlin on Monday." "5. What copying is worth"; do
    has "$what" out
done
has '"evidence":' answer/page.html
has '"evidence":' again/page.html
for file in demo.yaml report.json page.html model/config.yaml model-without-copying/config.yaml data/test.src data-pages/test.evidence; do
    [ -s "answer/$file" ] || die "the tour left no $file"
done
for key in exact exact_pages exact_without_copying hit hit_pages weight_of_paris seconds_training; do
    has "\"$key\": " answer/report.json
done
expect 0 "$LOOKBACK" answer -m answer/model --context "Dora lives in Oslo." --question "Where does Dora live?"
fails 2 "there are translate, answer, summarize" "$LOOKBACK" demo dance
