# The front door; meson does the work.  `make help` lists the words.
BUILD ?= build
MESON_FLAGS ?=
T ?= addr

.PHONY: all setup web demo check sanitize fuzz hostile second-opinion politeness bench lint format docs install clean help
all: $(BUILD)/build.ninja web
	@ninja -C $(BUILD) --quiet

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

$(BUILD)/build.ninja: meson.build | setup
	@test -f $@ || meson setup $(BUILD) $(MESON_FLAGS) >/dev/null

setup: ## install what is missing (Debian packages, npm packages)
	@tools/setup

web: setup ## build the pages (web/dist)
	@tools/web

demo: all ## the whole path on a laboratory internet, then the dashboard (ONCE=1: check it and end)
	@tools/demo $(BUILD) $(ONCE)

check: all ## all tests, in under 15 minutes; ends with "N passed, N failed"
	@tools/check $(BUILD)

sanitize: web ## the tests under ASan and UBSan
	@test -f build-san/build.ninja || meson setup build-san -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	@ninja -C build-san --quiet && tools/check build-san

fuzz: web ## libFuzzer on one target: make fuzz T=core_obs SECONDS=60
	@tools/fuzz $(T) $(or $(SECONDS),60)

second-opinion: all ## drill and curl on 10,000 sites, against ours
	@SITES=10000 SEXTANT=$(BUILD)/sextant python3 test/second_opinion_test.py $(BUILD)/test/hostile_world

politeness: all ## the rules of politeness over ten million simulated targets
	@POLITENESS_TARGETS=10000000 $(BUILD)/test/politeness_test

hostile: all ## a hundred kinds of hostile servers, the long form
	@HOSTILE=long SEXTANT=$(BUILD)/sextant python3 test/hostile_test.py $(BUILD)/test/hostile_world

bench: all ## figures, one line a goal
	@tools/bench $(BUILD)

bench-census: all ## figures of a census beside its peers' (ROWS="stub chain": only these of bench/dns.c)
	@tools/bench-census $(BUILD) $(ROWS)

lint: all ## clang-tidy, cppcheck, shellcheck
	@tools/lint $(BUILD)

format: ## clang-format over the sources
	@git ls-files '*.c' '*.h' | xargs clang-format -i

docs: all ## the reference, printed by the program into doc/reference
	@tools/docs $(BUILD)

install: all ## into DESTDIR/PREFIX
	@tools/install $(BUILD)

clean: ## remove what was built
	@rm -rf build build-* web/dist
