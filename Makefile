# Make targets. Each sets up what it needs in .venv, and touches nothing outside of this folder.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
TOOLS := .tools
LOCK := .github/requirements-dev.txt
MUTANTS := .mutants
# LOCKED=1 installs exactly what the lock names, each file checked against its hash.
LOCKED ?=
# Made again when the metadata change; a wheel that is half installed is not "done".
READY := $(VENV)/.ready

.PHONY: demo test lint generated format bench pictures wheel dist bom matrix mutants lock audit clean
.DELETE_ON_ERROR:

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
ifeq ($(LOCKED),)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
endif
	@echo ready > $@

# The main job, no account needed: watch the sandbox's tasks until each of them ends.
# One of them is made to fail, so gtask's exit status is 1: that is what is expected here.
demo: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH"; export PATH; \
	echo "\$$ gtask sandbox -- sh -c 'gtask watch \"\$$GTASK_SANDBOX_TASK_IDS\"'"; \
	gtask sandbox -- sh -c 'gtask watch "$$GTASK_SANDBOX_TASK_IDS"'; status=$$?; \
	echo "exit status $$status (1: a task ended in ERROR, as the sandbox has it)"; \
	test $$status -eq 1

# All tests, each file in one of eight processes (they mostly wait for processes of gtask), with what
# coverage measures of them. Whatever they leave behind is in .cache.
test: export HYPOTHESIS_STORAGE_DIRECTORY = $(CURDIR)/.cache/hypothesis
# Keeps the compiled tests: to compile them takes each of the processes 4 s, at every run.
test: export PYTHONDONTWRITEBYTECODE =
test: $(READY)
	rm -rf .cache/coverage
	mkdir -p .cache/coverage
	$(BIN)/python -m pytest -p tests.measured -n 8 --dist loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# The types as each system sees them: what is behind `sys.platform` is checked on that one only.
lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	for platform in linux darwin win32; do \
	  $(BIN)/mypy --platform $$platform --cache-dir .cache/mypy/$$platform || exit; done

# After a change of a command, an option or a help text.
generated: $(READY)
	$(BIN)/python -m completions.generate
	GTASK_UPDATE_GOLDEN=1 $(BIN)/python -m pytest tests/unit

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

# The README's pictures, of a real run against the sandbox.
pictures: $(READY)
	$(BIN)/python -m tests.pictures

# With what the environment has: nothing is fetched to build it.
wheel: $(READY)
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .

# Finds what an index would refuse or not show. RELEASE=1 fails where the owner has yet to name
# something, and takes what is in dist.
RELEASE ?=
dist: $(if $(RELEASE),$(READY),wheel) $(TOOLS)/.ready
	$(TOOLS)/bin/twine check --strict dist/*
	$(BIN)/python -m tests.release missing $(if $(RELEASE),,|| true)

# A CycloneDX bill of materials: what is installed with the wheel that is in dist.
bom: $(TOOLS)/.ready
	rm -rf .cache/bom
	$(PYTHON) -m venv .cache/bom/venv
	.cache/bom/venv/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	.cache/bom/venv/bin/python -m pip uninstall --quiet --yes setuptools pip
	$(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  --output-file .cache/bom/gtask.cdx.json .cache/bom/venv/bin/python

# The suite with the wheel on each Python that there is, with the lowest versions that dependencies
# may have and with the newest that there are; the wheel alone in an empty environment.
# MATRIX=3.12 (lowest, newest, wheel) runs one.
matrix: $(READY)
	$(BIN)/python -m tests.matrix $(MATRIX)

$(MUTANTS)/.ready: pyproject.toml .github/mutation.txt
	$(PYTHON) -m venv $(MUTANTS)/venv
	$(MUTANTS)/venv/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable '.[dev]' --requirement .github/mutation.txt
	@echo ready > $@

# Puts small faults into a copy of the code, one at a time, and shows those that no unit test notices.
# MUTATE=gcore_tasks_cli/polling/requests.py says where: files and folders of the package.
MUTATE ?= gcore_tasks_cli/polling
mutants:
	@grep -qrE --include='*.py' '^ *(async )?def ' $(MUTATE) || { \
	  echo "$(MUTATE) has no function: there is nothing to put a fault into"; exit 1; }
	$(MAKE) $(MUTANTS)/.ready
	rm -rf $(MUTANTS)/copy
	mkdir -p $(MUTANTS)/copy
	cp -R gcore_tasks_cli completions tests pyproject.toml $(MUTANTS)/copy
	(cat .github/mutmut.cfg; printf '    %s*\n' $(MUTATE)) > $(MUTANTS)/copy/setup.cfg
	cd $(MUTANTS)/copy && ../venv/bin/mutmut run
	cd $(MUTANTS)/copy && for name in $$(../venv/bin/mutmut results | cut -d: -f1); do \
	  ../venv/bin/mutmut show $$name; done

$(TOOLS)/.ready: .github/tools.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check -r .github/tools.txt
	@echo ready > $@

# Written again from pyproject.toml, with what is newest now (LOCK_OPTIONS=--upgrade) or was locked.
lock: $(TOOLS)/.ready
	$(TOOLS)/bin/pip-compile --quiet --extra dev --generate-hashes --strip-extras --allow-unsafe \
	  --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  $(LOCK_OPTIONS) --output-file $(LOCK) pyproject.toml

# Known vulnerabilities of what is locked, and the workflows' own weak spots.
audit: $(TOOLS)/.ready
	$(TOOLS)/bin/zizmor --offline --persona pedantic .github
	$(TOOLS)/bin/pip-audit --strict --require-hashes --disable-pip -r $(LOCK)

clean:
	rm -rf $(VENV) $(TOOLS) $(MUTANTS) .cache .hypothesis .bench dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
