#!/bin/sh
# profile.sh [NAME ...] -- where the time of a bench goes: its heaviest functions, and what they add up to by kind.
#
# Records `lookback bench NAME` with perf (Debian: linux-perf), by default one of training and one of decoding.
# The bench makes its model and measures the peak at its beginning and measures the peak again at its end: only
# what lies between a quarter and 85 % of its time is shown. Copies of a function that the compiler made (.part,
# ._omp_fn) count as the function.
# Environment: LOOKBACK (the command), THREADS (1), TOP (15 functions).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
lookback=${LOOKBACK:-$root/build/release/lookback}
command -v perf >/dev/null || { echo "profile.sh: perf is not installed (Debian: linux-perf)" >&2; exit 77; }
[ -x "$lookback" ] || { echo "profile.sh: no $lookback; run \`make\` or set LOOKBACK" >&2; exit 1; }
[ $# -gt 0 ] || set -- rnn512-general decode-rnn
data=$(mktemp)
trap 'rm -f "$data"' EXIT

group() {
    awk -v top="${TOP:-15}" '
        function kind(f) {
            if (f ~ /pack/) return "packing"
            if (f ~ /matmul|gemm|brgemm|jit|^strip|tile/) return "products"
            if (f ~ /lstm|gru|sequence/) return "recurrent cells"
            if (f ~ /additive|softmax|dot|mix|axpy|attention/) return "attention, sums of rows"
            if (f ~ /cross_entropy|log_sum|exp_minus|is_largest|log_prob|_rows/) return "softmax and loss over words"
            if (f ~ /adam|sum_squares|optim/) return "optimiser"
            if (f ~ /beam|best_of|insert|trace|search|sentence|state_/) return "search"
            if (f ~ /mem(cpy|set|move)|clear_page|page|fault|zero/) return "moving and clearing memory"
            if (f ~ /gomp|GOMP|omp_|futex|schedule/) return "waiting for threads"
            return "the rest"
        }
        /^[ \t]*[0-9.]+%/ {
            share = $1; sub("%", "", share)
            name = $3; sub(/\.(part|constprop|isra|cold|_omp_fn).*/, "", name)
            each[name] += share; by[kind(name)] += share
        }
        END {
            sorted = "sort -t\"|\" -k1,1 -rn"
            for (k in by) printf "%5.1f %%|%s\n", by[k], k | sorted
            close(sorted)
            print "--"
            sorted = "sort -t\"|\" -k1,1 -rn | head -" top
            for (f in each) printf "%5.1f %%|%s\n", each[f], f | sorted
            close(sorted)
        }' | sed 's/|/  /'
}

for name in "$@"; do
    echo "== $name"
    perf record -q -F 499 -o "$data" "$lookback" bench "$name" --threads "${THREADS:-1}"
    perf report -i "$data" --stdio --no-children --time 25%-85% -F overhead,symbol 2>/dev/null | group
done
