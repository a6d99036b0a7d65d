#!/bin/bash
# lint.sh -- every check of the source that needs no running; ends with "N passed, N failed, N skipped".
set -u
cd "$(dirname "$0")/.."
mkdir -p build/cppcheck
passed=0 failed=0

check() { # check NAME COMMAND...: runs it, counts it, shows its output only if it fails
    local name=$1 out
    shift
    if out=$("$@" 2>&1 </dev/null); then
        echo "ok      $name"
        passed=$((passed + 1))
    else
        printf '%s\n' "$out"
        echo "FAILED  $name"
        failed=$((failed + 1))
    fi
}

format() { # prints the files that differ, and in how many places
    git ls-files -z '*.c' '*.h' '*.cc' | xargs -0 -r clang-format-14 --dry-run -Werror 2>build/format.log && return
    sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: error:.*/\1/p' build/format.log | uniq -c
    return 1
}

static_analysis() {
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
        --inline-suppr --suppressions-list=scripts/cppcheck.supp --cppcheck-build-dir=build/cppcheck \
        -j "$(nproc)" -DREAL_IS_DOUBLE=0 -DISA=baseline -DISA_baseline=1 -I include -I src -I . \
        $(git ls-files 'src/*.c' 'cli/*.c' 'examples/*.c')
}

shell_syntax() {
    local file bad=0
    for file in scripts/*.sh .ci/run $(git ls-files 'tests/system/*.sh'); do
        bash -n "$file" || bad=1
    done
    return $bad
}

check "format (clang-format-14; make format repairs it)" format
check "include law (scripts/include_law.py)" scripts/include_law.py
check "compute law (scripts/compute_law.py)" scripts/compute_law.py
check "every public declaration explained (scripts/doc_law.py)" scripts/doc_law.py
check "tree law (scripts/tree_law.py)" scripts/tree_law.py
check "shell syntax" shell_syntax
check "cppcheck" static_analysis
scripts/longest.py
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
