# Nothing is lost: kill -9 while files are written and at random moments, writing that fails, Ctrl-C and SIGTERM.
# In short; bench/torture.sh has the rest, at length.
. "$SOURCE_DIR/tests/system/tiny.sh"
. "$SOURCE_DIR/tests/system/crash_parts.sh"

tiny_data 200
crash_config m
big_config big
kills=3
[ "${SANITIZED:-0}" = 0 ] || kills=1
killed_runs kill_saving $kills big.yaml 8 train.validate_every.steps=1
CRASH_MS=400 killed_runs kill_at_random $kills m.yaml 120 train.validate_every.steps=10
full_disk
terminated
signals
