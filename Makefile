# `make` prints what there is. Everything is installed below this folder: .tools (uv), .venv (the app), nlu/.venv (Rasa).

TOOLS := $(CURDIR)/.tools
# A uv that runs here is used; else one is fetched into .tools. (A pyenv shim may exist and still not run.)
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo $(TOOLS)/bin/uv)
BIN := $(CURDIR)/.venv/bin
export RASA_TELEMETRY_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help run chat train setup check test quick bench nlu-report format

help: ## print the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: setup ## start everything: chat page, API, Telegram when CAREBOT_TELEGRAM_TOKEN is set
	@exec $(BIN)/carebot run

chat: setup ## talk to the whole bot in the terminal
	@exec $(BIN)/carebot chat

train: setup ## train the model if its files have changed
	@$(BIN)/carebot nlu train

setup: .venv/.installed nlu/.venv/.installed

check: setup ## formatter, linter, types, import rules, data files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/carebot check

test: check .tools/.browser ## everything: checks, Rasa's own validation, all tests on both databases (with CI=true nothing may be skipped)
	$(MAKE) --no-print-directory train
	$(MAKE) --no-print-directory -C nlu test
	$(BIN)/pytest

quick: setup ## the tests without the slow ones
	$(BIN)/pytest -m "not slow"

bench: setup ## measure turns, side by side with stock Rasa
	$(BIN)/python -m bench.turns

nlu-report: train ## write docs/understanding/: what is understood, beside stock Rasa (BASELINE=1 measures that one again, 0 never)
	$(BIN)/python -m bench.decide --only ours --out var/bench/decide-ours.json
	@$(MAKE) --no-print-directory -C nlu report SPEED=../var/bench/decide-ours.json

format: setup ## put the code into the common form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(TOOLS)/bin/uv:
	@echo "• fetching uv into .tools"
	@python3 -m venv $(TOOLS)
	@$(TOOLS)/bin/pip install --quiet --disable-pip-version-check uv

.venv/.installed: pyproject.toml uv.lock | $(filter $(TOOLS)%,$(UV))
	@echo "• installing the app's environment"
	@$(UV) sync --locked --quiet
	@touch $@

nlu/.venv/.installed: nlu/pyproject.toml nlu/uv.lock | $(filter $(TOOLS)%,$(UV))
	@echo "• installing the nlu environment (Rasa; a few hundred megabytes the first time)"
	@cd nlu && $(UV) sync --locked --quiet
	@touch $@

# The browser tests drive the system's Chromium.
.tools/.browser:
	@mkdir -p .tools
	@command -v chromium >/dev/null || { echo "• installing Chromium and fonts for the browser tests"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fonts-noto-color-emoji >/dev/null; }
	@touch $@
