#!/bin/bash
# test.sh ONLY CONFIG... -- build each configuration, run its tests (ONLY: those whose name matches), and
# end with one line for all of them: "N passed, N failed, N skipped". In CI warnings are errors.
set -u
cd "$(dirname "$0")/.."
only=$1
shift
passed=0 failed=0 skipped=0
strict=OFF
[ -n "${CI-}" ] && strict=ON

count() { # count ATTRIBUTE REPORT: the first such attribute of CTest's report
    sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1
}

run() { # run CONFIG: adds to the three sums
    local report=$PWD/build/$1/report.xml
    rm -f "$report"
    echo "== $1"
    cmake --preset "$1" -DLOOKBACK_WERROR=$strict >"build/$1.log" 2>&1 || { cat "build/$1.log"; return 1; }
    if [ -n "$only" ] && ! ctest --test-dir "build/$1" -N -R "$only" | grep -q 'Test *#'; then
        echo "no test of this name"
        return 0
    fi
    cmake --build --preset "$1" || return 1
    ctest --test-dir "build/$1" --output-on-failure --no-tests=error -j "$(nproc)" \
        --output-junit "$report" ${only:+-R "$only"}
    [ -s "$report" ] || return 1
    local all bad none
    all=$(count tests "$report") bad=$(count failures "$report") none=$(count skipped "$report")
    passed=$((passed + all - bad - none)) failed=$((failed + bad)) skipped=$((skipped + none))
}

mkdir -p build
for config in "$@"; do
    run "$config" || { echo "$config: could not be built or run"; failed=$((failed + 1)); }
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
