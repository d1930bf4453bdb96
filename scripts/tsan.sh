#!/usr/bin/env bash
# What `make tsan` runs: the unit tests of the modules that use threads, with ThreadSanitizer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
modules=(base fs connector checkpoint stream clients_kafka clients_delta clients_python_worker sources_kafka sources_file
  sinks_delta sinks_file sinks_foreach sinks_memory session connect)
tests=()
for module in "${modules[@]}"; do tests+=("millrace_${module}_test"); done
scripts/build.sh tsan "${tests[*]}" -DMILLRACE_TESTS=ON
# Arrow's own allocator hands memory from thread to thread unseen.
export ARROW_DEFAULT_MEMORY_POOL=system
export TSAN_OPTIONS="suppressions=$PWD/tests/tsan/suppressions.txt history_size=4 second_deadlock_stack=1 ${TSAN_OPTIONS:-}"
# One thread, whose memory is measured.
export GTEST_FILTER='-PlanMutation.EachIsAnswered'
ctest --test-dir build/tsan --output-on-failure -R "^($(IFS='|'; echo "${tests[*]}"))\$"
