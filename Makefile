# Fovea. `make run` sets everything up and starts it, `make test` runs everything that CI runs.
#   make run [PORT=8000] [HOST=127.0.0.1] [DATA_DIR=var] [SAMPLES=folder of real images, or none]
#            [STARTER_MODELS=0]
# Other targets: setup, check, format, bench, types. What each step does is in scripts/.

PORT ?= 8000
HOST ?= 127.0.0.1
DATA_DIR ?= var
SAMPLES ?=

PY := .venv/bin/python
CODE := platform annotations inference tests manage.py
NPM := ../scripts/with-node npm --silent
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export TF_CPP_MIN_LOG_LEVEL ?= 2
# Python keeps what it compiled, whatever the machine's habit: else every process compiles TensorFlow anew.
unexport PYTHONDONTWRITEBYTECODE

# Tests that need neither a browser nor servers of their own, nor train for half a minute what the whole loop trains
# too (`make test-training`). REPORT: a test that failed is tried once more and named in the summary, as are the
# slowest ones.
UNIT := --ignore=tests/e2e --ignore=tests/processes -m "not training" -n 3 --dist worksteal
REPORT := --durations=5 --reruns 1 -rR
# Those that start servers: each worker has a Fovea of its own, each file stays with one worker.
LIVE := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: help run setup setup-dev check check-and-test-frontend format types test test-sqlite test-postgres test-training test-frontend test-schema \
        test-live test-e2e test-processes bench screenshots check-python check-frontend
# One after the other, but for the two halves of `make check`.
ifeq ($(filter check-%,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

help:
	@sed -n '1,4s/^# \{0,1\}//p' Makefile

run: setup
	@exec env PORT="$(PORT)" HOST="$(HOST)" DATA_DIR="$(DATA_DIR)" SAMPLES="$(SAMPLES)" $(PY) -m config.supervisor --with-parent

setup:
	@scripts/set-up requirements.txt

setup-dev:
	@scripts/set-up requirements-dev.txt

format:
	@scripts/set-up requirements-dev.txt --packages
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	cd frontend && $(NPM) run format

check:
	@scripts/set-up requirements-dev.txt --packages
	@$(MAKE) --no-print-directory -j 2 --output-sync=target check-python check-frontend

check-python: export DJANGO_SETTINGS_MODULE := config.settings.test
check-python:
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy --num-workers 2 $(CODE) || $(PY) -m mypy $(CODE)  # its workers give up on a machine that is very busy
	.venv/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	scripts/api-types --check

check-frontend:
	cd frontend && $(NPM) run check

# The front end's typed client, from the API's own schema.
types: setup-dev
	scripts/api-types

# What `make check` does, and the front end's tests where it leaves a core idle; then the rest one by one.
test: setup-dev
	@$(MAKE) --no-print-directory -j 2 --output-sync=target check-python check-and-test-frontend
	@$(MAKE) --no-print-directory test-sqlite test-postgres test-live

check-and-test-frontend: check-frontend
	cd frontend && $(NPM) test

test-sqlite: setup-dev
	$(PY) -m pytest $(UNIT) $(REPORT)

test-postgres: setup-dev
	@scripts/with-postgres $(PY) -m pytest $(UNIT) $(REPORT) -p tests.only_database; status=$$?; \
	if [ $$status -eq 77 ]; then echo "SKIPPED: the tests on PostgreSQL (see the line above)"; else exit $$status; fi

# Whole trainings in processes of their own, some minutes; CI trains in the browser's whole loop.
test-training: setup-dev
	$(PY) -m pytest -m training $(REPORT)

test-frontend: setup-dev
	cd frontend && $(NPM) test

# Every operation of the OpenAPI schema with many made-up requests; `make test` asks few of each.
test-schema: setup-dev
	SCHEMA_EXAMPLES=50 $(PY) -m pytest tests/endpoints/test_schema.py -q

# Against running servers: the browser's tests, and the faults of processes, which mostly wait.
test-live: setup-dev
	$(PY) -m pytest tests/e2e tests/processes $(LIVE) $(REPORT)

test-e2e: setup-dev
	$(PY) -m pytest tests/e2e $(LIVE) $(REPORT)

test-processes: setup-dev
	$(PY) -m pytest tests/processes $(LIVE) $(REPORT)

bench:
	@scripts/make-venv requirements-dev.txt
	$(PY) -m tests.bench

# The pictures in docs/images, of sample patients only; takes some minutes.
screenshots: setup-dev
	$(PY) -m tests.e2e.screenshots
