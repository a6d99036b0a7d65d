# The same answer for any batch, any number of threads, on every instruction set: bench/same.sh with a tiny model.
. "$SOURCE_DIR/tests/system/tiny.sh"

tiny_data 300
tiny_config m
expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1
bash "$SOURCE_DIR/bench/same.sh" m data/test.src data/test.tgt 60
