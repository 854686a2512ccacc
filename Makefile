# The commands of this repository. `make help` lists them; the build itself is CMake (CMakePresets.json).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help setup build up down test test-asan test-tsan test-real test-engines test-vllm test-tokens \
        test-tokens-long test-templates fuzz bench bench-tokens format lint clean

help: ## list these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

test-vllm: setup ## against a real vLLM on this machine's processor, installed once (about 3 minutes, 5 GB)
	@tests/vllm/run.sh

test-tokens: setup ## tokenizers of every kind beside the real library, thousands of texts each
	@tests/tokens/run.sh

test-tokens-long: setup ## the same with 100,000 texts each and every character (hours)
	@DYNAMO_TOKENS_TEXTS=100000 tests/tokens/run.sh

fuzz: setup ## every fuzz target, SECONDS each (60); SEED=1 for the same luck every time
	@tools/fuzz.sh $(if $(SEED),--seed $(SEED)) $(or $(SECONDS),60)

test-templates: setup ## chat templates of every family beside the real transformers
	@tests/templates/run.sh

bench: setup ## measure against nginx; docs/performance.md says how to read it
	@bench/run.sh

bench-tokens: setup ## the part of it that measures tokenizers, templates, detokenizers and parsers
	@bench/tokens.sh

format: setup ## lay out the sources with clang-format
	@tools/format.sh

lint: setup ## clang-format, clang-tidy, include rules, shellcheck, links of the documentation
	@tools/lint.sh

clean: ## forget the builds; test tools stay in the cache
	@rm -rf build
