#!/usr/bin/env bash
# tests/fuzz/run.sh SECONDS [TARGET...]: runs the libFuzzer programs of build/fuzz, all of them or those named, each for
# so long. What it learns is kept in build/fuzz/learned/TARGET; an input that fails is kept as build/fuzz/failed/TARGET-*.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${MILLRACE_FUZZ_BUILD:-build/fuzz}
seconds=$1
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for source in tests/fuzz/*_fuzz.cc; do targets+=("$(basename "$source" _fuzz.cc)"); done
fi
mkdir -p "$build/failed"
export MILLRACE_LOG=off
failed=0
for target in "${targets[@]}"; do
  learned=$build/learned/$target log=$build/$target.log
  mkdir -p "$learned"
  if "$build/bin/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=8192 \
    -print_final_stats=1 -artifact_prefix="$build/failed/$target-" \
    "$learned" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    echo "fuzz: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions," \
      "$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1) edges, no failure"
  else
    failed=1
    echo "fuzz: $target: FAILED, see $log"
    grep -hE '^fuzz: |ERROR: |runtime error: |SUMMARY: |Test unit written to ' "$log" | head -n 8 | sed 's/^/  /'
    echo "  again: $build/bin/fuzz_$target FILE; when it is mended, add the file to tests/fuzz/corpus/$target/"
  fi
done
exit $failed
