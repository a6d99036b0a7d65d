#!/bin/bash
# packages.sh [--name-only] GROUP... -- see that what the groups of scripts/packages need is there.
#
# Missing packages are named, then installed with apt-get (with sudo when not root). Without apt-get, or
# with --name-only, they are only named, with a hint, and the exit status is 1 if one of them is a must.
# When nothing is missing nothing is printed and the network is not touched.
set -u
cd "$(dirname "$0")"
say() { echo "lookback: $*" >&2; }

name_only=no
[ "${1-}" = --name-only ] && name_only=yes && shift
wanted=" $* "

# is_there PROBE: 0 if the thing probed for is on this machine.
is_there() {
    local what=${1#*:}
    case $1 in
    cmd:*) command -v "$what" ;;
    pc:*) pkg-config --exists "$what" ;;
    header:*) echo "#include <$what>" | cc -E - ;;
    font:*) fc-list "${what//_/ }" | grep . ;;
    py:*) python3 -c "import $what" || /usr/bin/python3 -c "import $what" ;;
    *) say "scripts/packages: unknown probe $1"; exit 2 ;;
    esac >/dev/null 2>&1
}

# look: fills must and may with the missing packages, and hints with a line for each.
look() {
    local groups need package probe what group
    must=() may=() hints=
    while read -r groups need package probe what; do
        case $groups in '' | \#*) continue ;; esac
        for group in ${groups//,/ }; do
            [[ $wanted == *" $group "* ]] || continue
            is_there "$probe" && break
            [ "$need" = must ] && must+=("$package") || may+=("$package")
            hints+="    $package: $what"$'\n'
            break
        done
    done <<<"$(sed 's/[[:space:]]*$//' packages)"
}

# finish: 1 if a must is still missing; a missing may is only mentioned.
finish() {
    [ ${#may[@]} -gt 0 ] && say "going on without: ${may[*]}"
    [ ${#must[@]} -eq 0 ] && exit 0
    say "cannot go on without: ${must[*]}"
    exit 1
}

look
[ ${#must[@]} -eq 0 ] && [ ${#may[@]} -eq 0 ] && exit 0
say "missing packages: ${must[*]} ${may[*]}"

if ! command -v apt-get >/dev/null; then
    say "this system has no apt-get; install these in its own way:"
    printf '%s' "$hints" >&2
    finish
fi
root=
[ "$(id -u)" -eq 0 ] || root=sudo
if [ $name_only = yes ]; then
    say "to install them: $root apt-get install ${must[*]} ${may[*]}"
    finish
fi
if [ -n "$root" ] && ! command -v sudo >/dev/null; then
    say "neither root nor sudo; as root run: apt-get install ${must[*]} ${may[*]}"
    finish
fi

apt() { # DEBIAN_FRONTEND goes through env because sudo drops the environment
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}
install() { # a stale or empty list of packages is renewed once
    [ $# -eq 0 ] && return
    apt install -y --no-install-recommends "$@" && return
    [ "${updated-}" = yes ] && return 1
    updated=yes
    apt update && apt install -y --no-install-recommends "$@"
}
say "installing them with ${root:+$root }apt-get"
ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 || { updated=yes; apt update; }
install "${must[@]}"
for package in "${may[@]}"; do # one by one: a distribution may lack one of them
    install "$package"
done
look
finish
