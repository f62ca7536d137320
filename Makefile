# Everything here works on a machine with Python 3.11 or newer and make, in any folder (spaces included).
# All paths are relative to this file; the programs of .venv are called as modules, since their scripts carry
# the absolute path of the folder they were installed in.

PYTHON_IN_VENV := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test faults fuzz bench lint format demo-reset lock messages clean

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1 - /p' Makefile

run: ## Start the portal with demonstration content (PORT=8000, PORTAL_DATA=var)
	@sh scripts/bootstrap requirements.txt
	@exec $(PYTHON_IN_VENV) -m scripts.run

test: ## Run all tests: on SQLite, and on PostgreSQL, Redis and Chromium where found (ARGS='-k word')
	@sh scripts/bootstrap requirements-dev.txt
	@$(PYTHON_IN_VENV) -m scripts.test $(ARGS)

faults: ## Kill workers, flush Redis, unplug the database, for minutes; print the figures, write docs/faults.md
	@sh scripts/bootstrap requirements-dev.txt
	@$(PYTHON_IN_VENV) -m scripts.faults $(ARGS)

fuzz: ## Send every naughty string to each text field of a profile, on each database; minutes
	@sh scripts/bootstrap requirements-dev.txt
	@$(PYTHON_IN_VENV) -m scripts.test --fuzz $(ARGS)

bench: ## Measure what has a figure to keep (ARGS=notify for one of them); minutes
	@sh scripts/bootstrap requirements-dev.txt
	@$(PYTHON_IN_VENV) -m scripts.bench $(ARGS)

lint: ## Check code, templates, imports, types, migrations, settings and the compose file
	@sh scripts/bootstrap requirements-dev.txt
	@$(PYTHON_IN_VENV) -m scripts.lint

format: ## Format the Python code and mend what ruff can
	@sh scripts/bootstrap requirements-dev.txt
	@$(PYTHON_IN_VENV) -m ruff check --fix --quiet . || true
	@$(PYTHON_IN_VENV) -m ruff format --quiet .

demo-reset: ## Remove database, files and mail under PORTAL_DATA and load the demonstration anew (YES=1: unasked)
	@sh scripts/bootstrap requirements.txt
	@YES='$(YES)' $(PYTHON_IN_VENV) -m scripts.demo_reset

lock: ## Lock the newest versions that pyproject.toml allows, with hashes
	@sh scripts/bootstrap requirements-dev.txt
	@sh scripts/lock

messages: ## Collect the words to translate and compile the catalogues
	@sh scripts/bootstrap requirements-dev.txt
	@sh scripts/messages

clean: ## Remove what can be made again; the data folder stays
	@rm -rf .venv .import_linter_cache .pytest_cache .ruff_cache .hypothesis test-results
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
