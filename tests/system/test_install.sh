# What `make install` leaves is enough for a user's program: the examples are built against the installed header
# and libraries alone, by pkg-config (shared and static) and by CMake's find_package, and run.
set -eu
[ -e "$BUILD_DIR/lookback.pc" ] || { echo "skipped: this configuration is not installed"; exit 77; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
die() { echo "FAILED: $*"; exit 1; }

cmake --install "$BUILD_DIR" --prefix "$root" >/dev/null
"$root/bin/lookback" --version | grep -q '[0-9]\.[0-9]'
for file in include/lookback.h lib/liblookback.a lib/liblookback.so lib/pkgconfig/lookback.pc \
    lib/cmake/lookback/lookbackConfig.cmake lib/cmake/lookback/lookbackConfigVersion.cmake \
    share/man/man1/lookback.1 share/man/man1/lookback-translate.1 share/bash-completion/completions/lookback \
    share/zsh/site-functions/_lookback share/fish/vendor_completions.d/lookback.fish; do
    [ -s "$root/$file" ] || die "$file is not installed"
done
grep -rlF "$root" "$root/lib/pkgconfig" "$root/lib/cmake" "$root/share" && die "an installed file names the folder it was put into"
grep -rlF "$SOURCE_DIR" "$root/lib/pkgconfig" "$root/lib/cmake" "$root/share" && die "an installed file names the source folder"

# ---- names: lb_ and no others; the shared library's own name says which binary interface it has ----
declared() { grep -oE '^[A-Za-z].*\blb_[a-z_0-9]+\(' "$root/include/lookback.h" | grep -oE 'lb_[a-z_0-9]+' | sort -u; }
shown() { nm --defined-only "$@" | awk 'NF == 3 && $2 != "A" && $2 != "u" { sub(/@.*/, "", $3); print $3 }' | sort -u; }
diff <(declared) <(shown -D "$root/lib/liblookback.so") || die "liblookback.so does not show exactly what lookback.h declares"
diff <(declared) <(shown -g "$root/lib/liblookback.a") || die "liblookback.a does not show exactly what lookback.h declares"
version=$(sed -n 's/^#define LB_VERSION "\([0-9]*\.[0-9]*\).*/\1/p' "$root/include/lookback.h")
readelf -d "$root/lib/liblookback.so" | grep -q "SONAME.*\[liblookback.so.$version\]" || die "wrong SONAME"
readelf -d "$root/lib/liblookback.so" | grep -qE 'R(UN)?PATH' && die "the library has a run path"

# ---- pkg-config, shared and static; a user's own `fail` disturbs nobody ----
export PKG_CONFIG_PATH=$root/lib/pkgconfig
printf '#include <lookback.h>\n#include <stdio.h>\nint fail = 1, guard;\nint main(void) { return puts(lb_version()) < 0; }\n' >"$root/version.c"
for source in "$root/version.c" "$SOURCE_DIR"/examples/*.c; do
    # shellcheck disable=SC2046
    "$CC" -std=gnu11 -Wall -Werror -o "$root/$(basename "$source" .c)" "$source" $(pkg-config --cflags --libs lookback)
done
# shellcheck disable=SC2046
"$CC" -std=gnu11 -o "$root/static" "$root/version.c" -Wl,-Bstatic $(pkg-config --cflags --libs-only-L lookback) -llookback \
    -Wl,-Bdynamic $(pkg-config --static --libs lookback | sed 's/-llookback//')
export LD_LIBRARY_PATH=$root/lib
[ "$("$root/version")" = "$("$root/static")" ] || die "shared and static library differ in version"
"$root/train" "$root/work" >"$root/log" || die "train: $(tail -n 3 "$root/log")"
head -n 2 "$root/work/data/test.src" | "$root/translate" "$root/work/model" | grep -q ' <- ' || die "translate shows no map"

# ---- CMake ----
mkdir "$root/project"
cat >"$root/project/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.16)
project(user C)
find_package(lookback $version REQUIRED)
add_executable(translate $SOURCE_DIR/examples/translate.c)
target_link_libraries(translate PRIVATE lookback::lookback)
END
cmake -S "$root/project" -B "$root/project/build" -DCMAKE_C_COMPILER="$CC" -DCMAKE_PREFIX_PATH="$root" >"$root/log" 2>&1 &&
    cmake --build "$root/project/build" >>"$root/log" 2>&1 || { tail -n 20 "$root/log"; die "find_package(lookback)"; }
unset LD_LIBRARY_PATH
head -n 2 "$root/work/data/test.src" | "$root/project/build/translate" "$root/work/model" | grep -q ' <- ' ||
    die "translate, built by CMake, shows no map"
echo "installed, and used in four ways"
