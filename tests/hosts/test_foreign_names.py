"""Models with names from anywhere, in real pages: parsed by others' parsers, and shown by a browser.

Sphinx builds them as HTML and as one page, MkDocs as pages and with all pages in one; every page has two
equal figures.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import html5lib
import pytest
from axe import violations
from chromium import Browser
from figure_pages import OVERFLOWS

pytestmark = pytest.mark.slow

LONG = "A" + "very" * 74 + "Long"
#: Names of classes and of modules; what XML cannot hold and what turns text around is left out of them.
NAMES = {
    "markup": "Net<int>&\"'",
    "script": "</title></svg><script>alert(1)</script>",
    "comment": "--><!-- ]]>",
    "chinese": "卷积层",
    "arabic": "شبكة",
    "hebrew": "רשת[0]",
    "emoji": "🔥👩‍🔬Net",
    "long": LONG,
    "control": "Con\x00tr\x08ol\x1b[31m",
    "override": "evil\u202egnp-exe",
    "surrogate": "half\ud800",
    "accents": "Zalgo\u0335\u0321\u0358e\u0301",
}
SEEN = {**NAMES, "control": "Control[31m", "override": "evilgnp-exe", "surrogate": "half"}

NETS = f"""
from torch import nn

NAMES = {NAMES!r}


