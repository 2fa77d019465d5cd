# Two commands: `make run` serves the demonstration, `make test` runs everything that tests.
# For developers: `make dev` reloads, `make check` tests in two minutes (T=tests/devices: one room), `make shell` opens Python
# with the demonstration's data.
.PHONY: run dev check shell test bench clean
.DELETE_ON_ERROR:

# The first Python of at least 3.11, whatever it is called here.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c "$(NEW_ENOUGH)" 2>/dev/null && echo "$$python" && break; done)
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check

run: .venv/installed
	@.venv/bin/python -m portal.demo.first_start
	@exec .venv/bin/python manage.py run_demo

dev: .venv/installed
	@.venv/bin/python -m portal.demo.first_start
	@PORTAL_MODE=dev exec .venv/bin/python manage.py run_demo

check: .venv/installed-dev
	@.venv/bin/python -m tests.run check $(T)

shell: .venv/installed
	@.venv/bin/python -m portal.demo.first_start
	@PORTAL_MODE=dev .venv/bin/python manage.py shell

test: .venv/installed-dev
	@.venv/bin/python -m tests.run

# What pages and calls cost, beside a bare Django project: docs/performance.md. BENCH_ROWS=1000000 for a million customers.
bench: .venv/installed-dev
	@.venv/bin/python -m benchmarks

# Everything that `make` made, the demonstration's data in var/ excepted.
clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache

# Stamps: installed again only when the list of packages, or Python itself, changed.
.venv/installed: requirements.txt .venv/bin/python
	@echo "Installing packages …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements.txt requirements-dev.txt .venv/bin/python
	@echo "Installing packages for tests …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ .venv/installed

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: https://www.python.org/downloads/"; exit 1; }
	@echo "Making .venv …"
	@rm -rf .venv && "$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make a virtual environment. On Debian: apt install python3-venv"; exit 1; }
