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
    cmp -s "$task/train.${name#*.}" "other/train.${name#*.}" && die "$task: the seed changes nothing"
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
cp -r facts other
expect 0 "$LOOKBACK" synth copy -n 10 --valid 5 --test 5 --out other
[ ! -e other/test.evidence ] || die "evidence of an earlier task stays beside the new text"
fails 2 'facts' "$LOOKBACK" synth copy --facts 20 --out nothing
fails 2 '201' "$LOOKBACK" synth kvqa --facts 201 --out nothing
fails 2 '4' "$LOOKBACK" synth kvqa --facts 4 --out nothing

# stories: people of the test part are in no training text, nor are its places unless that is asked for.
expect 0 "$LOOKBACK" synth stories --n 3000 --valid 20 --test 300 --sentences 5-9 --names 500 --out new --json
has '"perfect_reader_hit": 100' out
"$LOOKBACK" synth stories --n 0 --valid 0 --test 20 --out brief --quiet
[ "$(head -1 brief/test.src) $(head -1 brief/test.tgt)" = "Alice who is tall lives in Paris. ||| Where does Alice live? Paris" ] ||
    die "the first test story is $(head -1 brief/test.src)"
words() { tr -s ' ,.?|' '\n' <"$1" | grep '^[A-Z]' | sort -u; }
[ "$(words new/test.src | comm -12 - <(words new/train.src) | comm -12 - <(sort -u new/test.tgt))" = "" ] ||
    die "names of the test part are in training texts"
awk '{ n = gsub(/\|\|\|/, "") } n < 5 || n > 9 { exit 1 }' new/test.src || die "stories are not of 5 to 9 sentences"
expect 0 "$LOOKBACK" synth stories --n 3000 --valid 0 --test 300 --names 500 --seen-places 100 --out seen
[ "$(words seen/test.src | comm -12 - <(words seen/train.src) | comm -12 - <(sort -u seen/test.tgt) | wc -l)" -gt 50 ] ||
    die "the places of the test part are new"
fails 2 'sentences' "$LOOKBACK" synth copy --sentences 2-3 --out nothing
for range in 5-2 0-3 2-51 x 3- -3 2-3x; do
    fails 2 'sentence' "$LOOKBACK" synth stories --sentences="$range" --out nothing
done

# hallucinate: of each pair one line each way; what the labels say is so, by a rule that looks at the text alone.
for i in $(seq 1 90); do echo "s$i a$((i % 7)) $(yes "w$i" | head -$((i % 9 + 1)) | tr '\n' ' ')e$i"; done | gzip >own.src.gz
for i in $(seq 1 90); do echo "t$i $(seq -s ' ' $((i * 100)) $((i * 100 + i % 5 + 4)))"; done >own.tgt
expect 0 "$LOOKBACK" synth hallucinate --source own.src.gz --target own.tgt --test 60 --seed 3 --out spoilt --json
has '"spoilt": 60' out
[ ! -e spoilt/test.src ] || die "a test part was made of a text that is the user's"
lines 300 spoilt/faults.labels
gzip -dc own.src.gz | paste -d'|' - own.tgt >own.pairs
paste -d'|' spoilt/faults.src spoilt/faults.tgt spoilt/faults.labels >faults.all
awk -F'|' '
    function bad(what) { print what ": " $0; wrong = 1 }
    FNR == NR { target[$1] = $2; source[$2] = $1; next }
    { split($3, label, " "); split(label[2], range, "-"); n = split($1, s, " "); m = split($2, t, " "); kinds[label[1]]++ }
    label[1] == "natural" && target[$1] != $2 { bad("not a pair of the text") }
    label[1] == "wrong" && (target[$1] == $2 || !($1 in target) || !($2 in source)) { bad("not a wrong source") }
    label[1] == "joined" {
        first = substr(s[1], 2)
        for (i = 2; i <= n; i++) if (s[i] ~ /^s/) second = i
        if (t[1] != "t" first) bad("joined targets begin otherwise"); joined = $1; joined_first = second - 1; joined_n = n; both = $2 }
    label[1] == "dropped" {
        if ($1 != joined) bad("not the source joined before")
        if (range[1] == 0 && (range[2] != joined_first - 1 || substr(both, length(both) - length($2)) != " " $2)) bad("the first is not what is missing")
        if (range[1] > 0 && (range[1] != joined_first || range[2] != joined_n - 1 || index(both, $2 " ") != 1)) bad("the second is not what is missing") }
    label[1] == "looped" {
        natural = target[$1]; long = range[2] - range[1] + 1; found = 0
        for (g = 1; g <= 4; g++) { repeats = long % g == 0 && long / g >= 4
            for (i = range[1] + 1; repeats && i + g <= range[2] + 1; i++) repeats = t[i] == t[i + g]
            found = found || repeats }
        if (!found) bad("nothing is repeated there")
        k = split(natural, o, " "); for (i = 1; i <= range[1]; i++) if (o[i] != t[i]) bad("changed before the loop") }
    END { for (k in kinds) if (kinds[k] != 60) { print k, kinds[k]; wrong = 1 }
          exit wrong || length(kinds) != 5 }' own.pairs faults.all || die "the labels are wrong"
