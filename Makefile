# make demo   set up, and run the main job on a synthetic crystal
# make test   set up, and run all tests
# make check  ruff, mypy --strict, lint-imports, doctests
# make assets  what the pages show with, fetched by npm: without it pages work, but have no viewers
# make wheel  the assets and the code in one wheel, in dist/
# make pictures  those of the documentation, taken of a refinement in a browser
# make bench  what xtalflow adds to the programs it runs
# make bench-tree  the typed tree and its formats against ccp4i2 3.0.1
# make bench-engine  what a tracked job costs against its floor; with PEERS=1 also what it costs elsewhere
# make bench-kills  kills at named points, and what they leave behind
# make bench-crowd  eight processes that make and run jobs at once
# make bench-many  what two hundred running jobs cost a worker
# make bench-pages  what the pages of projects with 10,000 and 100,000 jobs cost
# make bench-listeners  what two hundred open pages cost the server, and how soon they are told
# make bench-density  how soon the density of a large structure is on the screen

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEER := .venv-ccp4i2
AIIDA := .venv-aiida
CRATE := .venv-crate
VENDOR := src/xtalflow/web/static/vendor
POSTGRESQL ?= postgresql://postgres@127.0.0.1/postgres

.PHONY: demo test check assets wheel pictures clean bench bench-tree bench-engine bench-kills bench-crowd bench-many bench-listeners
.PHONY: bench-density bench-pages

demo: $(VENV)/core
	$(BIN)/xtalflow demo

# On SQLite all tests; then those of the database on PostgreSQL, where a server answers.
test: $(VENV)/dev
	@if $(BIN)/python -c "import psycopg; psycopg.connect('$(POSTGRESQL)', connect_timeout=3)" 2>/dev/null; then \
	  XTALFLOW_TEST_DATABASE_URL='$(POSTGRESQL)' $(BIN)/pytest -n auto --dist loadgroup -m database; \
	elif [ -n "$$XTALFLOW_TEST_REQUIRE_ALL" ]; then echo "no PostgreSQL server answers at $(POSTGRESQL)"; exit 1; \
	else echo "no PostgreSQL server answers at $(POSTGRESQL): the tests run on SQLite only"; fi
	$(BIN)/pytest -n auto --dist loadgroup

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q --doctest-modules src/xtalflow --ignore src/xtalflow/db --ignore src/xtalflow/api \
	  --ignore src/xtalflow/web -p no:django

assets: $(VENDOR)/versions.json

$(VENDOR)/versions.json: package.json package-lock.json assets.mjs molstar_entry.mjs
	@command -v npm >/dev/null || { echo "the pages' assets cannot be fetched: there is no npm; install Node.js 20 or later"; exit 1; }
	npm ci
	npm run --silent assets

pictures: $(VENV)/dev assets
	mkdir -p docs/pictures
	XTALFLOW_TEST_PICTURES=docs/pictures $(BIN)/pytest -q tests/acceptance/test_browser.py

wheel: assets | $(BIN)/pip
	@test -f $(VENDOR)/molstar.js || { echo "the assets are not complete: remove $(VENDOR) and say make wheel again"; exit 1; }
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

bench: $(VENV)/core
	$(BIN)/python benchmarks/pipeline.py

bench-tree: $(VENV)/core $(PEER)/ccp4i2
	$(BIN)/python benchmarks/tree.py $(PEER)/bin/python

bench-engine: $(VENV)/core $(if $(PEERS),$(AIIDA)/aiida $(PEER)/ccp4i2)
	$(BIN)/python benchmarks/engine.py --out docs/reference/engine-benchmark.md \
	  $(if $(PEERS),--peer $(AIIDA)/bin/python:benchmarks/engine_aiida.py --peer $(PEER)/bin/python:benchmarks/engine_ccp4i2.py)

bench-kills: $(VENV)/dev
	$(BIN)/python benchmarks/kills.py

bench-crowd: $(VENV)/dev
	$(BIN)/python benchmarks/crowd.py

bench-many: $(VENV)/dev
	$(BIN)/python benchmarks/many.py

bench-pages: $(VENV)/dev
	$(BIN)/python benchmarks/pages.py --out docs/reference/pages-benchmark.md

bench-listeners: $(VENV)/dev
	$(BIN)/python benchmarks/listeners.py

bench-density: $(VENV)/dev assets
	$(BIN)/python benchmarks/density.py

$(PEER)/ccp4i2:
	test -x $(PEER)/bin/python || $(PYTHON) -m venv $(PEER)
	$(PEER)/bin/pip install --quiet ccp4i2==3.0.1
	touch $@

$(AIIDA)/aiida:
	test -x $(AIIDA)/bin/python || $(PYTHON) -m venv $(AIIDA)
	$(AIIDA)/bin/pip install --quiet aiida-core==2.9.4
	touch $@

# An independent validator of crates, with a rocrate that brings the context of RO-Crate 1.1.
$(CRATE)/validator:
	test -x $(CRATE)/bin/python || $(PYTHON) -m venv $(CRATE)
	$(CRATE)/bin/pip install --quiet roc-validator==0.13.0 rocrate==0.13.0
	touch $@

$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/core: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/dev: pyproject.toml $(VENV)/core
	$(BIN)/pip install --quiet --editable '.[postgresql,dev]'
	touch $@

clean:
	rm -rf $(VENV) $(PEER) $(AIIDA) $(CRATE) $(VENDOR) node_modules
