# whatif: both outputs are what translate and score give for the text as it is and for the changed one.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 2000
tiny_config rnn
tiny_transformer trans
"$LOOKBACK" train rnn.yaml --quiet
"$LOOKBACK" train trans.yaml --quiet train.epochs=1
line=$(awk 'NF >= 5 && NF <= 8 { print; exit }' data/test.src)
read -r -a word <<<"$line"
other=$(awk -v not="${word[1]}" '$1 != not { print $1; exit }' data/test.src)
swapped=$(awk -v by="$other" '{ $2 = by; print }' <<<"$line")
masked=$(awk '{ $2 = "xyzzy"; print }' <<<"$line")
deleted=$(awk '{ $2 = ""; print }' <<<"$line")

# agrees MODEL TEXT FLAGS...: the new output and its score are those of TEXT, the old output's that score gives
agrees() {
    local m=$1 text=$2
    shift 2
    "$LOOKBACK" whatif -m "$m" "$line" "$@" --json --quiet >json
    "$LOOKBACK" translate -m "$m" --json --quiet <<<"$line" >old
    "$LOOKBACK" translate -m "$m" --json --quiet <<<"$text" >new
    python3 -c 'import json; print(json.load(open("old"))["translation"])' >old.text
    echo "$text" >text
    "$LOOKBACK" score -m "$m" text old.text --quiet >forced
    python3 - <<'END' || die "$m $*: $(cat json old new forced)"
import json
w, old, new = (json.load(open(f)) for f in ("json", "old", "new"))
assert (w["before"]["translation"], w["before"]["score"]) == (old["translation"], old["score"])
assert (w["after"]["translation"], w["after"]["score"]) == (new["translation"], new["score"])
assert abs(w["forced"]["score"] - float(open("forced").read())) < 1e-5
for side in ("before", "after", "forced"):
    assert abs(sum(w[side]["word_scores"]) - w[side]["score"]) < 1e-6
END
}
for m in rnn trans; do
    agrees $m "$swapped" --swap "1:$other"
    agrees $m "$masked" --mask 1
    agrees $m "$deleted" --mask 1 --erase delete
    agrees $m "$(awk '{ $1 = "xyzzy"; $4 = "xyzzy"; $5 = "xyzzy"; print }' <<<"$line")" --mask 3-4 --mask 0
done

# A beginning.
"$LOOKBACK" whatif -m rnn "$line" --prefix "$other" --json >json
echo "$other" >prefix
echo "$line" | "$LOOKBACK" translate -m rnn --force-prefix prefix --json >new
python3 - <<'END' || die "--prefix"
import json
w, new = (json.load(open(f)) for f in ("json", "new"))
assert (w["after"]["translation"], w["after"]["score"]) == (new["translation"], new["score"])
assert w["forced"]["score"] == w["before"]["score"]
END

# Words that look where they are told; words before stay; nothing of that with another layer alone.
"$LOOKBACK" whatif -m rnn "$line" --attend 2:0-1 --attend 1:3 --json >json
python3 - <<'END' || die "--attend: $(cat json)"
import json
w = json.load(open("json"))
before, after = w["before"], w["after"]
assert before["words"][0] == after["words"][0] and before["word_scores"][0] == after["word_scores"][0]
first, second = w["attended"]
assert (first["target"], first["source"], second["target"], second["source"]) == (1, [3], 2, [0, 1])
assert first["before"] == before["words"][1] and first["after"] == after["words"][1]
assert abs(sum(first["weights"]) - 1) < 1e-5 and len(first["weights"]) == len(w["columns"])
assert w["forced"]["word_scores"][1] != before["word_scores"][1]
END
"$LOOKBACK" whatif -m trans "$line" --attend 0:3 --layer 2 --head 1 --json >json
has '"layer":2,"head":1,' json
expect 0 "$LOOKBACK" whatif -m rnn "$line" --attend 1:3
grep -q "^word 1: .* told to look at 3 ${word[3]}; it had looked at [a-z/<>]* [01][.]" out || die "told: $(cat out)"
expect 0 "$LOOKBACK" whatif -m rnn "$line" --mask 1 --erase attention
has "(${word[1]})" out
{ echo "$line" && echo && echo "$line"; } >some
"$LOOKBACK" whatif -m rnn some --attend 1:3 >out 2>err
lines 3 out
[ "$(sed -n 1p out)" = "$(sed -n 3p out)" ] || die "the same line twice"
has 'line 2 stays as it is: there is no word 3 in the source' err

