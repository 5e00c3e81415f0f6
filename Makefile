# Two commands do everything on a fresh machine with Python 3.11 to 3.13: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
QUALITY := $(VENV)/.quality

.PHONY: demo run test bench crash party quality check format lock clean

demo: $(STAMP)
	$(BIN)/faceswap-bot demo $(ARGS)

run: $(STAMP)
	$(BIN)/faceswap-bot run

# Half of the tests wait for processes, so as many run at the same time as there are cores.
test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

# Seeds, fewer jobs, one back end: make crash ARGS="--seed 1 --jobs 200 --kills 20 --backend hosted"
crash: $(STAMP)
	$(BIN)/python -m tests.crash $(ARGS)

# Fewer guests: make party ARGS="--guests 60 --kills 1 --seed 1"
party: $(STAMP)
	$(BIN)/python -m tests.party $(ARGS)

# Speed and memory beside a floor, in one run of about ten minutes; ARGS=--short for a minute or two.
bench: $(STAMP)
	$(BIN)/python -m bench $(ARGS)

quality: $(QUALITY)
	$(BIN)/python -m bench.quality $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The lock serves Python 3.11 to 3.13 on every platform and holds no address.
lock:
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile pyproject.toml requirements/constraints.in --extra studio --universal \
	    --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml requirements/constraints.in --extra dev --universal -c requirements/run.txt \
	    --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/dev.txt
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	    | $(BIN)/uv pip compile - --universal -c requirements/dev.txt \
	    --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/build.txt
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["quality"], sep="\n")' \
	    | $(BIN)/uv pip compile - --universal -c requirements/dev.txt \
	    --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/quality.txt

$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else "Python 3.11 to 3.13 is needed, this is %d.%d: try make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

# A recogniser that only tests use, in a file of its own: 105 MB to fetch.
$(QUALITY): $(STAMP) requirements/quality.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/quality.txt
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
