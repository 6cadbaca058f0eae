# Each target is a line over scripts/setup, which also works without make.
# Settings may be given as variables: make run DEMO=0 PORT=8001 DATABASE_URL=postgresql+psycopg://...
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check lint types bench screenshots lock messages test-environment

python := .venv/bin/python
catalogues := lag_tracker/translations
template := .cache/messages.pot

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

run: ## Start the application with demonstration data (DEMO=0: empty; PORT, DATABASE_URL, ...)
	@sh scripts/setup run && exec .venv/bin/lag-tracker run

test: lint types ## Run everything: lint, types, unit tests on both databases, real browser
	@$(python) -m pytest -n 2

check: lint types ## Run the fast part of the tests: no PostgreSQL, no browser
	@$(python) -m pytest -n 2 -m "not postgresql and not browser"

lint: test-environment ## Check style of code and templates
	@$(python) -m ruff check . && $(python) -m ruff format --check . && $(python) -m djlint --quiet --lint templates

types: test-environment ## Check types
	@$(python) -m mypy

bench: test-environment ## Measure speed and write docs/benchmarks.md (PART=promises, peers or load: only that)
	@$(python) -m bench $(PART)

screenshots: test-environment ## Make the screenshots in the documentation anew
	@$(python) scripts/screenshots.py

lock: ## Make the lock files anew from pyproject.toml (UPGRADE=1: newest versions)
	@sh scripts/lock

messages: test-environment ## Collect texts to translate and compile the translations
	@mkdir -p .cache && $(python) -m babel.messages.frontend --quiet extract -F pyproject.toml --sort-by-file --no-location \
	    -k lazy -k lazy_gettext -k lazy_ngettext:1,2 -k lazy_pgettext:1c,2 -o $(template) lag_tracker templates
	@$(python) -m babel.messages.frontend --quiet update -i $(template) -d $(catalogues) -l lv -N --ignore-pot-creation-date
	@$(python) -m babel.messages.frontend compile -d $(catalogues) -l lv --statistics
	@$(python) -m babel.messages.frontend compile -D flask_security -d $(catalogues) -l lv --statistics

test-environment:
	@sh scripts/setup test
