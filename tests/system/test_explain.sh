# explain: the map in the terminal and as files, for a text, a file and a given output.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 2000
tiny_config m
"$LOOKBACK" train m.yaml --quiet train.epochs=1
expect 0 "$LOOKBACK" explain -m m 'ropa lala <b>' --target 'ropa lala' --svg map.svg --png map.png --pdf map.pdf \
    --tsv map.tsv --json map.json
has 'ropa' out
has '-> ropa lala' out
has 'never seen' err
grep -q '<svg' map.svg || die "not an SVG"
head -c 4 map.png | grep -q PNG || die "not a PNG"
head -c 4 map.pdf | grep -q '%PDF' || die "not a PDF"
awk -F '\t' 'NR == 1 { n = NF } NF != n { exit 1 } NR > 1 { s = 0; for (i = 2; i <= NF; i++) s += $i
    if (s < 0.999 || s > 1.001) exit 1 } END { exit NR != 4 }' map.tsv || die "map.tsv: $(cat map.tsv)"
has '"attention"' map.json
expect 0 "$LOOKBACK" explain -m m 'ropa lala' --trace --pieces --columns 60
has 'step 1' out
printf 'ropa lala\n\nlala ropa\n' >three

# Highlights are checked: counted below the map, listed in JSON and in a table, by the same numbers.
expect 0 "$LOOKBACK" explain -m m 'ropa lala' --json check.json --cells cells.tsv --columns 200
has 'supported: erasing the word (read as <unk>) changes the output' out
has '"check":{"erase":"unk",' check.json
awk -F '\t' 'NR == 1 { if ($0 != "line\ttarget\ttarget_word\tsource\tsource_word\tweight\tdrop\tmark\tinstead\tgradient") exit 1; next }
    NF != 10 || ($5 == "</s>") != ($7 == "") || ($6 >= 0.1 && $8 == "") { exit 1 }
    $8 == "supported" && $7 < 0.1 || $8 == "unsupported" && $7 >= 0.6932 { exit 1 }
    END { exit NR < 4 }' cells.tsv || die "cells.tsv: $(cat cells.tsv)"
for mark in supported unsupported unchecked; do
    n=$(awk -F '\t' -v m=$mark '$8 == m' cells.tsv | wc -l)
    has "\"$mark\":$n," check.json
done
"$LOOKBACK" translate -m m --json --check <<<'ropa lala' >translated.json
has "$(sed 's/.*\("check":.*\)/\1/' check.json)" translated.json
fails 2 '--json' "$LOOKBACK" translate -m m --check
# Scores agree with `score` of a source in which the word is <unk>.
drop=$(awk -F '\t' '$4 == 0 { s += $7 } END { printf "%.3f", s }' cells.tsv)
said=$(sed 's/.*"translation":"\([^"]*\)".*/\1/' check.json)
echo "$said" >said
printf 'ropa lala\n' >whole
printf '<unk> lala\n' >erased
"$LOOKBACK" score -m m whole said --input tokens >a
"$LOOKBACK" score -m m erased said --input tokens >b
paste a b | awk -v d="$drop" '{ x = $1 - $2 - d; exit !(x < 0.002 && x > -0.002) }' || die "drop $drop: $(paste a b)"
expect 0 "$LOOKBACK" explain -m m 'ropa lala' --no-check --json plain.json
grep -q 'supported' out && die "checked although it should not"
grep -q '"check"' plain.json && die "a check in plain.json"
expect 0 "$LOOKBACK" explain -m m 'ropa lala' --erase delete --colour truecolor
has '(taken out)' out
expect 0 "$LOOKBACK" explain -m m "ropa lala" --erase attention
has "(hidden from attention)" out
fails 2 'unk' "$LOOKBACK" explain -m m x --erase unknown
for text in '' ropa "$(printf 'ropa lala %.0s' $(seq 150))"; do
    expect 0 "$LOOKBACK" explain -m m "$text" --png check.png --cells -
    has 'target_word' out
done
expect 0 "$LOOKBACK" explain -m m '' --quiet
has 'No highlight could be checked' out

expect 0 "$LOOKBACK" explain -m m three --svg line.svg --quiet
[ -s line.svg ] && [ -s line-2.svg ] && [ -s line-3.svg ] || die "pictures of three lines: $(ls)"
"$LOOKBACK" explain -m m --json - <three >out
lines 3 out
fails 2 '.svg' "$LOOKBACK" explain -m m x --svg map.png
fails 1 'nowhere' "$LOOKBACK" explain -m m x --json nowhere/map.json

# Three readings side by side.
expect 0 "$LOOKBACK" explain -m m 'ropa lala' --target 'ropa lala' --readings --json r.json --cells r.tsv --svg r.svg
has 'gradient x input' out
has 'All three point at the same word for' out
has '"readings":[{"target":0,"word":"ropa","attention":{"source":' r.json
has '"gradient":{"norm":[[' r.json
grep -q 'leave-one-out' r.svg || die "r.svg does not say what is in it"
awk -F '\t' 'NR > 1 && ($10 == "" || $10 < 0) { exit 1 } END { exit NR != 10 }' r.tsv || die "r.tsv: $(cat r.tsv)"
expect 0 "$LOOKBACK" explain -m m '' --readings --png empty.png
expect 0 "$LOOKBACK" explain -m m "$(printf 'ropa lala %.0s' $(seq 150))" --readings --colour ascii
has 'All three point at' out
fails 2 '--pieces' "$LOOKBACK" explain -m m x --readings --pieces
fails 2 '--kind' "$LOOKBACK" explain -m m x --readings --kind encoder

# A model that cannot look back has nothing to check, and says so.
tiny_config none
"$LOOKBACK" train none.yaml --quiet train.epochs=1 model.attention.score=none
expect 0 "$LOOKBACK" explain -m none 'ropa lala'
has 'nothing to check' out
expect 0 "$LOOKBACK" explain -m none 'ropa lala' --json - --quiet
grep -q '"check"' out && die "a check without attention"

# Colours: only for a terminal, or when asked.
escape=$(printf '\033')
expect 0 "$LOOKBACK" explain -m m 'ropa lala'
grep -q "$escape" out && die "colours in a pipe"
expect 0 "$LOOKBACK" explain -m m 'ropa lala' --colour truecolor
has "${escape}[" out
script -qec true /dev/null </dev/null >/dev/null 2>&1 || exit 0 # no pseudo-terminals here
on_terminal() { env "$@" script -qec "'$LOOKBACK' explain -m m 'ropa lala'" /dev/null </dev/null >out; }
on_terminal TERM=xterm-256color COLORTERM=truecolor NO_COLOR=
has "${escape}[48;2;" out
on_terminal TERM=xterm-256color COLORTERM= NO_COLOR=
has "${escape}[48;5;" out
on_terminal TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1
grep -q "${escape}\[48" out && die "NO_COLOR is not heard"
exit 0
