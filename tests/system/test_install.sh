# What `make install` leaves is enough for a user's program: each example is built against the installed
# header, library and lookback.pc, and nothing of the source tree.
set -eu
[ "$SANITIZED" = 1 ] && exit 77
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

DESTDIR=$root cmake --install "$BUILD_DIR" --prefix /usr >/dev/null
"$root/usr/bin/lookback" --version | grep -q '[0-9]\.[0-9]'

pc=$(dirname "$(find "$root" -name lookback.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags lookback)
libs=$(PKG_CONFIG_PATH=$pc pkg-config --libs lookback)
printf '#include <lookback.h>\n#include <stdio.h>\nint main(void) { return puts(LB_VERSION) < 0; }\n' >"$root/version.c"
n=0
for source in "$root/version.c" "$SOURCE_DIR"/examples/*.c; do
    [ -e "$source" ] || continue
    # shellcheck disable=SC2086
    "$CC" -std=gnu11 -Wall -Werror -o "$root/program" "$source" $flags $libs
    n=$((n + 1))
done
echo "$n programs built"