def named(name):
    class Part(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            return self.fc(x) + 1

    # Python itself allows all else in the name of a class.
    Part.__name__ = Part.__qualname__ = name.replace("\\0", "").encode("utf-8", "ignore").decode()
    return Part()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        for name in NAMES.values():
            self.add_module(name.replace(".", "·"), named(name))

    def forward(self, größe, 批次=None):
        x = größe
        for part in self.children():
            x = part(x)
        return {{"شكل": x, "<b>": x + 1}}
"""

OPTIONS = {
    "input": "float32[1, 4]",
    "table": "details",
    "caption": "A net.",
    "legend": "yes",
    "fold": "no",
    "note": f'?{LONG} = It is <b>long</b> & "quoted"; *.fc = 注意 انتبه',
}
#: The same figure twice, once open and once closed.
DEPTHS = ("2", "1", "2")

_SVG = re.compile(r"<svg\b[^>]*\btv\b.*?</svg>", re.DOTALL)
_FIGURE = re.compile(r"<figure\b(?:(?!</figure>).)*<svg\b.*?</figure>", re.DOTALL)


def _run(root: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The built pages, by what they are."""
    root = tmp_path_factory.mktemp("foreign")
    (root / "nets.py").write_text(NETS, "utf-8", "surrogatepass")
    for folder in ("rst", "md"):
        (root / folder).mkdir()
    (root / "rst" / "conf.py").write_text(
        'extensions = ["torchview_docs.sphinx_ext"]\nhtml_theme = "furo"\ntorchview_paths = [".."]\n'
        'torchview_workers = 1\ntorchview_cache = "../.torchview_cache"\n'
    )
    (root / "rst" / "index.rst").write_text("Index\n=====\n\n.. toctree::\n\n   one\n   two\n")
    (root / "md" / "index.md").write_text("# Index\n")
    for name in ("one", "two"):
        rst = [name, "=" * len(name)]
        md = [f"# {name}"]
        for depth in DEPTHS:
            options = {**OPTIONS, "depth": depth}
            rst += ["", ".. torchview:: nets.Net", *(f"   :{k}: {v}" for k, v in options.items())]
            md += ["", "```torchview", "nets.Net", *(f"{k}: {v}" for k, v in options.items()), "```"]
        (root / "rst" / f"{name}.rst").write_text("\n".join(rst) + "\n", "utf-8")
        (root / "md" / f"{name}.md").write_text("\n".join(md) + "\n", "utf-8")
    (root / "mkdocs.yml").write_text(
        "site_name: names\nsite_url: https://example.org/\ndocs_dir: md\n"
        "theme: {name: material, font: false}\n"
        "markdown_extensions: [pymdownx.superfences]\n"
        "plugins:\n  - torchview: {paths: [.], workers: 1, cache: .torchview_cache}\n  - print-site\n"
    )
    _run(root, "sphinx", "-q", "-W", "-b", "html", "rst", "out/html")
    _run(root, "sphinx", "-q", "-W", "-b", "singlehtml", "rst", "out/single")
    _run(root, "mkdocs", "build", "-q", "--strict", "-d", "out/mkdocs")
    return {
        "sphinx": root / "out/html/one.html",
        "singlehtml": root / "out/single/index.html",
        "mkdocs": root / "out/mkdocs/one/index.html",
        "print": root / "out/mkdocs/print_page/index.html",
    }


PAGES = ("sphinx", "singlehtml", "mkdocs", "print")


def _figures(page: Path) -> list[str]:
    return _FIGURE.findall(page.read_text("utf-8"))


def _elements(svg: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Elements and attributes as expat reads them."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((name, attributes))
    parser.Parse(svg, True)
    yield from found


@pytest.mark.parametrize("kind", PAGES)
def test_figures_are_xml_without_scripts_handlers_or_anything_from_outside(
    pages: dict[str, Path], kind: str
) -> None:
    svgs = _SVG.findall(pages[kind].read_text("utf-8"))
    assert len(svgs) == len(DEPTHS) * (2 if kind in ("singlehtml", "print") else 1)
    for svg in svgs:
        for name, attributes in _elements(svg):
            assert name in ("svg", "title", "desc", "g", "path", "rect", "text", "tspan", "a"), name
            for attribute, value in attributes.items():
                assert not attribute.startswith("on")
                assert attribute == "xmlns" or not re.search(r"url\(|//|javascript:|data:", value)


@pytest.mark.parametrize("kind", PAGES)
def test_figures_are_html_without_errors(pages: dict[str, Path], kind: str) -> None:
    for figure in _figures(pages[kind]):
        parser = html5lib.HTMLParser()
        parser.parse(f"<!DOCTYPE html><html><head><title>t</title></head><body>{figure}</body></html>")
        assert not parser.errors, parser.errors


@pytest.mark.parametrize("kind", PAGES)
def test_no_id_of_a_figure_occurs_twice(pages: dict[str, Path], kind: str) -> None:
    html = pages[kind].read_text("utf-8")
    whole = re.findall(r'\bid="([^"]*)"', html)
    ours = [name for figure in _figures(pages[kind]) for name in re.findall(r'\bid="([^"]*)"', figure)]
    assert len(ours) >= 2 * len(_figures(pages[kind]))
    assert [name for name in ours if whole.count(name) > 1] == []


@pytest.mark.parametrize("kind", ["sphinx", "mkdocs", "print"])
def test_a_browser_shows_every_name_as_it_is_read_and_nothing_more(
    pages: dict[str, Path], kind: str, browser: Browser
) -> None:
    browser.open(pages[kind].as_uri())  # an alert would end the test
    words = browser.run(
        "return [...document.querySelectorAll('svg.tv text, svg.tv title')]"
        ".map(t => t.textContent).join('\\n')"
    )
    cells = browser.run("return [...document.querySelectorAll('.tv-table td')].map(t => t.textContent)")
    for name in SEEN.values():
        assert name in words or name == LONG, name
        assert any(name in cell for cell in cells), name
    assert LONG in words, "in a hint, where a card has no room for it"
    for name in ("größe", "شكل", "<b>", "注意 انتبه", 'It is <b>long</b> & "quoted"'):
        assert name in words + browser.run("return document.body.textContent")
    assert browser.run("return document.querySelectorAll('.tv b, .tv-notes b, .tv script').length") == 0
    assert browser.run(OVERFLOWS, 1) == []
    assert browser.run("const e = document.documentElement; return e.scrollWidth <= e.clientWidth")
    assert violations(browser) == []


@pytest.mark.parametrize("kind", ["sphinx", "mkdocs"])
def test_a_name_from_right_to_left_stands_where_others_do(
    pages: dict[str, Path], kind: str, browser: Browser
) -> None:
    browser.open(pages[kind].as_uri())
    script = """
const text = [...document.querySelectorAll('svg.tv .tv-cards text, svg.tv .tv-frames text')]
    .filter(t => t.firstChild.textContent.trim() === arguments[0] || t.textContent.startsWith(arguments[0]));
return text.map(t => {
  const range = document.createRange(); range.selectNodeContents(t.firstChild);
  const svg = t.ownerSVGElement.getBoundingClientRect();
  return range.getBoundingClientRect().left - svg.left - t.x.baseVal[0].value;
});
"""
    for name in (SEEN["arabic"], SEEN["hebrew"], SEEN["chinese"]):
        starts = browser.run(script, name)
        assert starts, name
        assert all(abs(start) < 3 for start in starts), (name, starts)
