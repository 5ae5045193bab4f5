# The front door. Everything works in a bare clone on a fresh Debian 12 with git and make.
#   make               build/berm
#   make demo          a made-up county, screened, explained and served until Ctrl-C (SERVE=0: not served)
#   make test          every check; ends with "N passed, N failed"
#   make deb           a Debian package, in build/deb
#   make bench         speed, beside a peer's
#   make bench-api     the service under load with a million households, beside a peer's
#   make bench-postgres  what screening reads from PostgreSQL, beside the bare queries
#   BUILD=folder       build somewhere else      JOBS=n   how many compilers at once

BUILD ?= build
JOBS ?= $(shell nproc)
SECONDS ?= 60
DATA ?= ../shared/data
PREFIX ?= /usr/local
DESTDIR ?=
# Where nobody sits in front of it, the demonstration ends by itself.
SERVE ?= $(if $(filter true 1,$(CI)),0,1)
MESON_OPTIONS ?=
export BUILD JOBS

.DEFAULT_GOAL := all
.PHONY: all dependencies configure demo test bench bench-api bench-postgres scenarios format lint sanitize fuzz \
        walk-pslm install deb clean

all: configure
	@ninja -C $(BUILD) -j$(JOBS)

dependencies:
	@tools/install_dependencies.sh

# A new or removed source file makes meson read the lists again.
configure: dependencies
	@tools/configure.sh $(BUILD) $(MESON_OPTIONS)

demo: all
	@$(BUILD)/berm demo $(if $(filter 0,$(SERVE)),,--serve)

test: dependencies
	@python3 tools/run_tests.py

scenarios: all
	@python3 tools/run_tests.py --only scenarios

bench: all
	@ninja -C $(BUILD) -j$(JOBS) bench_json
	@$(BUILD)/bench_json
	@BERM=$(BUILD)/berm bench/run.sh

bench-api: all
	@ninja -C $(BUILD) -j$(JOBS) api_load
	@SECONDS=$(SECONDS) bench/api/run.py

bench-postgres: all
	@ninja -C $(BUILD) -j$(JOBS) bench_scan
	@bench/scan_postgres

walk-pslm: all
	@BERM=$(BUILD)/berm tools/walk_pslm.sh $(DATA)

format: dependencies
	@python3 tools/run_tests.py --reformat

lint: dependencies
	@python3 tools/run_tests.py --only layers,cppcheck,clang-tidy

sanitize: dependencies
	@python3 tools/run_tests.py --only asan

fuzz: dependencies
	@FUZZ_SECONDS=$(SECONDS) python3 tools/run_tests.py --only fuzz

deb: dependencies
	@packaging/build_deb.sh

install: all
	@meson configure $(BUILD) --prefix=$(PREFIX) >/dev/null
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD)

clean:
	rm -rf build build-*
