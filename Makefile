# 成单: everything a person, the hook and CI run. Needs only CPython 3.11+ with pip, git and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
UV     := 0.13.9
# Files of tests side by side, a process a core and four at most: each process starts a PostgreSQL of its own.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# make knows AS as the assembler; only a value that a person gave counts here.
ifeq ($(origin AS),default)
AS :=
endif

.PHONY: setup system run test check bench lock clean

setup: $(STAMP)  ## the environment, from the lock file

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "成单需要 Python 3.11 或更高版本 / needs Python 3.11 or later: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv pip install --quiet --no-deps --editable .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib bot agents actions policies knowledge speech >/dev/null 2>&1 || true
	@touch $(STAMP)

system: $(STAMP)  ## what the tests need from Debian's packages, when this machine lets us install them
	@sh .ci/system-packages

run: $(STAMP)  ## the demo company in a terminal chat; AS=p-zhaolei talks as the manager
	@$(BIN)/chengdan chat --demo $(if $(AS),--as "$(AS)")

test: system  ## the tests: house rules, floors, journeys
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: system  ## format, lint, types, imports, rule cases, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/chengdan policy check
	$(BIN)/chengdan policy test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not house"

bench: system  ## the figures of docs/benchmarks.md
	$(BIN)/python -m tests.bench

lock: $(STAMP)  ## renew requirements.lock from pyproject.toml
	VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header pyproject.toml --extra postgres --group dev -o requirements.lock

clean:
	rm -rf $(VENV) var .mypy_cache .pytest_cache .ruff_cache
