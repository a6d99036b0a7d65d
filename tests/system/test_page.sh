# The page: as a file against --json, and in a real browser: every view, key, export and theme (tests/page/drive.py).
. "$SOURCE_DIR/tests/system/tiny.sh"
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
pages=$SOURCE_DIR/tests/page

python3 "$pages/make_data.py" data
tiny_config rnn
tiny_transformer transformer
train() { # train NAME EPOCHS ...
    local config=$1.yaml epochs=$2
    shift 2
    "$LOOKBACK" train "$config" --quiet --threads 1 train.metric=accuracy train.batch.sentences=16 train.epochs=$epochs "$@"
}
if [ "$SANITIZED" = 1 ]; then
    train rnn 1
    train transformer 1
else
    train rnn 8 --watch watch.html
    train transformer 6
    sed 's/"done":true/"done":false/' watch.html >live.html
    train rnn 4 model_dir=blind model.attention.score=uniform --watch alarm.html
    "$LOOKBACK" study length rnn.yaml --quiet --threads 1 train.metric=accuracy train.epochs=3 --scores none,dot,additive \
        data.test.source=data/valid.src data.test.target=data/valid.tgt --out studied --sentences 4 --buckets 3,5 \
        --html study.html --json study.json >study.txt
fi

# Each page says what --json says, and holds nothing that could do harm.
page() { # page NAME MODEL TEXT
    expect 0 "$LOOKBACK" explain -m "$2" "$3" --quiet --html "$1.html"
    "$LOOKBACK" explain -m "$2" "$3" --quiet --readings --json "$1.json" --attention "$1.jsonl" >out
    python3 "$pages/check_file.py" "$1.html" "$1.json" "$1.jsonl"
}
head -40 data/pairs.src >some
page words rnn some
page heads transformer some
page hostile rnn data/hostile
page hostile-heads transformer data/hostile

for side in src tgt align; do head -30 "data/pairs.$side" >"few.$side"; done
for format in "html set.html" "worst 200 --json"; do
    # shellcheck disable=SC2086
    "$LOOKBACK" diagnose -m transformer few.src few.tgt --gold few.align --quiet --$format >set.json
done
"$LOOKBACK" check -m transformer data/pairs.src --quiet --html check.html --json >check.json

cat >asked.jsonl <<'END'
{"context": ["She loves cats", "قطة يحب بيت", "</script><script>alert(1)</script> loves <!--", "我爱 猫が 🙂"], "question": "cats", "id": 1}
{"context": "She loves cats. Old dogs. e\u0301 loves \u202eright\u202c", "question": "dogs"}
END
printf '1 She loves \377 cats\n2 dogs \376 old dogs\n3 red?\n' >asked.txt
for form in html json; do
    "$LOOKBACK" answer -m rnn --quiet -k 2 $([ $form = html ] && echo --html evidence.html || echo --json) asked.jsonl asked.txt >evidence.json
done

[ "$SANITIZED" = 0 ] || exit 0
python3 "$pages/drive.py" . "$BUILD_DIR/page"
