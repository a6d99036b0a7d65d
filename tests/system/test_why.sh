# why: one word against another; its numbers are those of `score`.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 2000
tiny_config m
"$LOOKBACK" train m.yaml --quiet train.epochs=2
w() { "$LOOKBACK" why -m m "$@"; }

# Without --at the words are shown with their numbers.
expect 0 w 'ropa lala' --target 'ropa lala' --colour ascii
has '--at NUMBER' out
has 'output  ropa lala </s>' out

# The margin and the shares are differences of scores; a word of the output before is read as <unk>.
expect 0 w 'ropa lala' --target 'ropa lala' --at 1 --not ropa --json
cp out why.json
number() { sed "s/.*$1:\\(-*[0-9.e-]*\\)[,}].*/\\1/" why.json; }
second() { # second SOURCE TARGET: log-probability of the target's second word
    echo "$1" >a
    echo "$2" >b
    "$LOOKBACK" score -m m a b --input tokens --word-scores | awk '{ print $4 }'
}
close() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 0.0001 && d > -0.0001) }' || die "$3: $1 is not $2"; }
margin() { echo "$(second "$1" "$2 lala") $(second "$1" "$2 ropa")" | awk '{ print $1 - $2 }'; }
now=$(margin 'ropa lala' ropa)
close "$(number '"margin"')" "$now" margin
close "$(number '"source":\[{"word":"ropa","share"')" "$(margin '<unk> lala' ropa | awk -v n="$now" '{ print n - $1 }')" source
close "$(number '"before":\[{"word":"ropa","share"')" "$(margin 'ropa lala' '<unk>' | awk -v n="$now" '{ print n - $1 }')" before
has ',"gradient":' why.json

# For a person: which word, both ways of asking, every erasure.
for how in unk delete attention; do
    expect 0 w 'ropa lala' --at 0 --erase $how --columns 60 --colour ascii
    has 'Why `' out
    has '<-|->' out
    has 'grad x input' out
done
expect 0 w 'ropa lala' --target 'ropa lala' --at 2 --not lala
has 'Why `</s>` (word 2) and not `lala`?' out
expect 0 w 'ropa lala' --target 'ropa lala' --at 0 --not '</s>'
fails 1 'empty' w '' --target 'ropa lala' --at 1 --not ropa
expect 0 w "$(printf 'ropa lala %.0s' $(seq 40))" --at 0
has 'nearer to 0' out

fails 1 'is what the model wrote' w 'ropa lala' --target 'ropa lala' --at 1 --not lala
fails 1 'cannot write' w 'ropa lala' --target 'ropa lala' --at 1 --not zzz
fails 1 'no letters' w 'ropa lala' --target 'ropa lala' --at 1 --not ' '
fails 1 'there is no word 3' w 'ropa lala' --target 'ropa lala' --at 3
fails 1 'empty' w '' --at 0
fails 1 'too long' w "$(printf 'ropa lala %.0s' $(seq 200))" --at 0
fails 2 '--at' w 'ropa lala' --not lala
exit 0
