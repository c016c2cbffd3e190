"""The sample site, built by Sphinx from the same pages as by MkDocs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

project = "torchview-docs"
author = "the torchview-docs maintainers"
copyright = "2026, the torchview-docs maintainers"
language = "en"
version = release = "0.1"

root_doc = "contents"
extensions = ["sphinx.ext.autodoc", "myst_parser", "torchview_docs.sphinx_ext"]
html_theme = "furo"
html_title = "torchview-docs"
numfig = True

myst_enable_extensions = ["colon_fence"]

torchview_paths = [".."]
torchview_cache = "../.torchview_cache"
latex_elements = {"papersize": "a4paper"}
man_pages = [("contents", "torchview-docs", "Architecture figures of PyTorch models", [author], 7)]
