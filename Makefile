# Each target sets up by itself what it needs (scripts/setup.sh); nothing has to be run before.

.PHONY: help build demo test prove bench fuzz tidy tsan format clean

help:
	@echo 'make build   the release programs, in build/release/bin/'
	@echo 'make demo    a PySpark job from Kafka to Delta on an embedded broker, shown in the terminal; 20 seconds'
	@echo 'make test    all tests: units, streams, a real Kafka broker, other readers of the tables'
	@echo 'make prove   the job killed 240 times, each of its calls on the disk failing, two at a time; SEED=n repeats a run'
	@echo 'make bench   speed, memory, start, latency, beside a bare Kafka consumer; with SPARK=1 beside real Spark'
	@echo 'make fuzz    every reader of foreign bytes on damaged ones, SECONDS=60 each; TARGET=name for one'
	@echo 'make tsan    the unit tests that use threads, with ThreadSanitizer'
	@echo 'make tidy    clang-tidy over everything'
	@echo 'make format  clang-format over everything'

build:
	@scripts/setup.sh build
	@scripts/build.sh release millrace_programs
	@echo 'Built: build/release/bin/'

demo:
	@scripts/setup.sh demo
	@scripts/build.sh release millrace_programs
	@export $$(scripts/setup.sh paths | xargs) && build/release/bin/millrace_demo $(DEMO_ARGS)

test:
	@scripts/setup.sh test
	@scripts/test.sh

prove:
	@scripts/setup.sh test
	@SEED=$(SEED) KILLS=$(KILLS) scripts/prove.sh

bench:
	@SPARK=$(SPARK) scripts/setup.sh bench
	@scripts/build.sh release "millrace_programs bare_consumer kafka_produce" -DMILLRACE_BENCH=ON
	@export $$(scripts/setup.sh paths | xargs) && python3 bench/run.py build/release $(if $(SPARK),--spark) $(BENCH_ARGS)
	@export $$(scripts/setup.sh paths | xargs) && "$$MILLRACE_TEST_PYTHON" bench/connect.py build/release $(if $(SPARK),--spark)

fuzz:
	@scripts/setup.sh fuzz
	@scripts/build.sh fuzz $(if $(TARGET),fuzz_$(TARGET),millrace_fuzz)
	@tests/fuzz/run.sh $(or $(SECONDS),60) $(TARGET)

tsan:
	@scripts/setup.sh test
	@scripts/tsan.sh

tidy:
	@scripts/setup.sh tidy
	@scripts/build.sh tidy all -DMILLRACE_TESTS=ON

format:
	@scripts/setup.sh tidy
	@git ls-files '*.h' '*.cc' | xargs clang-format-19 -i

clean:
	rm -rf build
