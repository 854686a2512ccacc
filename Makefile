# The commands of this repository. `make help` lists them; the build itself is CMake (CMakePresets.json).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help setup build up down test test-asan test-tsan test-real test-engines bench format lint clean

help: ## list these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the packages of tools/packages.txt that are missing
	@tools/setup.sh

build: setup ## build build/release/dynamo
	@tools/build.sh release dynamo

up: build ## bring the sample graph up on this machine and ask it a question
	@tools/up.sh

down: ## end what `make up` started; its state is kept
	@tools/down.sh

test: setup ## every fast test: units and the built binary end to end
	@tools/test.sh dev

test-asan: setup ## the same tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/test.sh asan

test-tsan: setup ## the same tests under ThreadSanitizer
	@tools/test.sh tsan

test-real: setup ## against a real Kubernetes, built once from Go modules (about 6 minutes)
	@tests/real/run.sh

test-engines: setup ## against a real llama.cpp server, built once (about 5 minutes)
	@tests/engines/run.sh

bench: setup ## measure against nginx; docs/performance.md says how to read it
	@bench/run.sh

format: setup ## lay out the sources with clang-format
	@tools/format.sh

lint: setup ## clang-format, clang-tidy, include rules, shellcheck, links of the documentation
	@tools/lint.sh

clean: ## forget the builds; test tools stay in the cache
	@rm -rf build
