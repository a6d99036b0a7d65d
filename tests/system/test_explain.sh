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
expect 0 "$LOOKBACK" explain -m m three --svg line.svg --quiet
[ -s line.svg ] && [ -s line-2.svg ] && [ -s line-3.svg ] || die "pictures of three lines: $(ls)"
"$LOOKBACK" explain -m m --json - <three >out
lines 3 out
fails 2 '.svg' "$LOOKBACK" explain -m m x --svg map.png
fails 1 'nowhere' "$LOOKBACK" explain -m m x --json nowhere/map.json

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
