# doxygen makes the library's reference without a warning; scripts/doc_law.py, which needs no doxygen, agrees.
set -eu
command -v python3 >/dev/null && "$SOURCE_DIR/scripts/doc_law.py"
command -v doxygen >/dev/null || { echo "skipped: there is no doxygen"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$SOURCE_DIR"
{ cat docs/Doxyfile && echo "OUTPUT_DIRECTORY = $work"; } | doxygen -
grep -rq 'lb_translate' "$work/html"
