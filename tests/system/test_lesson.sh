# Every command of docs/lesson runs, with few steps of training, and makes what the text says it makes; flags and keys
# of commands that are only named are known. A lesson that is wrong is refused.
. "$SOURCE_DIR/tests/system/tiny.sh"
command -v python3 >/dev/null || { echo "skipped: there is no python3"; exit 77; }

mkdir bin docs recipes
ln -s "$LOOKBACK" bin/lookback
cp "$SOURCE_DIR"/recipes/*.yaml recipes
cp "$SOURCE_DIR/docs/config.md" docs

# A small lesson, and what must not be in one.
mkdir docs/lesson
cp "$SOURCE_DIR"/docs/lesson/{build.py,page.html} docs/lesson
build() { "$PWD/docs/lesson/build.py" --lookback "$PWD/bin/lookback" --work small "$@"; }
lesson() { printf '# A <lesson>\n\nSee `made.html`.\n\n```sh run\n%s\n```\n\nText.\n' "$1" >docs/lesson/README.md; }
refused() { lesson "$2"; fails_with "$1"; }
fails_with() { build >out 2>&1 && die "not refused: $1"; has "$1" out; }
lesson 'echo "<b>" | tee made.html'
build >out 2>&1 || die "$(cat out)"
[ "$(grep -c '^<b>$' docs/lesson/README.md)" = 1 ] || die "the output is not in the text"
build >out 2>&1 || die "$(cat out)"
[ "$(grep -c '^<b>$' docs/lesson/README.md)" = 1 ] || die "built twice, the output is there twice"
has '<h1>A &lt;lesson&gt;</h1>' small/index.html
has '<code>&lt;b&gt;' small/index.html
has '<a class="made" href="made.html">' small/index.html
refused 'no command made made.html' 'echo nothing'
refused 'exit 3' 'touch made.html; exit 3'
refused 'has no --nothing' 'touch made.html; lookback explain --nothing || true'
refused 'no `lookback explode`' 'touch made.html; lookback explode || true'
refused 'no key model.nothing' 'touch made.html; lookback train x.yaml model.nothing=1 || true'
refused 'names a folder of this machine' 'pwd | tee made.html'
mkdir other && touch other/mine
build --work other >out 2>&1 && die "another's folder was emptied"
[ -e other/mine ] || die "another's file is gone"

# The lesson. Under sanitizers its verbs have tests of their own, and the training would take minutes.
[ "${SANITIZED:-0}" = 0 ] || exit 0
"$SOURCE_DIR/docs/lesson/build.py" --quick --lookback bin/lookback --work all >out 2>&1 || die "$(tail -20 out)"
for topic in "$SOURCE_DIR"/docs/lesson/[0-9]*.md; do
    has "<section id=\"$(basename "$topic" .md)\">" all/index.html
done
[ "$(grep -c '<section' all/index.html)" -ge 10 ] || die "topics are missing"
