# four.sh -- sourced by recipes that train up to four models on the same data for the same number of steps and measure
# them alike: rnn, a recurrent model with attention; rnn-none, the same with a fixed vector in its place;
# transformer; transformer-uniform, the same whose decoder sees the mean of all places (it cannot do without any).
#
# The recipe gives: home, its folder; data, a name below it; config, the beginning of two .yaml files; options, an
# array of key=value; measure MODEL, which prints a line of figures.
# From the environment: STEPS, THREADS (1), LOOKBACK. A model that is there is measured again, not trained.
lookback=${LOOKBACK:-build/release/lookback}
threads=${THREADS:-1}
shared=${LOOKBACK_DATA:-../shared/data}
[ -x "$lookback" ] || { echo "build first: make"; exit 1; }

need() { # FILE
    [ -f "$1" ] || { echo "skipped: no data ($1)"; exit 77; }
}

train_one() { # KIND
    local model=$home/$data$1 score=()
    case $1 in
    rnn-none) score=(model.attention.score=none) ;;
    transformer-uniform) score=(model.attention.score=uniform) ;;
    rnn | transformer) ;;
    *) echo "$1: one of rnn, rnn-none, transformer, transformer-uniform" >&2; exit 2 ;;
    esac
    [ ! -f "$model/done" ] || return 0
    "$lookback" train "$config-${1%-*}.yaml" --overwrite --quiet --threads "$threads" model_dir="$model" \
        train.max_steps="$STEPS" train.schedule.steps="$STEPS" "${options[@]}" "${score[@]}"
    touch "$model/done"
}

# Figures of the models asked for, as they come; of all that are there, in RESULTS.
four() { # RESULTS KIND ...
    local results=$1 kind all="rnn rnn-none transformer transformer-uniform" && shift
    for kind in ${*:-$all}; do
        train_one "$kind"
        measure "$home/$data$kind" >"$home/$data$kind/figures.txt"
        printf '%-22s %s\n' "$data$kind" "$(cat "$home/$data$kind/figures.txt")"
    done
    for kind in $all; do
        [ ! -f "$home/$data$kind/figures.txt" ] ||
            printf '%-22s %s\n' "$data$kind" "$(cat "$home/$data$kind/figures.txt")"
    done >"$results"
}
