# The programs of examples/ do what their heads say. In the build "tsan" this is where races would be found.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
die() { echo "FAILED: $*"; tail -n 40 out err; exit 1; }
run() { # run NAME ARGUMENTS...: an example; what it prints is in ./out and ./err
    local name=$1
    shift
    "$BUILD_DIR/example_$name" "$@" >out 2>err || die "example_$name failed ($?)"
}

run train here
grep -q '^stopped after step 20: cancelled$' out || die "the first run was not stopped"
grep -q '^stopped after step 52: epochs$' out || die "the second run did not go on to the end"
[ -s here/model/model.safetensors ] || die "no model"

head -n 5 here/data/test.src >lines
printf '\n' >>lines
run translate here/model <lines
[ "$(grep -vc '^    ' out)" = 6 ] || die "not a line for each line"
[ "$(grep -cE '^    [^ ]+ <- [^ ]+ \((0\.[0-9]{2}|1\.00)\)$' out)" -ge 5 ] || die "no map"
[ ! -s err ] || die "translate wrote to standard error"

run threads here/model "$(sed -n 1p lines)" "$(sed -n 2p lines)" "" "$(sed -n 3p lines)" "unknown words" "$(sed -n 4p lines)"
grep -q '^2 threads gave the same bytes as one$' out || die "threads did not compare"
[ "$(grep -c '"attention"' out)" = 6 ] || die "threads lost a line"

# what is wrong is said
! "$BUILD_DIR/example_translate" nowhere <lines >out 2>err || die "translate took a model that is not there"
grep -q '^translate: .*nowhere' err || die "translate does not say what is missing"
