#!/usr/bin/env bash
# Inflection (CoNLL-SIGMORPHON 2018, task 1, high: 10,000 examples): a lemma and what form of it is wanted, to that
# form, by letters. Four small models of each of three languages.
#
#     recipes/sigmorphon.sh                                # finnish, german, spanish
#     recipes/sigmorphon.sh german rnn rnn-none            # one language; some models
#     STEPS=10000 recipes/sigmorphon.sh finnish rnn        # longer than 3,000 updates of 32; THREADS, LOOKBACK as well
#
# A source is the lemma's letters and then the features, each a word with a `+` before it; a blank inside a word is
# `_`. The model that is best on dev is measured: exact forms in %, of dev and test, beam 5. Data, models and
# results-LANGUAGE.txt go to models/sigmorphon/. The data is $LOOKBACK_DATA/sigmorphon2018.
set -euo pipefail
cd "$(dirname "$0")/.."
. recipes/four.sh
STEPS=${STEPS:-3000}
home=models/sigmorphon config=recipes/strings

letters() { # FIELD, of lines `lemma TAB form TAB features`
    cut -f "$1" | sed 's/ /_/g; s/./& /g; s/ $//'
}

part() { # LANGUAGE NAME FILE
    local to=$home/$1.$2
    need "$3"
    zcat "$3" | tr -d '\r' >"$to.tsv"
    paste -d ' ' <(letters 1 <"$to.tsv") <(cut -f 3 "$to.tsv" | sed 's/^/+/; s/;/ +/g') >"$to.src"
    letters 2 <"$to.tsv" >"$to.tgt"
}

exact() { # MODEL NAME
    "$lookback" translate -q -m "$1" --threads "$threads" <"$home/$language.$2.src" >"$1/$2.out"
    "$lookback" eval exact "$1/$2.out" "$home/$language.$2.tgt" | sed -n '1s/exact = \([0-9.]*\).*/\1/p'
}

measure() { # MODEL
    printf 'dev %s  test %s\n' "$(exact "$1" dev)" "$(exact "$1" test)"
}

one_language() { # LANGUAGE KIND ...
    language=$1 data=$1- && shift
    mkdir -p "$home"
    part "$language" train "$shared/sigmorphon2018/$language-train-high.gz"
    part "$language" dev "$shared/sigmorphon2018/$language-dev.gz"
    part "$language" test "$shared/sigmorphon2018/$language-test.gz"
    options=(data.train.source="$home/$language.train.src" data.train.target="$home/$language.train.tgt"
        data.valid.source="$home/$language.dev.src" data.valid.target="$home/$language.dev.tgt"
        train.batch.sentences=32)
    four "$home/results-$language.txt" "$@"
}

export LC_ALL=C.UTF-8
case ${1:-} in
finnish | german | spanish) one_language "$@" ;;
*) for language in finnish german spanish; do one_language $language "$@"; done ;;
esac