# For a person.
expect 0 "$LOOKBACK" whatif -m rnn "$line"
grep -q '^ *0  *1  *2  *3' out || die "no numbers"
grep -q "^source  ${word[0]} " out || die "no source"
grep -q '^output ' out || die "no output"
expect 0 "$LOOKBACK" whatif -m rnn "$line" --mask 1
grep -q "^changed ${word[0]} *<unk> *${word[2]}" out || die "no changed source"
grep -q '\^' out || die "no marks"
grep -q '^before ' out && grep -q '^after ' out && grep -Eq 'before -[0-9.]+, after -[0-9.]+; the (old )?output' out ||
    die "no outputs"
expect 0 "$LOOKBACK" whatif -m rnn "$line" --mask 1 --colour 256
grep -q "$(printf '\033')" out || die "no colour"
expect 0 "$LOOKBACK" whatif -m rnn "$line" --swap 1:xyzzy
has 'never seen "xyzzy"' err

# Files: a line for each; a line without the word keeps its output.
{ head -5 data/test.src && echo && echo "${word[0]}"; } >some
"$LOOKBACK" whatif -m rnn some --mask 2 >out 2>err
lines 7 out
has 'line 6 stays as it is: there is no word 2 in the source; it has none' err
has "line 7 stays as it is: there is no word 2 in the source; it has 1, 0 to 0: 0 ${word[0]}" err
sed 's/[^ ]*/xyzzy/3' some >changed
"$LOOKBACK" translate -m rnn changed --quiet >want
same want out
"$LOOKBACK" whatif -m rnn --mask 2 --json --quiet <some >out
lines 7 out
[ "$(tail -1 out)" = null ] || die "JSON of a line without the word"
printf 'a\0b \xff\xfe c\n\n \n' | "$LOOKBACK" whatif -m rnn --mask 0 --quiet >out
lines 3 out

# What cannot be.
fails 1 'there is no word 99 in the source; it has' "$LOOKBACK" whatif -m rnn "$line" --mask 99
fails 1 'there is no word 99 in the source; it has' "$LOOKBACK" whatif -m rnn "$line" --swap 99:a
fails 1 'nothing would be left' "$LOOKBACK" whatif -m rnn "ba ce" --mask 0-1 --erase delete
fails 2 'changed twice' "$LOOKBACK" whatif -m rnn "$line" --swap 1:a --mask 1
long=$(printf 'ba %.0s' {1..400})
fails 1 'the changed source has 40' "$LOOKBACK" whatif -m trans "$line" --swap "1:$long"
fails 1 'longer than the model reads at once' "$LOOKBACK" whatif -m trans "$long" --mask 1
fails 1 'the most of an output' "$LOOKBACK" whatif -m rnn "$line" --prefix "$(printf 'ba %.0s' {1..10010})"
fails 2 'replaced by nothing' "$LOOKBACK" whatif -m rnn "$line" --swap '1: '
for wrong in -1 x 3- 5-3 1,2 '' 99999999999999999999; do
    fails 2 'it is 3 or 3-5' "$LOOKBACK" whatif -m rnn "$line" --mask "$wrong"
done
for wrong in 1 :x x:1 -1:x; do
    fails 2 'it is 3:word' "$LOOKBACK" whatif -m rnn "$line" --swap="$wrong"
done
for wrong in 1 1: :1 1:2-1 1-2:3 1:-3 1:2x; do
    fails 2 'it is T:S or T:S-U' "$LOOKBACK" whatif -m rnn "$line" --attend="$wrong"
done
fails 1 'there is no word 99 in the output; it has' "$LOOKBACK" whatif -m rnn "$line" --attend 99:0
fails 1 'there is no word 99 in the source; it has' "$LOOKBACK" whatif -m rnn "$line" --attend 0:99
fails 2 'there is no layer 3 of cross attention: there are 3, 0 to 2' "$LOOKBACK" whatif -m trans "$line" --attend 0:1 --layer 3
fails 2 'there is no head 9' "$LOOKBACK" whatif -m rnn "$line" --attend 0:1 --head 9
fails 2 'give that, too' "$LOOKBACK" whatif -m rnn "$line" --layer 1
fails 2 'nothing can look at it' "$LOOKBACK" whatif -m rnn "$line" --attend 0:1 --mask 1 --erase attention
fails 2 'part of the beginning' "$LOOKBACK" whatif -m rnn "$line" --attend 0:1 --prefix "${word[0]} ${word[1]}"
tiny_config none
sed -i 's/score: dot/score: none/' none.yaml
"$LOOKBACK" train none.yaml --quiet train.max_steps=2
fails 1 'cannot look back' "$LOOKBACK" whatif -m none "$line" --attend 0:1
fails 1 'cannot look back' "$LOOKBACK" whatif -m none "$line" --mask 0 --erase attention
expect 0 "$LOOKBACK" whatif -m none "$line" --mask 1
fails 2 'which model' "$LOOKBACK" whatif "$line"
