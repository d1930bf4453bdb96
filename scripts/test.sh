#!/usr/bin/env bash
# What `make test` runs, after scripts/setup.sh test: the unit tests under AddressSanitizer and
# UndefinedBehaviorSanitizer, then every test with the release build. MILLRACE_TEST_SANITIZED=0 leaves out the first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A skipped test passes for ctest; what was skipped, and why, stands in its log only.
show_skipped() {
  local skipped
  skipped=$(awk '/: Skipped$/ { where = $1; getline; print $0 " (" where ")" } /(^|: )skipped: / { print }' \
    "$1/Testing/Temporary/LastTest.log" 2>/dev/null | sed "s|$PWD/||g" | sort | uniq -c)
  [ -z "$skipped" ] || printf 'test: skipped in %s:\n%s\n' "$1" "$skipped"
}

run() {
  local preset=$1 target=$2 result=0
  shift 2
  scripts/build.sh "$preset" "$target" -DMILLRACE_TESTS=ON
  ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@" || result=$?
  show_skipped "build/$preset"
  return $result
}

status=0
if [ "${MILLRACE_TEST_SANITIZED:-1}" = 1 ]; then
  echo "test: unit tests with sanitizers"
  run dev millrace_unit_tests -L '^unit$' || status=1
fi
echo "test: all tests, release build"
run release all || status=1
exit $status