"$LOOKBACK" synth hallucinate --source own.src.gz --target own.tgt --test 60 --seed 3 --out again --quiet
"$LOOKBACK" synth hallucinate --source own.src.gz --target own.tgt --test 60 --seed 4 --out other --quiet
for part in src tgt labels; do same spoilt/faults.$part again/faults.$part; done
cmp -s spoilt/faults.tgt other/faults.tgt && die "hallucinate: the seed changes nothing"

# A base task: its test pairs are the natural ones, and its other parts are there to train on.
expect 0 "$LOOKBACK" synth hallucinate --base svo --n 50 --valid 10 --test 40 --out based --json
lines 50 based/train.en
lines 200 based/faults.fr
paste based/faults.en based/faults.fr based/faults.labels | sed -n 's/\tnatural$//p' >natural
paste based/test.en based/test.fr | cmp - natural || die "natural pairs are not those of the test part"

# Hostile text: any bytes, sides of different lengths, lines without words or far too long, one line again and again.
head -c 300000 /dev/urandom >noise
{ cat own.tgt; head -c 3000000 /dev/zero | tr '\0' x; echo; yes word | head -50000 | tr '\n' ' '; echo; echo; } >odd
expect 0 "$LOOKBACK" synth hallucinate --source odd --target odd --out hostile --json
has '"spoilt": 90' out
expect 0 "$LOOKBACK" synth hallucinate --source noise --target noise --out hostile --json
[ "$(wc -l <hostile/faults.src)" = "$(wc -l <hostile/faults.labels)" ] || die "noise changes the number of lines"
printf 'a b\n%.0s' $(seq 50) >same
fails 1 'differs enough' "$LOOKBACK" synth hallucinate --source same --target same --out hostile
head -30 own.tgt >cut.tgt
fails 1 'ends after line 30' "$LOOKBACK" synth hallucinate --source own.src.gz --target cut.tgt --out hostile
fails 1 'at least 20' "$LOOKBACK" synth hallucinate --source /dev/null --target /dev/null --out hostile
fails 1 'missing' "$LOOKBACK" synth hallucinate --source missing --target own.tgt --out hostile
fails 2 'two sides' "$LOOKBACK" synth hallucinate --source own.tgt --out hostile

# Lengths that are asked for; keys that texts of any number of facts share.
for task in copy reverse lexicon sort; do
    expect 0 "$LOOKBACK" synth $task --n 200 --valid 0 --test 60 --shortest 33 --longest 60 --out long
    awk 'NF < 33 || NF > 60 { exit 1 }' long/train.src long/test.src || die "$task: other lengths"
    [ "$(awk '{ print NF }' long/test.src | sort -u | wc -l)" = 28 ] || die "$task: not every length"
done
"$LOOKBACK" synth kvqa --n 2000 --valid 0 --test 1 --facts 5 --all-keys --out few --quiet
"$LOOKBACK" synth kvqa --n 40 --valid 0 --test 1 --facts 200 --all-keys --out many --quiet
keys() { tr ' ' '\n' <"$1/train.src" | sort -u | wc -l; }
[ "$(keys few)" = "$(keys many)" ] || die "texts of few facts have $(keys few) words, of many $(keys many)"
fails 2 'the lengths that they have' "$LOOKBACK" synth svo --longest 50 --out bad
fails 2 'from 1 to 100 words' "$LOOKBACK" synth sort --longest 200 --out bad
fails 2 'the shortest first' "$LOOKBACK" synth copy --shortest 40 --out bad
fails 2 'no facts with keys' "$LOOKBACK" synth copy --all-keys --out bad
