# The front door. The build itself is CMakeLists.txt; `make help` lists what can be asked for.
PREFIX ?= /usr/local
DESTDIR ?=
COMMAND = build/release/lookback
CONFIGS = release asan tsan
ONLY =
SECONDS = 1800
ARGS =

.PHONY: all build demo lesson test bench screenshots fuzz lint format install packages clean help
all: ## build the command lookback (build/release/lookback)
	@scripts/packages.sh --name-only build
	@$(MAKE) --no-print-directory build

build:
	@mkdir -p build
	@cmake --preset release >build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build --preset release --target lookback_command

demo: ## install what is missing, build, train a small model and look at what it looks at
	@scripts/packages.sh build
	@$(MAKE) --no-print-directory build
	$(COMMAND) demo $(ARGS)

lesson: all ## run the lesson on attention (docs/lesson) and make its page, build/lesson/index.html; ten minutes (ARGS=--keep)
	@docs/lesson/build.py $(ARGS)

test: ## install what is missing, build and run every test, optimised and under sanitizers (ONLY=regex, CONFIGS="release asan tsan")
	@scripts/packages.sh build test
	@scripts/test.sh "$(ONLY)" $(CONFIGS)

bench: all ## measure how near this machine's limits the operations, training and decoding come (ARGS=names), and the page
	$(COMMAND) bench $(ARGS)
	@$(if $(ARGS),,bench/page.py)
	@echo "Beside PyTorch: bench/compare.py --python PYTHON --peers FOLDER; beside another build: --against PATH."
	@echo "Where the time goes: bench/profile.sh"

screenshots: all ## pictures of every view of the page, into docs/page (needs chromium)
	@scripts/packages.sh test
	@scripts/screenshots.py

fuzz: ## run every fuzz target of tests/fuzz with clang's libFuzzer (SECONDS=1800 each, ONLY=name)
	@scripts/packages.sh build test
	@scripts/fuzz.sh $(SECONDS) $(ONLY)

lint: ## check format, include law, compute law, tree, cppcheck; print the ten longest functions
	@scripts/packages.sh lint
	@scripts/lint.sh

format: ## put every C file into the one format
	@scripts/packages.sh lint
	git ls-files -z '*.c' '*.h' '*.cc' | xargs -0 clang-format-14 -i

install: all ## install the command with its manual pages and completions, the library for C (PREFIX=/usr/local, DESTDIR=)
	@cmake --build --preset release --target lookback_install
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)"

doc: ## write the reference of the library as HTML to build/doc (needs doxygen)
	@mkdir -p build
	@doxygen docs/Doxyfile

packages: ## install the Debian packages that building, testing and linting need
	@scripts/packages.sh build test lint

clean: ## remove everything built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1|/p' Makefile | while IFS='|' read -r name what; do \
	    printf '  make %-9s %s\n' "$$name" "$$what"; done
