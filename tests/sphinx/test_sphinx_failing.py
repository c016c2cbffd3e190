"""Figures that cannot be drawn, beside good ones."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import html5lib
import pytest
from sphinx_site import Build, Site

FAILING = """
import os
import time

import torch
from torch import nn

from nets.ran import ran


class Good(nn.Linear):
    def __init__(self):
        super().__init__(4, 4)

    def forward(self, x):
        ran("Good")
        return super().forward(x)


class Shape(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        ran("Shape")
        return self.layer(x)


class Endless(nn.Module):
    def forward(self, x):
        ran("Endless")
        while True:
            time.sleep(0.01)


class Crash(nn.Module):
    def forward(self, x):
        ran("Crash")
        os.abort()
"""

API = '''
def make_shape():
    """Makes it.

    It looks so:

    .. torchview:: nets.failing.Shape
       :input: float32[1, 3]
    """
'''

INDEX = """
Failing
=======

.. toctree::

   good
   myst
   crash

.. autofunction:: nets.api.make_shape

.. torchview:: nets.failing.Sape
   :input: float32[1, 3]
   :caption: Misspelt.
   :name: misspelt
"""

MYST = """
# MyST

Text.

```{torchview} nets.failing.Shape
:input: float32[1, 3]
```
"""

CRASH = """
Crash
=====

.. torchview:: nets.failing.Endless
   :input: float32[1, 4]

.. torchview:: nets.failing.Crash
   :input: float32[1, 4]
"""


@pytest.fixture(scope="module")
def failing(make_site: Callable[[str], Site]) -> tuple[Site, Build]:
    """A project with good and bad figures, and its first build."""
    site = make_site("failing")
    site.configure(
        """
        extensions += ["myst_parser", "sphinx.ext.autodoc"]
        torchview_timeout = 20
        """
    )
    site.file("nets/failing.py", FAILING)
    site.file("nets/api.py", API)
    site.file("docs/index.rst", INDEX)
    site.file("docs/good.rst", "Good\n====\n\n.. torchview:: nets.failing.Good\n   :input: float32[1, 4]\n")
    site.file("docs/myst.md", MYST)
    site.file("docs/crash.rst", CRASH)
    return site, site.build("html")


@pytest.fixture
def lasting(failing: tuple[Site, Build], tmp_path: Path) -> Site:
    """A copy of the project with its cache, without the figures that are tried in each build."""
    shutil.copytree(failing[0].root, tmp_path / "copy", ignore=shutil.ignore_patterns("_build"))
    site = Site(tmp_path / "copy")
    site.file("docs/crash.rst", "Crash\n=====\n")
    return site


pytestmark = pytest.mark.slow


def places(site: Site, build: Build) -> dict[str, str]:
    """Kinds of our warnings by place."""
    found = {}
    for line in build.warnings:
        match = re.match(r"(.*?:\d+): WARNING: torchview: .*\[torchview\.(\w+)\]$", line)
        assert match, line
        found[match[1].removeprefix(str(site.root) + "/")] = match[2]
    return found


LASTING = {
    "docs/index.rst:13": "import",
    "docs/myst.md:6": "forward",
    "nets/api.py:docstring of nets.api.make_shape:5": "forward",
}
PASSING = {"docs/crash.rst:5": "timeout", "docs/crash.rst:8": "crash"}


def test_each_bad_figure_is_warned_of_with_its_place_and_the_good_one_is_there(
    failing: tuple[Site, Build],
) -> None:
    site, build = failing
    assert places(site, build) == LASTING | PASSING
    assert "<svg" in site.read("good.html")
    # Both figures of `Shape` are one trace.
    assert build.traced == {"Good", "Shape", "Endless", "Crash"}


def test_warnings_say_the_model_the_cause_and_the_nearest_right_name(failing: tuple[Site, Build]) -> None:
    text = "\n".join(failing[1].warnings)
    assert "torchview: nets.failing.Sape: " in text
    assert re.search(r"Sape.*did you mean .?(nets\.failing\.)?Shape", text)
    assert re.search(r"torchview: nets\.failing\.Shape: .*(1x3|\[1, 3\])", text)


def test_page_shows_an_error_box_in_the_place_of_the_figure(failing: tuple[Site, Build]) -> None:
    html = failing[0].read("index.html")
    assert html.count("<svg") == 0
    assert html.count('class="tv-error"') == 2
    assert "torchview.css" in html
    figure = re.search(r'<figure[^>]*id="misspelt".*?</figure>', html, re.DOTALL)
    assert figure
    assert "nets.failing.Sape" in figure[0]
    assert "Misspelt." in figure[0]
    html5lib.HTMLParser(strict=True).parseFragment(figure[0])


def test_next_builds_warn_again_and_trace_only_what_may_pass(failing: tuple[Site, Build]) -> None:
    site, _ = failing
    build = site.build("html", "-W", "--keep-going", check=False)
    assert build.code == 1
    assert places(site, build) == LASTING | PASSING
    assert build.traced == {"Endless", "Crash"}
    assert build.written - {"index.html"} == set()


def test_lasting_failures_come_back_without_torch_until_they_are_mended(lasting: Site) -> None:
    for builder in ("html", "text", "html"):
        build = lasting.build(builder, "-W", "--keep-going", check=False)
        assert build.code == 1
        assert places(lasting, build) == LASTING
        assert not build.torch_imports
    # In a folder of its own: Sphinx 7.4 stops at the first warning, and then writes all pages anew.
    assert lasting.build("dirhtml", "-W", check=False).code != 0
    # Mended in the model: the pages are written again.
    lasting.file("nets/failing.py", FAILING.replace("nn.Linear(4, 4)", "nn.Linear(3, 4)"))
    build = lasting.build("html")
    assert places(lasting, build) == {"docs/index.rst:13": "import"}
    # What is good in the same file is traced as well, but its page stays.
    assert build.traced == {"Good", "Shape"}
    assert build.written == {"index.html", "myst.html"}
    assert "<svg" in lasting.read("myst.html")
    # Mended in the page.
    lasting.file("docs/index.rst", INDEX.replace("Sape", "Shape"))
    build = lasting.build("html", "-W")
    assert not build.torch_imports
    assert lasting.read("index.html").count("<svg") == 2


def test_misspelt_model_is_found_when_the_module_gets_it(lasting: Site) -> None:
    lasting.build("html")
    lasting.file(
        "nets/failing.py", FAILING.replace("class Good", "class Sape(nn.Identity): ...\n\nclass Good")
    )
    build = lasting.build("html")
    assert places(lasting, build) == {k: v for k, v in LASTING.items() if v != "import"}
    assert lasting.read("index.html").count("<svg") == 1


def test_warnings_can_be_suppressed_by_kind(lasting: Site) -> None:
    build = lasting.build("html", "-D", "suppress_warnings=torchview.forward")
    assert places(lasting, build) == {"docs/index.rst:13": "import"}
    lasting.build("html", "-W", "-D", "suppress_warnings=torchview")


@pytest.mark.parametrize("builder", ["latex", "man", "texinfo", "singlehtml", "epub"])
def test_every_builder_survives_failures(lasting: Site, builder: str) -> None:
    build = lasting.build(builder)
    assert places(lasting, build) == LASTING
    assert not build.torch_imports
