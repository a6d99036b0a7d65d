# The checks of `make lint` must be able to fail: each is shown a small tree that breaks its law.
set -eu
command -v python3 >/dev/null || exit 77
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/src/text "$tree"/src/model "$tree"/cli "$tree"/examples "$tree"/include

fails_with() { # fails_with WORDS SCRIPT: exit status 1, and the words in what it prints
    if out=$("$SOURCE_DIR/scripts/$2" "$tree"); then
        echo "$2 found nothing; expected: $1"
        exit 1
    fi
    grep -qF -- "$1" <<<"$out" || { echo "$2 printed: $out; expected: $1"; exit 1; }
}

printf '#include "base/str.h"\n#include "text/vocab.h"\n#include <math.h>\n' >"$tree/src/text/good.c"
printf '/* #pragma in a comment, dnnl_sgemm too */\nconst char *s = "omp_get_max_threads";\n' >"$tree/src/model/good.c"
"$SOURCE_DIR/scripts/include_law.py" "$tree"
"$SOURCE_DIR/scripts/compute_law.py" "$tree"

printf '\n#include "model/model.h"\n' >"$tree/src/text/bad.c"
fails_with 'src/text/bad.c:2: "model/model.h"' include_law.py
printf '#include "tensor/tape.h"\n' >"$tree/cli/bad.c"
fails_with 'cli/bad.c:1:' include_law.py
printf '#include "base/str.h"\n' >"$tree/examples/bad.c"
fails_with 'examples/bad.c:1:' include_law.py
printf '#include "../text/vocab.h"\n' >"$tree/src/model/bad.c"
fails_with 'src/model/bad.c:1:' include_law.py

for word in '#pragma omp parallel' 'int n = omp_get_max_threads();' 'dnnl_sgemm();' '#include <immintrin.h>' \
    '__m256 v = _mm256_setzero_ps();'; do
    printf '\n%s\n' "$word" >"$tree/src/model/bad.c"
    fails_with 'src/model/bad.c:2:' compute_law.py
done

header="$tree/include/lookback.h"
printf '/** A type. */\ntypedef struct {\n    int x; /**< A member. */\n} T;\n\n/** Does it\n * well. */\nint lb_do(int a,\n          int b);\n' >"$header"
"$SOURCE_DIR/scripts/doc_law.py" "$tree"
printf 'int lb_more(int a,\n            int b);\n' >>"$header"
fails_with 'include/lookback.h:10: int lb_more(int a, int b);' doc_law.py
printf '/** A type. */\ntypedef struct {\n    int x;\n} T;\n' >"$header"
fails_with 'include/lookback.h:3: int x;' doc_law.py
printf '/* Of no use to doxygen. */\nint lb_do(void);\n' >"$header"
fails_with 'include/lookback.h:2: int lb_do(void);' doc_law.py

git -C "$tree" init -q
head -c 600000 /dev/zero >"$tree/large"
printf 'see /%s/else\n' "home/somebody" >"$tree/path"
git -C "$tree" add large path
fails_with 'large:0: 600000 bytes' tree_law.py
fails_with 'path:1: names a folder' tree_law.py
