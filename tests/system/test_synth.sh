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
