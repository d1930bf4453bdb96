#!/usr/bin/env bash
# What `make prove` runs, after scripts/setup.sh test: the long forms of the tests that kill the main job, fail its disk
# and start it twice. SEED=N repeats what an earlier run with that seed did; KILLS=N is how often the ledger is killed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
scripts/build.sh release "kafka_to_delta kafka_produce disk_shim" -DMILLRACE_TESTS=ON || exit 1
export $(scripts/setup.sh paths | xargs) MILLRACE_BIN=$PWD/build/release/bin PYTHONDONTWRITEBYTECODE=1

failed=()
prove() {
  echo "prove: $1, seed $seed"
  shift
  python3 "$@" --seed "$seed" || failed+=("$1")
}
prove "the ledger under kill" tests/brokers/kill_test.py --kills "${KILLS:-240}" --records 100000
prove "two engines on one checkpoint" tests/faults/two_engines_test.py --rounds 40
prove "each call on the disk" tests/faults/disk_sweep_test.py

if [ ${#failed[@]} = 0 ]; then
  echo "prove: all hold in ${SECONDS} s, seed $seed"
else
  echo "prove: FAILED: ${failed[*]}; again with: make prove SEED=$seed"
  exit 1
fi
