# Text to pieces and back, at every level, as filters: as many lines out as in.
. "$SOURCE_DIR/tests/system/tiny.sh"

"$LOOKBACK" synth svo --n 2000 --valid 0 --test 50 --out data --quiet
for level in sentencepiece word char tokens; do
    expect 0 "$LOOKBACK" vocab train data/train.en --level $level --size 200 -o "$level"
    file=$level.vocab
    [ -e "$file" ] || file=$level.model
    for ids in "" --ids; do
        # shellcheck disable=SC2086
        "$LOOKBACK" vocab encode -m "$file" $ids data/test.en >pieces
        lines 50 pieces
        # shellcheck disable=SC2086
        "$LOOKBACK" vocab decode -m "$file" $ids <pieces >back
        lines 50 back
        case $level in
        sentencepiece | char) same back data/test.en ;;
        *) grep -v '<unk>' back | while read -r line; do
            grep -qxF "$line" data/test.en || die "$level gave back '$line'"
        done ;;
        esac
    done
done
grep -Eq '^[0-9 ]+$' pieces || die "--ids printed $(head -1 pieces)"

expect 0 "$LOOKBACK" vocab train data/train.en --level word --min-count 3 --lowercase -o lower --json
has '"pieces"' out
echo 'SHE Loves xyzzy' | "$LOOKBACK" vocab encode -m lower.vocab | grep -qx 'she loves <unk>' || die "lower case, unknown"

# Punctuation: words of their own, or skipped.
echo 'Alice is in Paris. Where (is Alice)?' >asked
expect 0 "$LOOKBACK" vocab train asked --level word --punctuation split --lowercase -o split
"$LOOKBACK" vocab encode -m split.vocab <asked >pieces
grep -qx 'alice is in paris . where ( is alice ) ?' pieces || die "punctuation: $(cat pieces)"
"$LOOKBACK" vocab decode -m split.vocab <pieces | grep -qx 'alice is in paris. where (is alice)?' || die "its blanks"
expect 0 "$LOOKBACK" vocab train asked --level word --punctuation drop -o drop
"$LOOKBACK" vocab encode -m drop.vocab <asked | grep -qx 'Alice is in Paris Where is Alice' || die "punctuation dropped"
fails 2 'level word' "$LOOKBACK" vocab train asked --level char --punctuation split -o char_split
printf 'a\0b\r\n\xff\xfe\n\nlast' | "$LOOKBACK" vocab encode -m char.vocab >out
lines 4 out
fails 1 'nowhere' "$LOOKBACK" vocab encode -m nowhere
fails 2 '-o STEM' "$LOOKBACK" vocab train data/train.en
echo 'one two' >no_ids
fails 1 'no_ids' "$LOOKBACK" vocab decode -m char.vocab --ids no_ids
