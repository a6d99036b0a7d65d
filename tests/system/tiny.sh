# tiny.sh -- sourced by the tests: a work folder that goes away, checks that say what they saw, a tiny model.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

die() { echo "FAILED: $*"; exit 1; }

# expect RC COMMAND...: runs it; its output is in ./out and ./err
expect() {
    local want=$1 rc=0
    shift
    "$@" >out 2>err </dev/null || rc=$?
    [ $rc = "$want" ] || { tail -n 5 out err; die "exit $rc instead of $want: $*"; }
}

# fails RC WORDS COMMAND...: one line on standard error with these words, nothing on standard output
fails() {
    local rc=$1 words=$2
    shift 2
    expect "$rc" "$@"
    [ ! -s out ] || die "a failure printed results: $*"
    [ "$(wc -l <err)" = 1 ] || { cat err; die "not one line of error: $*"; }
    grep -q '^lookback: ' err || die "no 'lookback: ' before: $(cat err)"
    grep -qF -- "$words" err || die "'$words' is not in: $(cat err)"
}

has() { grep -qF -- "$1" "$2" || { tail -20 "$2"; die "'$1' is not in $2"; }; }
same() { cmp -s "$1" "$2" || { diff -a "$1" "$2" | head -10; die "$1 and $2 differ"; }; }
lines() { [ "$(wc -l <"$2")" = "$1" ] || die "$2 has $(wc -l <"$2") lines instead of $1"; }

# tiny_config NAME: NAME.yaml, for a model folder NAME, on data/
tiny_config() {
    cat >"$1.yaml" <<EOF
model_dir: $1
seed: 3
data:
  train: { source: data/train.src, target: data/train.tgt }
  valid: { source: data/valid.src, target: data/valid.tgt }
  source: { level: word }
  target: { level: word }
model:
  attention: { score: dot }
  encoder: { hidden: 32, embedding: 32, dropout: 0 }
  decoder: { hidden: 32, embedding: 32, dropout: 0 }
train:
  learning_rate: 0.01
  label_smoothing: 0
  epochs: 4
  metric: exact
  batch: { sentences: 32 }
EOF
}

# tiny_transformer NAME: the same as a Transformer of two layers below and three above
tiny_transformer() {
    tiny_config "$1"
    sed -i -e 's/^  attention: .*/  type: transformer\n  attention: { dropout: 0 }/' \
        -e 's/^  encoder: .*/  encoder: { layers: 2, heads: 4, hidden: 32, feed_forward: 48, dropout: 0 }/' \
        -e 's/^  decoder: .*/  decoder: { layers: 3, heads: 2, hidden: 32, feed_forward: 48, dropout: 0 }/' "$1.yaml"
}

# tiny_data N: data/{train,valid,test}.{src,tgt,align}, words that are copied
tiny_data() {
    "$LOOKBACK" synth copy --n "$1" --valid 50 --test 60 --out data --quiet
}
