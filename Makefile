# One environment in two steps, each made once: what `make demo` needs, and what tests and checks need beside it.
# A stamp is older than the pins whenever they change.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
TESTS := $(VENV)/.stamp-tests
EXTRAS := demo,train
TEST_EXTRAS := interop,deepinv,onnx,video,stores,browser,test,check,docs
JOBS ?= auto
ARGS ?=
SECONDS ?= 600
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

# A name on the path proves nothing (a version manager's shim may stand there for an interpreter that is not
# installed), so each candidate is run, and must be able to make an environment with pip in it.
PYTHON ?= $(shell for candidate in python3.12 python3.11 python3; do \
    $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
        >/dev/null 2>&1 && { echo $$candidate; break; }; done)

# Tests run one worker a core, so each worker computes on one thread.
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OPENCV_FOR_THREADS_NUM=1
PYTEST := $(ONE_THREAD) NO_ALBUMENTATIONS_UPDATE=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.DELETE_ON_ERROR:
.PHONY: help environment demo test test-slow test-docs docs fuzz mutants check format bench bench-gpu clean

help:
	@echo 'make demo       make pairs from bundled photographs and a contact sheet of them, under demo/'
	@echo 'make test       the test suite, without the proofs that take minutes'
	@echo 'make test-slow  the proofs that take minutes'
	@echo 'make test-docs  every command and example of README and docs, run as written'
	@echo '                (of any, a part: make test ARGS="-k resize"; other workers: make test JOBS=2)'
	@echo 'make mutants    plant each bug of a list in a copy of the tree, and see which tests fail; goes on when called again'
	@echo 'make fuzz       hunt for inputs that a reader does not answer as it says: ten minutes for each of them'
	@echo 'make docs       the documentation as a site, under build/site; any broken link stops it'
	@echo 'make check      format, lint, types, import contracts'
	@echo 'make format     rewrite the code in the one format'
	@echo 'make bench      time the toolkit beside its peers, and measure its memory'
	@echo 'make bench-gpu  time the toolkit on a CUDA device, and check it against the CPU'
	@echo 'make clean      remove what was made here, the environment included'

environment: $(TESTS)

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or later with venv and ensurepip answers as python3.12,' \
	    'python3.11 or python3. Install one (on Debian and Ubuntu also its -venv package), or name one:' \
	    'make PYTHON=/path/to/python' >&2; exit 1; }
	@echo 'Set-up 1 of 2: $(VENV) with torch and the toolkit. About two minutes and 6 GB, once.'
	$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(INSTALL) setuptools wheel
	$(INSTALL) --no-build-isolation -e '.[$(EXTRAS)]'
	@touch $@

$(TESTS): $(STAMP)
	@echo 'Set-up 2 of 2: what tests, checks and benchmarks need beside it. About half a minute, once.'
	$(INSTALL) --no-build-isolation -e '.[$(EXTRAS),$(TEST_EXTRAS)]'
	@# BasicSR is a peer in tests and benchmarks. What it declares would bring a second OpenCV wheel, and
	@# building it in isolation would fetch torch again.
	$(INSTALL) addict future
	$(INSTALL) --no-deps --no-build-isolation basicsr
	@touch $@

demo: $(STAMP)
	$(BIN)/python -m realsr.demos.photographs demo

test: $(TESTS)
	$(PYTEST) -m 'not slow and not docs' $(ARGS)

test-slow: $(TESTS)
	$(PYTEST) -m slow $(ARGS)

# Ten minutes a reader unless told otherwise: make fuzz SECONDS=60 ARGS="pipeline bank.mat"; by coverage: ARGS=--guided
fuzz: $(TESTS)
	$(INSTALL) --no-build-isolation -e '.[fuzz]'
	$(ONE_THREAD) NO_ALBUMENTATIONS_UPDATE=1 $(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(ARGS)

test-docs: $(TESTS)
	$(PYTEST) -m docs tests/docs $(ARGS)

mutants: $(TESTS)
	$(ONE_THREAD) NO_ALBUMENTATIONS_UPDATE=1 $(BIN)/python -m tools.mutants $(ARGS)

docs: $(TESTS)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

check: $(TESTS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(TESTS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(TESTS)
	$(BIN)/python -m benchmarks.real_esrgan
	$(BIN)/python -m benchmarks.bsrgan
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.operators
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.disk
	$(BIN)/python -m benchmarks.drawing
	$(BIN)/python -m benchmarks.launches

bench-gpu: $(TESTS)
	$(BIN)/python -m benchmarks.gpu
	$(BIN)/python -m benchmarks.training.step

clean:
	rm -rf $(VENV) demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
