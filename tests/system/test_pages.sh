# What the command prints about itself: manual pages without a warning, completions that a real shell follows.
set -eu
. "$SOURCE_DIR/tests/system/tiny.sh"

"$SOURCE_DIR/scripts/pages.sh" "$LOOKBACK" pages
verbs=$("$LOOKBACK" help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
[ "$(ls pages/man1 | wc -l)" = $(($(wc -w <<<"$verbs") + 1)) ] || die "not one manual page for each verb"

# ---- manual pages ----
expect 0 "$LOOKBACK" --man
same out pages/man1/lookback.1
expect 0 "$LOOKBACK" --man translate
same out pages/man1/lookback-translate.1
fails 2 'did you mean `translate`' "$LOOKBACK" help --man transalte
LC_ALL=C grep -l '[^ -~]' pages/man1/* && die "a manual page is not ASCII"
for page in pages/man1/*; do
    if command -v groff >/dev/null && groff -man -Tascii -P-c /dev/null >/dev/null 2>&1; then
        groff -man -ww -Tascii -P-c "$page" >text 2>err || die "groff refuses $page"
        [ ! -s err ] || { cat err; die "groff warns about $page"; }
    fi
    if command -v man >/dev/null && man --version >/dev/null 2>&1; then
        MANWIDTH=80 man --warnings=w -l "$page" >text 2>err
        [ ! -s err ] || { cat err; die "man warns about $page"; }
        has "EXIT STATUS" text
    fi
done
for verb in $verbs; do
    for flag in $("$LOOKBACK" "$verb" --help | sed -n 's/^ .*  *\(--[a-z0-9-]*\).*/\1/p' | sort -u); do
        has "${flag//-/\\-}" "pages/man1/lookback-$verb.1"
        has "$flag" pages/lookback
        has "${flag#--}" pages/lookback.fish
        has "$flag" pages/_lookback
    done
done

# ---- bash: the answer to words, the last of which is being typed ----
cat >ask.sh <<'END'
. pages/lookback
compopt() { :; } # there is no command line here
COMP_WORDS=(lookback "$@")
COMP_CWORD=$#
_lookback
printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
END
answers() { # answers 'WORDS ' TYPED...
    local want=$1 got
    shift
    got=$(bash --norc ask.sh "$@")
    [ "$got" = "$want" ] || die "bash completes '$*' to '$got' instead of '$want'"
}
mkdir models
touch models/x 'one file' 'b'
answers 'train translate ' tra
answers '--version ' --v
answers '--alignment --attention ' translate --a
answers 'hard soft ' translate -m models --alignment ''
answers 'soft ' translate --alignment = s
answers 'models ' translate -m m
answers 'models pages ' translate --model =
answers 'one file ' translate --attention on
answers 'one file ' translate --beam 5 on
answers ' ' translate --beam ''
answers 'decode encode train ' vocab ''
answers 'copy ' synth cop
answers 'bash fish zsh ' completion ''
answers 'translate ' help transl
if bash --norc -c 'complete -p' >/dev/null 2>&1; then
    bash --norc -c '. pages/lookback; complete -p lookback' | grep -q -e '-F _lookback lookback' || die "not registered"
fi

# ---- the other shells, where there are any ----
if command -v zsh >/dev/null; then
    zsh -f -n pages/_lookback || die "zsh cannot read its completion"
fi
if command -v fish >/dev/null; then
    export HOME=$work
    fish --no-config -c 'source pages/lookback.fish; complete -C "lookback translate --al"' >out
    grep -q '^--alignment' out || { cat out; die "fish does not know --alignment"; }
    fish --no-config -c 'source pages/lookback.fish; complete -C "lookback tra"' | cut -f 1 | sort >out
    [ "$(tr '\n' ' ' <out)" = "train translate " ] || { cat out; die "fish does not know the verbs"; }
fi
