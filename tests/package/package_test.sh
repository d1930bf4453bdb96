#!/usr/bin/env bash
# package_test.sh BUILD SOURCE: installs BUILD, moves the result elsewhere, builds SOURCE/examples against it with
# find_package and a small program with pkg-config, and runs them with nothing of BUILD in reach.
set -euo pipefail
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "package: $*" >&2; exit 1; }

echo "== install"
cmake --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log"; fail "cmake --install failed"; }
mv "$work/first" "$work/prefix"

# Only a sanitized library asks for flags of its own.
sanitize=$(sed -n 's/^MILLRACE_SANITIZE:STRING=//p' "$build/CMakeCache.txt")
flags=${sanitize:+-fsanitize=$sanitize}

echo "== find_package"
launcher=$(sed -n 's/^MILLRACE_CCACHE_PROGRAM:FILEPATH=//p' "$build/CMakeCache.txt")
case $launcher in *NOTFOUND) launcher= ;; esac
cp -r "$source/examples" "$work/examples"
cmake -S "$work/examples" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_FLAGS="$flags" ${launcher:+-DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"}
cmake --build "$work/build"

echo "== programs find their libraries in the package"
programs=0
for program in "$work"/examples/*.cc; do
  program=$work/build/$(basename "$program" .cc)
  programs=$((programs + 1))
  ldd "$program" >"$work/ldd"
  ! grep 'not found' "$work/ldd" || fail "$program does not find a library"
  grep -q "libmillrace.* => $work/prefix/" "$work/ldd" || fail "$program takes libmillrace from elsewhere: $(cat "$work/ldd")"
  ! grep "$build/" "$work/ldd" || fail "$program reaches into the build folder"
done
[ "$programs" -gt 0 ] || fail "there are no examples"

echo "== pkg-config"
pc=$(find "$work/prefix" -name millrace.pc)
export PKG_CONFIG_PATH=${pc%/*}
libdir=$(pkg-config --variable=libdir millrace)
{
  for header in "$work"/prefix/include/millrace/*.h; do echo "#include <millrace/$(basename "$header")>"; done
  echo 'int main() { return 0; }'
} >"$work/headers.cc"
# shellcheck disable=SC2046,SC2086  # pkg-config's output and the flags are lists of words
${CXX:-c++} -std=c++20 -Wall -Wextra $flags "$work/headers.cc" -o "$work/headers" \
  $(pkg-config --cflags millrace) -Wl,--no-as-needed $(pkg-config --libs millrace) -Wl,-rpath,"$libdir"
"$work/headers"
echo "package: $programs examples built against the installed library"
