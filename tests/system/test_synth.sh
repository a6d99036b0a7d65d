# Every task writes what was asked for; the same seed gives the same bytes, another one others.
. "$SOURCE_DIR/tests/system/tiny.sh"

for task in $("$LOOKBACK" synth --list | cut -d' ' -f1); do
    expect 0 "$LOOKBACK" synth "$task" --n 200 --valid 20 --test 30 --seed 5 --out "$task" --json
    has "\"task\": \"$task\"" out
    lines 1 out
    "$LOOKBACK" synth "$task" --n 200 --valid 20 --test 30 --seed 5 --out again --quiet
    "$LOOKBACK" synth "$task" --n 200 --valid 20 --test 30 --seed 6 --out other --quiet
    for file in "$task"/*; do
        name=${file#*/}
        same "$file" "again/$name"
        case $name in
        train.*) lines 200 "$file" ;;
        valid.*) lines 20 "$file" ;;
        test.*) lines 30 "$file" ;;
        esac
    done
    cmp -s "$task/train.${name#test.}" "other/train.${name#test.}" && die "$task: the seed changes nothing"
    rm -rf again other
done

# Every task says what a reader of one link a word reaches, and what the diagonal does; some have evidence.
for task in $("$LOOKBACK" synth --list | cut -d' ' -f1); do
    expect 0 "$LOOKBACK" synth "$task" --n 0 --valid 0 --test 100 --out read --json
    has '"perfect_reader_aer"' out
    has '"diagonal_aer"' out
done
aer() { sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" out; }
rm -r read
expect 0 "$LOOKBACK" synth lexicon --n 0 --valid 0 --test 1000 --out read --json
awk -v d="$(aer diagonal_aer)" 'BEGIN { exit !(d >= 30) }' || die "the diagonal is too good: $(cat out)"

# The reader's figure is what `eval aer` makes of its links.
awk '{ n = 0; split("", seen); line = ""
       for (i = 1; i <= NF; i++) { split($i, l, /[-?]/); if (!(l[2] in seen)) { seen[l[2]]; line = line " " $i } }
       print substr(line, 2) }' read/test.align | tr '?' - >first.links
wanted=$(aer perfect_reader_aer)
expect 0 "$LOOKBACK" eval aer read/test.align first.links --json
awk -v a="$(aer aer)" -v b="$wanted" 'BEGIN { exit !(a <= b) }' || die "a perfect reader has $wanted, its links $(cat out)"

# kvqa: the evidence is the fact about the key that is asked for, and its value the answer.
expect 0 "$LOOKBACK" synth kvqa --facts 25 --n 10 --valid 10 --test 200 --out facts --json
has '"perfect_reader_hit": 100' out
lines 200 facts/test.evidence
paste -d'|' facts/test.src facts/test.tgt facts/test.evidence | awk -F'|' '
    { n = split($1, w, " "); split($3, e, /[:-]/); first = e[2] + 1; last = e[3] + 1 }
    n != 130 || last != first + 4 || e[1] * 5 != e[2] || w[first + 1] != w[n - 1] || w[first + 3] != $2 { bad++ }
    END { exit bad > 0 }' || die "the evidence of kvqa does not hold the answer"
[ ! -e read/test.evidence ] || die "lexicon has no evidence"
fails 2 'facts' "$LOOKBACK" synth copy --facts 20 --out nothing
fails 2 '201' "$LOOKBACK" synth kvqa --facts 201 --out nothing
fails 2 '4' "$LOOKBACK" synth kvqa --facts 4 --out nothing
