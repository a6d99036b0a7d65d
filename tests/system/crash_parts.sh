# crash_parts.sh -- sourced after tiny.sh: kill -9 at random moments, writing that fails, signals. A short run is
# part of the tests (test_crash.sh), a long one is bench/torture.sh.

# A model with everything random switched on: dropout, dropped words, shuffling.
crash_config() {
    tiny_config "$1"
    sed -i -e 's/dropout: 0 /dropout: 0.2 /' -e 's/metric: exact/metric: loss/' -e 's/epochs: 4/epochs: 1000/' "$1.yaml"
    cat >>"$1.yaml" <<END
  source_unk_rate: 0.05
  report_steps: 1
  patience: 0
END
}

# What two runs must agree in: weights, kept weights, steps and losses of validation, length of the log.
same_runs() { # same_runs A B
    local name
    same "$1/model.safetensors" "$2/model.safetensors"
    diff <(ls "$1/checkpoints") <(ls "$2/checkpoints") >/dev/null || die "other checkpoints in $1 and $2"
    for name in "$1"/checkpoints/*; do
        same "$name" "$2/checkpoints/${name##*/}"
    done
    cut -f1-5 "$1/validation.tsv" >one
    cut -f1-5 "$2/validation.tsv" >two
    same one two
    [ "$(wc -l <"$1/log.jsonl")" = "$(wc -l <"$2/log.jsonl")" ] || die "the logs of $1 and $2 differ in length"
}

no_left_overs() { # no_left_overs DIR
    [ -z "$(find "$1" -name '*.tmp')" ] || die "left over: $(find "$1" -name '*.tmp')"
}

# killed_runs KILLS STEPS SETTINGS...: kill -9 at random moments until there were KILLS of them; after each the
# folder opens, translates, and the run goes on to the same bytes as whole/, an unbroken one of STEPS steps.
killed_runs() {
    local kills=$1 steps=$2 n=0 run=0 during=0 rc pid most_ms=${CRASH_MS:-600}
    shift 2
    rm -rf whole cut
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=whole train.max_steps="$steps" "$@"
    while [ $n -lt "$kills" ]; do
        run=$((run + 1))
        rm -rf cut
        resume=
        while :; do
            rc=0
            # shellcheck disable=SC2086
            "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=cut train.max_steps="$steps" "$@" $resume 2>err &
            pid=$!
            if [ $n -lt "$kills" ]; then
                sleep "$(printf '%d.%03d' $((RANDOM % most_ms / 1000)) $((RANDOM % most_ms % 1000)))"
                kill -9 $pid 2>/dev/null || true
            fi
            wait $pid 2>/dev/null || rc=$?
            [ $rc = 0 ] && break
            [ $rc = 137 ] || die "exit $rc: $(cat err)"
            n=$((n + 1))
            [ -z "$(find cut -name '*.tmp' 2>/dev/null)" ] || during=$((during + 1))
            if [ -e cut/train.safetensors ]; then
                resume=--resume
                expect 0 "$LOOKBACK" translate -m cut --threads 1 data/test.src
                lines 60 out
            elif [ -e cut/model.safetensors ]; then
                expect 0 "$LOOKBACK" translate -m cut --threads 1 data/test.src
                resume=--overwrite
            else
                resume=--overwrite
            fi
        done
        same_runs whole cut
        no_left_overs cut
    done
    echo "kill -9: $n times in $run runs of $steps steps, $during of them with a file half written: the same bytes"
}

# A file may not grow beyond a limit, as on a disk that is full: the log during training, the state at its end.
full_disk() {
    local rc=0 size
    rm -rf full whole
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=whole train.max_steps=60 train.validate_every.steps=10
    size=$(stat -c %s whole/train.safetensors)
    (
        ulimit -f $((size / 1024 + 2))
        exec "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=full train.max_steps=100000 \
            train.validate_every.steps=10 2>err
    ) || rc=$?
    [ $rc = 1 ] || die "exit $rc with a log that may not grow"
    has log.jsonl err
    has '--resume goes on from step' err
    lines 1 err
    expect 0 "$LOOKBACK" translate -m full --threads 1 data/test.src
    lines 60 out

    rm -rf full
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=full train.max_steps=20 train.validate_every.steps=10
    rc=0
    (
        ulimit -f $((size / 1024 - 2))
        exec "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=full train.max_steps=60 \
            train.validate_every.steps=10 --resume 2>err
    ) || rc=$?
    [ $rc = 1 ] || die "exit $rc with a state that may not be written"
    has train.safetensors err
    has '--resume goes on from step 20' err
    lines 1 err
    no_left_overs full
    expect 0 "$LOOKBACK" translate -m full --threads 1 data/test.src
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=full train.max_steps=60 \
        train.validate_every.steps=10 --resume
    same_runs whole full
    echo "a disk that is full: one line each, nothing lost, the same bytes once there is room"
}

# signalled SIGNAL COMMAND...: stops within two seconds with exit 1, one line, and whole lines in ./out.
signalled() {
    local signal=$1 rc=0 pid waited=0
    shift
    "$@" >out 2>err <many &
    pid=$!
    sleep 0.5
    kill "-$signal" $pid || die "it had ended before: $(cat err)"
    while kill -0 $pid 2>/dev/null && [ $waited -lt 100 ]; do
        sleep 0.05
        waited=$((waited + 1))
    done
    wait $pid || rc=$?
    [ $rc = 1 ] || die "exit $rc after SIG$signal: $(cat err)"
    [ $waited -lt 100 ] || die "SIG$signal took five seconds"
    has 'stopped after line' err
    [ ! -s out ] || [ -z "$(tail -c 1 out | tr -d '\n')" ] || die "a line was written in part after SIG$signal"
}

# SIGTERM saves first, and a second run keeps out of a folder that is in use.
terminated() {
    local rc=0 pid step
    rm -rf cut
    "$LOOKBACK" train m.yaml --threads 1 model_dir=cut train.max_steps=1000000 2>train.err &
    pid=$!
    for _ in $(seq 600); do
        [ -s cut/log.jsonl ] && break
        sleep 0.02
    done
    fails 1 'another process' "$LOOKBACK" train m.yaml --quiet model_dir=cut --overwrite
    kill -TERM $pid
    wait $pid || rc=$?
    [ $rc = 1 ] || die "exit $rc after SIGTERM"
    step=$(tail -n 1 cut/log.jsonl | sed 's/.*"step":\([0-9]*\).*/\1/')
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=cut --resume train.max_steps="$((step + 1))"
    [ "$(sed -n 's/.*"step":\([0-9]*\).*/\1/p' cut/log.jsonl | uniq -d | wc -l)" = 0 ] || die "a step was made twice"
    echo "SIGTERM in training: saved, and every step made once; a second training kept out"
}

# Ctrl-C and SIGTERM in the verbs that decode; cut/ has a model.
signals() {
    for _ in $(seq 400); do cat data/test.src; done | tr '\n' ' ' | fold -s -w 400 >many
    for _ in 1 2 3 4 5 6 7; do cat many many >more && mv more many; done
    signalled INT "$LOOKBACK" translate -m cut -b 5
    signalled TERM "$LOOKBACK" translate -m cut -b 1 --batch 1
    cp many copy
    signalled TERM "$LOOKBACK" score -m cut many copy
    signalled TERM "$LOOKBACK" explain -m cut -
    echo "Ctrl-C and SIGTERM in translate, score and explain: prompt, whole lines"
}
