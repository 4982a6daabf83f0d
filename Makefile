# The verbs of the project. Each creates the environment it needs; nothing is installed globally.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
FUZZ := .venv-fuzz
CORE := exchange link login mailbox plans session wire
SECONDS ?= 60
RUNS ?= -1

.PHONY: demo test coverage soak fuzz conformance bench generate check docs picture lint types asterisk asterisk-down \
  clean

demo: generate  ## run the demonstration: make demo [AMI=user:secret@host:5038] [CHANNEL=PJSIP/6001]
	$(BIN)/python examples/demo.py "$(AMI)" "$(CHANNEL)"

test: $(READY)  ## run all tests, on real servers too where they can be had
	$(BIN)/pytest

coverage: $(READY)  ## every branch of the core, by its own tests alone: 100 %, or it fails
	$(BIN)/coverage run -m pytest -q $(foreach core,$(CORE),$(wildcard tests/amisdk/test_$(core)*.py))
	$(BIN)/coverage report

soak: $(READY)  ## both clients under random faults, 10 minutes or SOAK_SECONDS: docs/soak.md
	$(BIN)/python -m tests.soak --page

fuzz: $(FUZZ)/.ready  ## look for bytes that break the core: make fuzz [SECONDS=60] [RUNS=1000000]
	$(FUZZ)/bin/python -m tests.fuzz --seconds $(SECONDS) --runs $(RUNS) $(INPUT)

conformance: $(READY)  ## run the live tests, and write what they prove: docs/conformance.md
	AMISDK_REQUIRE_ASTERISK=1 $(BIN)/pytest tests/live --conformance

bench: $(READY)  ## measure all clients, about 20 minutes: docs/benchmarks.md; make bench QUICK=1 to try it
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(if $(NOTE),--note "$(NOTE)")

generate: $(READY)  ## write generated/ and the spec's JSON Schema from spec/
	$(BIN)/amisdk-codegen schema spec/schema.json
	$(BIN)/amisdk-codegen generate

check: $(READY)  ## tell whether generated/ is what the spec says
	$(BIN)/amisdk-codegen check

docs: $(READY)  ## build the documentation site, strictly: build/docs/site
	$(BIN)/python docs/build.py

picture: $(READY)  ## draw what README shows: docs/assets/top.svg
	$(BIN)/python -m docs.picture

lint: $(READY)  ## style, and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## both type checkers
	$(BIN)/mypy
	$(BIN)/pyright

asterisk:  ## build (once) and start the two real servers; needs root on Debian
	$(PYTHON) -m tests.live.asterisk up

asterisk-down:  ## end the servers that "make asterisk" started
	$(PYTHON) -m tests.live.asterisk down

clean:  ## delete what the verbs made, beside generated/
	rm -rf .venv $(FUZZ) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist

$(READY): pyproject.toml hatch_build.py amisdk/_making.c
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "amisdk needs Python 3.11 or later; set PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(FUZZ)/.ready: pyproject.toml hatch_build.py amisdk/_making.c
	@$(PYTHON) -m venv $(FUZZ)
	$(FUZZ)/bin/python -m pip install --quiet --disable-pip-version-check --editable . 'atheris>=3'
	@touch $@
