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

# A model whose files take some milliseconds to write.
big_config() {
    crash_config "$1"
    sed -i -e 's/hidden: 32, embedding: 32/hidden: 192, embedding: 192/' -e 's/sentences: 32/sentences: 4/' "$1.yaml"
}

# Ways to kill -9 a process that trains in cut/.
kill_at_random() { # kill_at_random PID: within the next CRASH_MS milliseconds
    sleep "$(printf '%d.%03d' $((RANDOM % ${CRASH_MS:-600} / 1000)) $((RANDOM % ${CRASH_MS:-600} % 1000)))"
    kill -9 "$1" 2>/dev/null || true
}

half_written() { # into `half`: what has been begun and not finished
    half=()
    local name
    for name in cut/*.tmp cut/checkpoints/*.tmp; do
        [ ! -e "$name" ] || half+=("$name")
    done
}

kill_saving() { # kill_saving PID: as soon as it has begun one of the next six files
    local left=$((RANDOM % 6)) was=
    while kill -0 "$1" 2>/dev/null; do
        half_written
        if [ "${half[0]-}" != "$was" ]; then
            was=${half[0]-}
            [ -z "$was" ] || left=$((left - 1))
            [ $left -ge 0 ] || break
        fi
    done
    kill -9 "$1" 2>/dev/null || true
}

# One run in cut/ to its end, killed by $how again and again while kills are left; after each kill the folder
# opens, translates, and is gone on with.
killed_run() {
    local rc pid resume=
    while :; do
        rc=0
        # shellcheck disable=SC2086
        "$LOOKBACK" train "$@" --quiet --threads 1 model_dir=cut $resume 2>err &
        pid=$!
        [ $hits -ge "$kills" ] || "$how" $pid
        wait $pid 2>/dev/null || rc=$?
        [ $rc != 0 ] || return 0
        [ $rc = 137 ] || die "exit $rc: $(cat err)"
        n=$((n + 1))
        half_written
        [ ${#half[@]} = 0 ] || during=$((during + 1))
        [ "$how" = kill_saving ] && hits=$during || hits=$n
        resume=
        [ ! -e cut/model.safetensors ] || resume=--overwrite
        [ ! -e cut/train.safetensors ] || resume=--resume
        [ -n "$resume" ] || continue
        expect 0 "$LOOKBACK" translate -m cut --threads 1 data/test.src
        lines 60 out
    done
}

# killed_runs HOW KILLS CONFIG STEPS SETTINGS...: runs of so many steps, killed until there were KILLS kills (by
# kill_saving: that left a file half written). Each ends in the same bytes as whole/, which was not killed.
killed_runs() {
    local how=$1 kills=$2 config=$3 steps=$4 n=0 during=0 hits=0 run=0 half=()
    shift 4
    rm -rf whole
    expect 0 "$LOOKBACK" train "$config" --quiet --threads 1 model_dir=whole train.max_steps="$steps" "$@"
    while [ $hits -lt "$kills" ]; do
        run=$((run + 1))
        rm -rf cut
        killed_run "$config" train.max_steps="$steps" "$@"
        same_runs whole cut
        no_left_overs cut
    done
    echo "kill -9: $n times in $run runs of $steps steps, $during of them with a file half written: the same bytes"
}

# A file may not grow beyond a limit, as on a disk that is full: the log during training, the state at its end.
# The model is so small that the log outgrows it soon.
full_disk() {
    local rc=0 size
    local run=("$LOOKBACK" train m.yaml --quiet --threads 1 train.validate_every.steps=10 model.encoder.hidden=4
        model.encoder.embedding=4 model.decoder.hidden=4 model.decoder.embedding=4)
    rm -rf full whole
    expect 0 "${run[@]}" model_dir=whole train.max_steps=60
    size=$(stat -c %s whole/train.safetensors)
    (
        ulimit -f $((size / 1024 + 2))
        exec "${run[@]}" model_dir=full train.epochs=0 train.max_steps=1000000 2>err
    ) || rc=$?
    [ $rc = 1 ] || die "exit $rc with a log that may not grow: $(cat err)"
    has log.jsonl err
    has '--resume goes on from step' err
    lines 1 err
    expect 0 "$LOOKBACK" translate -m full --threads 1 data/test.src
    lines 60 out

    rm -rf full
    expect 0 "${run[@]}" model_dir=full train.max_steps=20
    rc=0
    (
        ulimit -f $((size / 1024 - 2))
        exec "${run[@]}" model_dir=full train.max_steps=60 --resume 2>err
    ) || rc=$?
    [ $rc = 1 ] || die "exit $rc with a state that may not be written: $(cat err)"
    has train.safetensors err
    has '--resume goes on from step 20' err
    lines 1 err
    no_left_overs full
    expect 0 "$LOOKBACK" translate -m full --threads 1 data/test.src
    expect 0 "${run[@]}" model_dir=full train.max_steps=60 --resume
    same_runs whole full
    echo "a file that may not grow: one line each, nothing lost, the same bytes once there is room"
}

milliseconds() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# stopped SIGNAL PID: ends within MOST_MS, ten seconds on a machine that may be busy, with exit 1; the longest is
# kept in `slowest`.
stopped() {
    local rc=0 before took
    before=$(milliseconds)
    kill "-$1" "$2" || die "it had ended before SIG$1: $(cat err)"
    wait "$2" || rc=$?
    took=$(($(milliseconds) - before))
    [ $rc = 1 ] || die "exit $rc after SIG$1: $(cat err)"
    [ $took -lt "${MOST_MS:-10000}" ] || die "SIG$1 took $took ms"
    [ $took -lt "$slowest" ] || slowest=$took
}

endless() { while cat "$1" 2>/dev/null; do :; done; }

is_watching() { # is_watching PID: it is lookback, and has its own handler of SIGTERM
    [ "$(readlink "/proc/$1/exe")" = "$(readlink -f "$LOOKBACK")" ] && grep -q '^SigCgt:.*[4-7c-f]...$' "/proc/$1/status"
}

# signalled SIGNAL SINCE COMMAND...: reads data/test.src endlessly and is sent SIGNAL, once it has written something
# (SINCE: output) or so many seconds after it began.
signalled() {
    local signal=$1 since=$2 pid
    shift 2
    rm -f source target
    mkfifo source target
    endless data/test.src >source &
    [[ " $* " != *" target "* ]] || endless data/test.tgt >target &
    "$@" >out 2>err <source &
    pid=$!
    until is_watching $pid; do
        kill -0 $pid 2>/dev/null || die "it ended before SIG$signal: $(cat err)"
        sleep 0.02
    done
    [ "$since" = output ] || sleep "$since"
    until [ "$since" != output ] || [ -s out ]; do
        kill -0 $pid 2>/dev/null || die "it ended before SIG$signal: $(cat err)"
        sleep 0.02
    done
    stopped "$signal" $pid
    lines 1 err
    has 'stopped after line' err
}

# prefix_of FILE: ./out is the beginning of FILE again and again, in whole lines, as many as ./err says.
prefix_of() {
    has "stopped after line $(wc -l <out);" err
    endless "$1" | head -c "$(stat -c %s out)" >wanted || true
    same out wanted
    [ ! -s out ] || [ -z "$(tail -c 1 out | tr -d '\n')" ] || die "a line was written in part"
}

# Ctrl-C and SIGTERM in the verbs that decode; cut/ has a model.
signals() {
    local slowest=0
    expect 0 "$LOOKBACK" translate -m cut -b 2 data/test.src
    mv out answers
    signalled INT output "$LOOKBACK" translate -m cut -b 2 --threads 1
    prefix_of answers
    signalled TERM output "$LOOKBACK" translate -m cut -b 2 --threads 1 --batch 1
    prefix_of answers
    signalled TERM 0.3 "$LOOKBACK" translate -m cut -b 200 --threads 1
    has "stopped after line $(wc -l <out);" err
    [ -z "$(tail -c 1 out | tr -d '\n')" ] || die "a line was written in part"
    expect 0 "$LOOKBACK" score -m cut data/test.src data/test.tgt
    mv out scores
    signalled TERM output "$LOOKBACK" score -m cut --threads 1 - target
    prefix_of scores
    signalled INT output "$LOOKBACK" score -m cut --threads 1 - target --batch 1
    prefix_of scores
    signalled TERM output "$LOOKBACK" explain -m cut --threads 1 -
    [ -z "$(tail -c 1 out | tr -d '\n')" ] || die "a line was written in part"
    has "stopped after line $(grep -c '^-> ' out);" err
    waiting
    echo "Ctrl-C and SIGTERM in translate, score and explain: whole lines, the slowest stop took $slowest ms"
}

# An input that never comes is no reason not to stop.
waiting() {
    local pid
    rm -f source
    mkfifo source
    sleep 100 >source &
    local sleeper=$!
    "$LOOKBACK" translate -m cut --threads 1 >out 2>err <source &
    pid=$!
    until is_watching $pid; do sleep 0.02; done
    sleep 0.1
    stopped INT $pid
    kill $sleeper
    wait $sleeper 2>/dev/null || true
}

# stopped_training SIGNAL: saves first; the run goes on where it was; meanwhile a second one keeps out.
stopped_training() {
    local pid step
    rm -rf cut
    "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=cut train.epochs=0 train.max_steps=1000000 2>train.err &
    pid=$!
    until [ -s cut/log.jsonl ]; do
        kill -0 $pid 2>/dev/null || die "training ended: $(cat train.err)"
        sleep 0.02
    done
    fails 1 'another process' "$LOOKBACK" train m.yaml --quiet model_dir=cut --overwrite
    mv train.err err
    stopped "$1" $pid
    lines 1 err
    has --resume err
    step=$(tail -n 1 cut/log.jsonl | sed 's/.*"step":\([0-9]*\).*/\1/')
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=cut --resume train.epochs=0 \
        train.max_steps="$((step + 5))"
    sed -n 's/.*"step":\([0-9]*\).*/\1/p' cut/log.jsonl >steps
    seq $((step + 5)) >wanted
    same steps wanted
    expect 0 "$LOOKBACK" train m.yaml --quiet --threads 1 model_dir=whole --overwrite train.epochs=0 \
        train.max_steps="$((step + 5))"
    same_runs whole cut
}

terminated() {
    local slowest=0
    stopped_training TERM
    stopped_training INT
    echo "Ctrl-C and SIGTERM in training: saved within $slowest ms, every step made once; a second training kept out"
}
