# One command a need. Everything is set up in .venv; nothing else is touched.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
# Made anew when the metadata change; a wheel that is half installed is not "done".
READY := $(VENV)/.ready

.PHONY: demo test lint generated format bench dist clean
.DELETE_ON_ERROR:

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@echo ready > $@

# The main job, no account needed: watch the sandbox's tasks until each of them ends.
# One of them is made to fail, so gtask's exit status is 1: that is what is expected here.
demo: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH"; export PATH; \
	echo "\$$ gtask sandbox -- sh -c 'gtask watch \$$GTASK_SANDBOX_TASK_IDS'"; \
	gtask sandbox -- sh -c 'gtask watch $$GTASK_SANDBOX_TASK_IDS'; status=$$?; \
	echo "exit status $$status (1: a task ended in ERROR, as the sandbox has it)"; \
	test $$status -eq 1

test: $(READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 4 --dist loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# After a change of a command, an option or a help text.
generated: $(READY)
	$(BIN)/python -m completions.generate
	GTASK_UPDATE_GOLDEN=1 $(BIN)/python -m pytest tests/unit

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

dist: $(READY)
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) .bench build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
