#!/usr/bin/env bash
# scripts/build.sh PRESET "TARGET..." [CMAKE_ARGUMENT...]: configures build/PRESET and builds the targets in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
read -ra targets <<<"$2"
shift 2
mkdir -p "build/$preset"
log=build/$preset/configure.log
echo "build: configuring build/$preset"
cmake --preset "$preset" "$@" >"$log" 2>&1 || { grep -A 12 'CMake Error' "$log" >&2 || tail -n 20 "$log" >&2; exit 1; }
grep -A 4 'CMake Warning' "$log" || true
echo "build: compiling build/$preset (the first time takes some minutes)"
cmake --build "build/$preset" --target "${targets[@]}"
