# One word per chore. Each brings its own environment up to date first.

SHELL := bash -o pipefail

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Compiled pins leave out what only torch's CUDA build needs: it brings these.
CUDA := ^(cuda-|nvidia-|triton)

.PHONY: help book test site-test takeaway matrix bench prove lint dist serve requirements clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "%-14s %s\n", $$1, $$2 }'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV): several minutes the first time"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

book: $(READY) ## build the site into _build/html
	$(BIN)/jupyter-book build .

test: $(READY) ## every test that needs no browser
	$(BIN)/pytest --ignore=tests/site -n auto --dist worksteal

site-test: book ## the built site, in Chromium
	npm ci --silent --ignore-scripts --prefix tests/site
	$(BIN)/pytest tests/site -n auto --dist worksteal

matrix: dist ## the tests without torch, on Python 3.11, 3.12 and 3.13
	@for v in 3.11 3.12 3.13; do echo "Python $$v" && $(BIN)/uv run --quiet --isolated --no-project --python $$v \
	  --with "$$(ls dist/*.whl)[train,viz]" --with hypothesis --with pytest-xdist \
	  pytest -q -n auto -m "not torch" --ignore=tests/book --ignore=tests/site --ignore=tests/test_packaging.py || exit 1; done

takeaway: book ## the book as PDF, EPUB and zip, linked from the site
	$(BIN)/python book/takeaway.py
	$(BIN)/jupyter-book build .

bench: $(READY) ## ratios to torch and to code by hand, recorded
	$(BIN)/python benchmarks/run.py $(ONLY)

prove: $(READY) ## the long proofs, a record of each
	@mkdir -p _build
	@for proof in $(or $(ONLY),$$(find tests -name 'prove_*.py' | sort)); do \
	  $(BIN)/pytest -q -rA --no-header -n auto $$proof | tee _build/prove.log || failed=yes; \
	  grep -E '^(PASSED|FAILED|ERROR)|[0-9]+ (passed|failed)' _build/prove.log | sort > benchmarks/records/$$(basename $$proof .py).txt; \
	done; test -z "$$failed"

lint: $(READY) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

dist: $(READY) ## sdist and wheel into dist/, checked
	$(BIN)/uv build --quiet --clear --out-dir dist
	$(BIN)/twine check --strict dist/*.tar.gz dist/*.whl && $(BIN)/check-wheel-contents dist/*.whl

serve: book ## look at the site while you change it, on this machine only
	$(BIN)/python book/serve.py

requirements: $(READY) ## compile requirements.txt anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade | grep -vE '$(CUDA)' > requirements.new
	@echo "-e ." >> requirements.new && mv requirements.new requirements.txt

clean: ## remove what the other chores made, but the environment
	rm -rf _build dist
