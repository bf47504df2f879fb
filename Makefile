# creditdesk: every target sets up what it needs.

BIN    := .venv/bin
# Processes of the test suite: one more than two cores, since some tests wait.
JOBS   ?= 3
# Branch coverage in percent: the law and the ledger whole, by tests of theirs alone; with `make cover` the rest at least so.
FLOOR  ?= 90
LAW    := creditdesk/engine/*,creditdesk/ledger.py,creditdesk/entering.py,creditdesk/chain.py
OF_LAW := tests/engine tests/acts/test_ledger.py
# The first Python of 3.11 or later; `make env PYTHON=python3.13` takes another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

# Compiled modules are kept: commands and servers that tests start would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run env migrate check law test cover long bench lock clean

run: env
	$(BIN)/creditdesk start

env: .venv/.installed

.venv/.locked: requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "creditdesk needs Python 3.11 or later"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

migrate: env
	$(BIN)/creditdesk setup

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Everything, on SQLite and on PostgreSQL: the law while the code is checked, then the rest.
# Tests of a file stay together, for the sake of the books and browsers that they share.
test: env
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target check law
	$(BIN)/python -m pytest -n $(JOBS) --dist=loadfile $(addprefix --ignore=,$(OF_LAW))

law: env
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 $(OF_LAW)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='$(LAW)' --fail-under=100

# Everything, with the coverage of everything; takes longer.
cover: check
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(JOBS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='$(LAW)' --fail-under=100
	$(BIN)/coverage report --fail-under=$(FLOOR)

# The long versions of the randomized tests; `make long ONLY=tests/attacks` runs some of them.
long: env
	CREDITDESK_LONG=1 $(BIN)/python -m pytest -n $(JOBS) $(ONLY)

bench: env
	$(BIN)/python -m tests.bench

# Renews the locked dependencies; `uv` is the one tool asked of whoever does so.
lock:
	uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade \
		pyproject.toml -o requirements.lock
	uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade \
		pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv var build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
