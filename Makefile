# One door for every chore, the same for people and for CI. `make` alone lists them.
# ARGS goes to the command behind a chore: make demo ARGS="--once --json"

.DEFAULT_GOAL := help
.PHONY: help demo up test lint bench chaos api-check journeys simulate house picture pictures routes client lock environment libraries browser
ARGS ?=

# Homebrew's libraries lie where macOS does not look by itself. The variable has to stand right before the program: the
# system's own shell drops it when it starts.
ifeq ($(shell uname -s),Darwin)
LOADER := DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib
endif
PYTHON_HERE := $(LOADER) .venv/bin/python

PACKAGES := $(wildcard *.py) $(patsubst %/__init__.py,%,$(wildcard */__init__.py)) tests tools/house tools/chromium.py tools/picture.py tools/pictures.py tools/routes.py tools/client.py client/cashbeat_client
UV_LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-annotate

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

demo: environment libraries ## Start everything and play the story; ARGS="--once --json" for one JSON line at the end
	@$(LOADER) .venv/bin/cashbeat demo $(ARGS)

up: environment libraries ## Run everything until Ctrl-C
	@$(LOADER) .venv/bin/cashbeat up $(ARGS)

test: environment libraries ## Run the tests; ARGS="tests/stack -k valkey" for some of them
ifeq ($(ARGS),)
	@$(PYTHON_HERE) tools/run_tests.py
else
	@$(PYTHON_HERE) -m pytest $(ARGS)
endif

lint: environment ## Style, formatting, types and who may import whom
	@.venv/bin/ruff check --no-cache .
	@.venv/bin/ruff format --no-cache --check .
	@.venv/bin/mypy $(PACKAGES)
	@PYTHONPATH=client .venv/bin/lint-imports

bench: environment libraries ## Measure speed against floors of the same run; ARGS="ingress" for one row
	@$(PYTHON_HERE) -m benchmarks $(ARGS)

chaos: environment libraries ## Buy under kills and faults, then compare all books; ARGS="--purchases 2000 --seed 1"
	@$(PYTHON_HERE) -m tests.gauntlet $(ARGS)

api-check: environment libraries ## Ask the API for all that its document allows and forbids; ARGS="--minutes 5 --seed 1"
	@$(PYTHON_HERE) -m tests.api_check $(ARGS)

journeys: environment libraries browser ## Do on the pages what people do there, in a browser; ARGS="--only refund"
	@$(PYTHON_HERE) -m tests.journeys $(ARGS)

simulate: environment libraries ## A year of business in minutes; ARGS="--accounts 1000 --months 14 --seed 7"
	@$(LOADER) .venv/bin/cashbeat simulate $(ARGS)

house: environment libraries ## Longest files, import circles, modules, walks; ARGS="circles" for one of them
	@$(PYTHON_HERE) -m tools.house $(ARGS)

routes: environment ## Write the table of all routes in docs/api/routes.md anew
	@$(PYTHON_HERE) -m tools.routes

client: environment ## Write the typed calls of the client package anew
	@$(PYTHON_HERE) -m tools.client

picture: environment libraries ## Play the demo and draw its invoice for the README
	@$(PYTHON_HERE) -m tools.picture

pictures: environment libraries browser ## Play the demo and take the pictures of its pages for the documentation
	@$(PYTHON_HERE) -m tools.pictures

lock: ## Pin the newest versions that pyproject.toml allows (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 2; }
	@$(UV_LOCK) --upgrade pyproject.toml -o requirements.lock >/dev/null
	@$(UV_LOCK) --upgrade --extra dev pyproject.toml -o requirements-dev.lock >/dev/null
	@$(UV_LOCK) --upgrade --extra dev --extra journeys pyproject.toml -o requirements-journeys.lock >/dev/null

environment:
	@tools/set_up requirements-dev.lock

# Pango, HarfBuzz and fonts for all scripts, by the system's package manager
libraries: environment
	@$(PYTHON_HERE) -I stack/system_libraries.py

# Chromium by the system's package manager, and what drives it: for the chores that look at pages alone
browser: environment
	@tools/set_up requirements-journeys.lock
	@$(PYTHON_HERE) -m tools.chromium
