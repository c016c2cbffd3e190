# Two commands: `make site` builds both sample sites, `make test` runs everything that CI runs.
# Each sets itself up in .venv on a machine that has Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin
SITE ?= site
# At most two test processes: each may start workers that import torch.
JOBS ?= 2

.PHONY: site test quick goldens look check system clean

site: .venv/installed
	rm -rf $(SITE)/sphinx $(SITE)/mkdocs
	$(BIN)/sphinx-build -q -W --keep-going -j 2 -b html -c sample_site/sphinx \
	  -d $(SITE)/doctrees sample_site/pages $(SITE)/sphinx
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q --strict -f sample_site/mkdocs.yml -d $(abspath $(SITE))/mkdocs
	@echo "Sphinx: $(abspath $(SITE))/sphinx/index.html"
	@echo "MkDocs: $(abspath $(SITE))/mkdocs/index.html"

test: .venv/installed system check
	$(BIN)/pytest -n $(JOBS)

quick: .venv/installed check
	$(BIN)/pytest -n $(JOBS) -m "not slow"

# Accepts everything that tests expect as files: the drawings of tests/golden, the README's picture,
# the page of options. Read the diff before you commit it.
goldens: .venv/installed
	$(BIN)/pytest -q -n 0 --overwrite tests/golden/test_drawings.py \
	  tests/test_readme.py::test_the_picture_is_what_the_command_line_draws_today \
	  tests/test_sample_pages.py::test_the_options_page_is_the_table_of_options

# Photographs of 24 figures, light and dark, wide and narrow: look at them before you change the picture.
look: .venv/installed system
	NO_MKDOCS_2_WARNING=1 $(BIN)/python gallery/sheet.py

check: .venv/installed
	scripts/check

# What the browser tests need from the system: Chromium, its driver, a font with Arial's widths, a wider one.
system:
	@scripts/system

.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "torchview-docs needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv $(SITE) build sample_site/.torchview_cache
