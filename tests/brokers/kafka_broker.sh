#!/usr/bin/env bash
# A Kafka broker of one node on 127.0.0.1, from the jars that scripts/setup.sh fetches.
#
#   kafka_broker.sh run COMMAND [ARGUMENT...]   start one on a free port in a folder of its own, run COMMAND with
#                                               MILLRACE_TEST_KAFKA=host:port, stop and forget it; COMMAND's exit code
#   kafka_broker.sh start DIR [PORT]            start one that keeps its data in DIR (PORT 0 or none: a free one);
#                                               DIR/bootstrap then says where it is
#   kafka_broker.sh stop DIR [SIGNAL]           stop it (SIGNAL: TERM, or KILL for a crash)
#
# MILLRACE_KAFKA_JARS names the folder of the jars (default: what `scripts/setup.sh paths` says). Without jars or
# without java, exit code 77: a test that is skipped.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
die() { printf 'kafka_broker: %s\n' "$*" >&2; exit 1; }
skip() { printf 'kafka_broker: skipped: %s\n' "$*" >&2; exit 77; }

find_jars() {
  if [ -z "${MILLRACE_KAFKA_JARS:-}" ]; then
    MILLRACE_KAFKA_JARS=$(bash "$here/../../scripts/setup.sh" paths 2>/dev/null | sed -n 's/^MILLRACE_KAFKA_JARS=//p' || true)
  fi
  [ -n "$MILLRACE_KAFKA_JARS" ] && [ -d "$MILLRACE_KAFKA_JARS" ] || skip "there is no Kafka broker here; scripts/setup.sh test fetches one"
  command -v java >/dev/null || skip "java is not installed; scripts/setup.sh test installs it"
}

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Two neighbouring free ports: one for clients, one for the controller.
free_port() {
  local port
  for _ in $(seq 1 200); do
    port=$((20000 + RANDOM % 12000))
    in_use "$port" || in_use $((port + 1)) || { echo "$port"; return; }
  done
  die "no free port between 20000 and 32000"
}

java_run() { java -cp "$MILLRACE_KAFKA_JARS/*" "-Dlog4j2.configurationFile=$dir/log4j2.properties" "$@"; }

write_configuration() {
  cat >"$dir/log4j2.properties" <<'LOG'
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
LOG
  cat >"$dir/server.properties" <<SERVER
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data
# One node: internal topics with more replicas than one would never come up.
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
delete.topic.enable=true
log.retention.hours=-1
log.cleaner.backoff.ms=200
num.network.threads=2
num.io.threads=4
SERVER
}

start() {
  dir=$1 port=${2:-0}
  find_jars
  mkdir -p "$dir" && dir=$(cd "$dir" && pwd)
  if [ "$port" = 0 ] && [ -f "$dir/bootstrap" ]; then port=$(sed 's/.*://' "$dir/bootstrap"); fi
  [ "$port" != 0 ] || port=$(free_port)
  write_configuration
  if [ ! -f "$dir/data/meta.properties" ]; then
    java_run kafka.tools.StorageTool format -t "$(java_run kafka.tools.StorageTool random-uuid 2>/dev/null)" \
      -c "$dir/server.properties" >"$dir/format.log" 2>&1 || die "formatting failed, see $dir/format.log"
  fi
  nohup java ${MILLRACE_KAFKA_HEAP:--Xms128m -Xmx768m} -cp "$MILLRACE_KAFKA_JARS/*" "-Dlog4j2.configurationFile=$dir/log4j2.properties" \
    kafka.Kafka "$dir/server.properties" >>"$dir/broker.log" 2>&1 </dev/null &
  disown
  echo $! >"$dir/pid"
  for _ in $(seq 1 1200); do
    kill -0 "$(cat "$dir/pid")" 2>/dev/null || { tail -n 5 "$dir/broker.log" >&2; die "the broker ended, see $dir/broker.log"; }
    if in_use "$port"; then echo "127.0.0.1:$port" >"$dir/bootstrap"; return; fi
    sleep 0.05
  done
  die "the broker did not come up within 60 s, see $dir/broker.log"
}

stop() {
  local dir=$1 signal=${2:-TERM} pid
  [ -f "$dir/pid" ] || return 0
  pid=$(cat "$dir/pid")
  kill "-$signal" "$pid" 2>/dev/null || true
  for _ in $(seq 1 600); do
    kill -0 "$pid" 2>/dev/null || { rm -f "$dir/pid"; return 0; }
    sleep 0.05
  done
  die "the broker (process $pid) does not end"
}

run() {
  [ $# -ge 1 ] || die "run COMMAND [ARGUMENT...]"
  work=$(mktemp -d "${TMPDIR:-/tmp}/millrace-kafka.XXXXXX")
  trap 'stop "$work" KILL; rm -rf "$work"' EXIT
  start "$work"
  MILLRACE_TEST_KAFKA=$(cat "$work/bootstrap") "$@"
}

command=${1:-}; shift || true
case $command in
  run) run "$@" ;;
  start) [ $# -ge 1 ] || die "start DIR [PORT]"; start "$@"; cat "$1/bootstrap" ;;
  stop) [ $# -ge 1 ] || die "stop DIR [SIGNAL]"; stop "$@" ;;
  *) sed -n '2,13p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
