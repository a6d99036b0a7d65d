# Nothing is lost: kill -9 at random moments, in short; bench/torture.sh has the rest, at length.
. "$SOURCE_DIR/tests/system/tiny.sh"
. "$SOURCE_DIR/tests/system/crash_parts.sh"

tiny_data 200
crash_config m
kills=4
[ "${SANITIZED:-0}" = 1 ] && kills=1
killed_runs $kills 40 train.validate_every.steps=1
