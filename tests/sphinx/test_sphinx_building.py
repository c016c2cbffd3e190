"""What builders write of good figures, and what the next builds do."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import html5lib
import pytest
from pypdf import PdfReader
from sphinx_pages import API, MLP, good_site
from sphinx_site import Build, Site

PAGES = {"cnn": 1, "twice": 2, "mlp": 1, "api": 1}


def slowly(*values: str) -> list[object]:
    """Parameters of which `make quick` makes no use."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def cold(make_site: Callable[[str], Site]) -> tuple[Site, Build]:
    """A project whose figures were traced by one HTML build, and that build."""
    site = good_site(make_site("good"))
    return site, site.build("html", "-W", "-j", "2")


@pytest.fixture(scope="module")
def good(cold: tuple[Site, Build]) -> Site:
    """The project of `cold`; tests do not change its files."""
    return cold[0]


@pytest.fixture
def copy_unbuilt(good: Site, tmp_path: Path) -> Site:
    """A copy of the project with its cache."""
    shutil.copytree(good.root, tmp_path / "copy", ignore=shutil.ignore_patterns("_build"))
    return Site(tmp_path / "copy")


@pytest.fixture
def copy(copy_unbuilt: Site) -> Site:
    """A copy of the project with its cache, built once more where it now is."""
    assert not copy_unbuilt.build("html", "-W").torch_imports
    return copy_unbuilt


def figures(html: str) -> Iterator[ET.Element]:
    yield from html5lib.parse(html).iter(f"{XHTML}figure")


# -- HTML ---------------------------------------------------------------------------------


def test_first_build_traces_each_model_and_input_once(cold: tuple[Site, Build]) -> None:
    assert cold[1].traced == {"Net", "Block", "Mlp"}
    assert cold[1].torch_imports


def test_each_figure_is_one_inline_svg_in_a_docutils_figure(good: Site) -> None:
    for page, count in PAGES.items():
        found = list(figures(good.read(f"{page}.html")))
        assert len(found) == count
        for figure in found:
            assert len(list(figure.iter(f"{SVG}svg"))) == 1
            assert not list(figure.iter(f"{XHTML}img"))
    assert "Conv2d" in good.read("cnn.html")


def test_pages_parse_without_errors_in_figures(good: Site) -> None:
    for page in PAGES:
        html = good.read(f"{page}.html")
        for box in re.findall(r"<figure.*?</figure>", html, re.DOTALL):
            parser = html5lib.HTMLParser(strict=True)
            parser.parse(f"<!DOCTYPE html><html><head><title>x</title></head><body>{box}</body></html>")
            ET.fromstring(box[box.index("<svg") : box.index("</svg>") + 6])


def test_caption_is_markup_and_name_align_and_class_are_set(good: Site) -> None:
    [figure] = figures(good.read("cnn.html"))
    assert figure.get("id") == "fig-net"
    assert {"align-right", "wide", "tall"} <= set((figure.get("class") or "").split())
    caption = figure.find(f"{XHTML}figcaption")
    assert caption is not None
    assert [e.text for e in caption.iter(f"{XHTML}em")] == ["small"]


def test_numref_and_ref_find_figures_also_in_docstrings_and_without_caption(good: Site) -> None:
    index = html5lib.parse(good.read("index.html"), namespaceHTMLElements=False)
    links = {"".join(a.itertext()): a.get("href") for a in index.iter("a")}
    assert links["Fig. 1"] == "cnn.html#fig-net"
    assert links["the network"] == "cnn.html#fig-net"
    assert links["another"] == "twice.html#bare"
    assert "api.html#fig-block" in links.values()


def test_alt_text_is_the_description(good: Site) -> None:
    first, second = (f.find(f".//{SVG}desc") for f in figures(good.read("twice.html")))
    assert first is not None
    assert "Net" in (first.text or "")
    assert second is not None
    assert second.text == "A network, <again>."


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]*)"', html)


def test_equal_figures_have_ids_of_their_own_and_references_hold(good: Site) -> None:
    html = good.read("twice.html")
    assert len(ids(html)) == len(set(ids(html)))
    boxes = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert len(boxes) == 2
    for box in boxes:
        [names] = set(re.findall(r'aria-labelledby="([^"]*)"', box))
        assert set(names.split()) <= set(ids(box))


def test_style_sheet_is_linked_from_pages_with_figures_only(good: Site) -> None:
    assert (good.out() / "_static/torchview.css").stat().st_size > 1000
    for page in (*PAGES, "plain", "index", "search"):
        linked = re.search(r'href="_static/torchview\.css\?v=\w+"', good.read(f"{page}.html"))
        assert bool(linked) == (page in PAGES), page


def links(html: str) -> set[str]:
    return {a.get("href") or "" for figure in figures(html) for a in figure.iter(f"{SVG}a")}


TORCH = {"https://torch.example/nn.html#torch.nn.Conv2d", "https://torch.example/linear.html#torch.nn.Linear"}


@pytest.mark.parametrize(
    ("builder", "page", "block"),
    [
        ("html", "cnn.html", "api.html#nets.cnn.Block"),
        pytest.param("dirhtml", "cnn/index.html", "../api/#nets.cnn.Block", marks=pytest.mark.slow),
        pytest.param("singlehtml", "index.html", "#nets.cnn.Block", marks=pytest.mark.slow),
    ],
)
def test_cards_link_to_what_is_documented_here_and_in_other_projects(
    good: Site, builder: str, page: str, block: str
) -> None:
    good.build(builder, "-W")
    found = links(good.read(page, builder))
    assert {*TORCH, block} <= found
    if builder == "singlehtml":
        html = good.read(page, builder)
        assert 'id="nets.cnn.Block"' in html


# -- the next builds ----------------------------------------------------------------------


def test_second_build_imports_no_torch_and_writes_nothing(copy: Site) -> None:
    build = copy.build("html", "-W")
    assert (build.traced, build.torch_imports, build.written) == (set(), (), set())


def test_touched_comment_and_docstring_trace_nothing_and_write_nothing(copy: Site) -> None:
    copy.file("nets/mlp.py", MLP.replace("A comment.", "Another comment.").replace("Two layers", "2 layers"))
    build = copy.build("html", "-W")
    assert (build.traced, build.torch_imports, build.written) == (set(), (), set())


@pytest.mark.slow
def test_builds_are_reproducible(good: Site, copy: Site) -> None:
    for page in PAGES:
        assert good.read(f"{page}.html") == copy.read(f"{page}.html")


def test_edit_traces_exactly_its_figures_and_writes_exactly_their_pages_with_shared_doctrees(
    copy: Site,
) -> None:
    shared = copy.docs / "_build/doctrees-html"
    copy.build("dirhtml", "-W", doctrees=shared)
    copy.file("nets/mlp.py", MLP.replace("hidden=32", "hidden=48"))
    build = copy.build("html", "-W", "-j", "2")
    assert build.traced == {"Mlp"}
    # Sphinx 7.4 writes the root page in every build.
    assert build.written - {"index.html"} == {"mlp.html"}
    assert "48" in copy.read("mlp.html")
    # The other builder reads no page again and traces nothing, but writes what it has not written.
    build = copy.build("dirhtml", "-W", doctrees=shared)
    assert not build.torch_imports
    assert build.written - {"index.html"} == {"mlp/index.html"}
    assert "48" in copy.read("mlp/index.html", "dirhtml")


@pytest.mark.slow
def test_page_is_written_after_a_build_that_was_killed_before_its_end(copy: Site) -> None:
    copy.configure(
        """
        def setup(app):
            def kill(*_):
                if os.environ.get("KILL"):
                    os._exit(9)
            app.connect(os.environ.get("KILL") or "build-finished", kill, priority=1)
        """
    )
    copy.build("html", "-W")
    copy.file("nets/mlp.py", MLP.replace("hidden=32", "hidden=48"))
    build = copy.build("html", env={"KILL": "write-started"}, check=False)
    assert build.code == 9
    assert build.traced == {"Mlp"}
    assert "48" not in copy.read("mlp.html")
    build = copy.build("html", "-W")
    assert not build.torch_imports
    assert build.written - {"index.html"} == {"mlp.html"}
    assert "48" in copy.read("mlp.html")
    # And when the edit is taken back after the page was written, but before the build's end.
    copy.file("nets/mlp.py", MLP)
    assert copy.build("html", env={"KILL": "build-finished"}, check=False).code == 9
    assert "48" not in copy.read("mlp.html")
    copy.file("nets/mlp.py", MLP.replace("hidden=32", "hidden=48"))
    build = copy.build("html", "-W")
    assert not build.torch_imports
    assert "48" in copy.read("mlp.html")


@pytest.mark.slow
def test_edit_of_a_docstring_reads_its_page_again_and_traces_nothing(copy: Site) -> None:
    copy.file("nets/api.py", API.replace("A block.", "One block."))
    build = copy.build("html", "-W")
    assert not build.torch_imports
    assert build.written - {"index.html"} == {"api.html"}
    assert "One block." in copy.read("api.html")


@pytest.mark.slow
def test_torch_that_is_mocked_for_autodoc_is_real_for_figures(site: Site) -> None:
    site.configure("extensions += ['sphinx.ext.autodoc']\nautodoc_mock_imports = ['torch']")
    figure = "\n\n    .. torchview:: nets.mlp.Mlp\n       :input: float32[1, 4]\n    "
    site.file("nets/mlp.py", MLP.replace("Two layers.", f"Two layers.{figure}"))
    site.file("docs/index.rst", "MLP\n===\n\n.. autoclass:: nets.mlp.Mlp\n")
    build = site.build("html", "-W")
    assert build.traced == {"Mlp"}
    assert site.read("index.html").count("<svg") == 1


@pytest.mark.slow
def test_options_in_conf_py_change_the_pages_that_they_change(copy: Site) -> None:
    copy.configure("torchview_depth = 2\ntorchview_align = 'center'")
    build = copy.build("html", "-W")
    assert not build.torch_imports
    # The page `cnn` says both itself.
    assert build.written - {"index.html"} == {"twice.html", "mlp.html", "api.html"}
    assert all("align-center" in (f.get("class") or "") for f in figures(copy.read("twice.html")))


@pytest.mark.slow
def test_pages_given_on_the_command_line_are_not_taken_for_all(copy: Site) -> None:
    copy.configure("torchview_direction = 'LR'")
    out, docs = copy.out(), copy.docs
    build = copy.build("html", "-W", after=(str(docs / "cnn.rst"),))
    assert "cnn.html" in build.written
    assert "twice.html" not in build.written
    build = copy.build("html", "-W")
    assert build.written - {"index.html"} == {"twice.html", "mlp.html", "api.html"}
    assert copy.build("html", "-W", out=out).written == set()


# -- other builders -----------------------------------------------------------------------


@pytest.mark.slow
def test_singlehtml_has_every_figure_once_with_ids_of_its_own(good: Site) -> None:
    assert not good.build("singlehtml", "-W").torch_imports
    html = good.read("index.html", "singlehtml")
    found = list(figures(html))
    assert sum(1 for figure in found for _ in figure.iter(f"{SVG}svg")) == sum(PAGES.values())
    prefixed = [i for figure in found for e in figure.iter() if (i := e.get("id"))]
    assert len(prefixed) == len(set(prefixed))
    assert "torchview.css" in html


@pytest.mark.slow
def test_epub_pages_are_xml_with_svg(good: Site) -> None:
    # Twice, because it packs all files that it finds in its folder.
    for _ in range(2):
        assert not good.build("epub", "-W").torch_imports
    for page, count in PAGES.items():
        root = ET.fromstring(good.read(f"{page}.xhtml", "epub"))
        assert len(list(root.iter(f"{SVG}svg"))) == count
        assert "torchview.css" in good.read(f"{page}.xhtml", "epub")


@pytest.mark.slow
def test_no_builder_makes_another_that_shares_its_doctrees_read_pages_again(copy: Site) -> None:
    shared = copy.docs / "_build/doctrees-html"
    for builder in ("epub", "html", "text", "html", "dirhtml", "html"):
        build = copy.build(builder, "-W", doctrees=shared)
        assert "0 added, 0 changed, 0 removed" in build.stdout, builder


@pytest.mark.slow
def test_epub_declares_the_pages_with_svg(good: Site) -> None:
    good.build("epub", "-W")
    manifest = ET.parse(good.out("epub") / "content.opf")
    declared = {
        item.get("href")
        for item in manifest.iter("{http://www.idpf.org/2007/opf}item")
        if item.get("properties") == "svg"
    }
    assert declared == {f"{page}.xhtml" for page in PAGES}


@pytest.mark.parametrize("builder", ["text", *slowly("man", "texinfo")])
def test_builders_without_svg_write_description_and_layers(good: Site, builder: str) -> None:
    build = good.build(builder, "-W", "-D", "man_make_section_directory=0")
    assert not build.torch_imports
    written = "".join(
        p.read_text("utf-8") for p in good.out(builder).rglob("*") if p.suffix in (".txt", ".1", ".texi")
    )
    plain = " ".join(re.sub(r"[\\{}]", " ", written).split())
    for text in ("A network, <again>", "stem: Conv2d", "head: Linear", "8×16×16"):
        assert text in plain, text


@pytest.mark.slow
def test_latex_has_each_figure_as_a_pdf_with_its_texts(good: Site) -> None:
    assert not good.build("latex", "-W").torch_imports
    written = good.read("nets.tex", "latex")
    names = re.findall(r"\\sphinxincludegraphics(?:\[.*?\])?\{\{(torchview-\w+)\}\.pdf\}", written)
    assert len(names) == sum(PAGES.values())
    # Equal figures are one file, and there is none that is not shown.
    assert {file.stem for file in good.out("latex").glob("torchview-*.pdf")} == {*names}
    texts = [
        PdfReader(file).pages[0].extract_text() for file in sorted(good.out("latex").glob("torchview-*.pdf"))
    ]
    assert any("Conv2d" in text and "8×16×16" in text for text in texts)
    assert "stem: Conv2d" not in written  # no table beside the figure
    before = {file: file.read_bytes() for file in good.out("latex").glob("torchview-*.pdf")}
    (good.out("latex") / "torchview-0123456789abcdef.pdf").write_bytes(b"of a figure that was")
    good.build("latex", "-W", "-E")
    assert {file: file.read_bytes() for file in good.out("latex").glob("torchview-*.pdf")} == before


@pytest.mark.parametrize(
    "builder", ["gettext", *slowly("linkcheck", "dummy", "xml", "pseudoxml", "changes", "doctest")]
)
def test_builders_that_show_no_figures_trace_nothing(site: Site, builder: str) -> None:
    good_site(site).configure("extensions += ['sphinx.ext.doctest', 'sphinx.ext.coverage']")
    build = site.build(builder, "-W")
    assert not build.torch_imports
    if builder == "gettext":
        assert "A *small* network" in site.read("cnn.pot", "gettext")


@pytest.mark.slow
@pytest.mark.parametrize("builder", ["json", "dirhtml"])
def test_other_builders_of_html_have_the_figures(good: Site, builder: str) -> None:
    assert not good.build(builder, "-W", "-j", "2").torch_imports
    for page, count in PAGES.items():
        text = good.read(f"{page}/index.html" if builder == "dirhtml" else f"{page}.fjson", builder)
        assert text.count("<svg") == count


NESTED = """
Nested
======

- In a list:

  .. torchview:: nets.mlp.Mlp
     :input: float32[2, 4]

.. note::

   .. torchview:: nets.mlp.Mlp
      :input: float32[2, 4]
      :caption: In a note. [#]_

.. list-table::

   * - In a table:

       .. torchview:: nets.mlp.Mlp
          :input: float32[2, 4]
     - Cell

.. only:: html

   .. torchview:: nets.mlp.Mlp
      :input: float32[2, 4]

.. container:: box

   .. torchview:: nets.mlp.Mlp
      :input: float32[2, 4]
      :align: left

.. [#] A footnote:

   .. torchview:: nets.mlp.Mlp
      :input: float32[2, 4]
"""


@pytest.mark.parametrize("builder", ["html", *slowly("text", "man", "texinfo", "latex", "epub")])
def test_figures_stand_wherever_a_figure_of_docutils_can(copy_unbuilt: Site, builder: str) -> None:
    copy_unbuilt.file("docs/plain.rst", NESTED)
    build = copy_unbuilt.build(builder, "-W")
    assert not build.torch_imports
    if builder == "html":
        assert copy_unbuilt.read("plain.html").count("<svg") == 6
    if builder == "text":
        assert copy_unbuilt.read("plain.txt", "text").count("Computation graph of Mlp") == 5


@pytest.mark.slow
def test_fault_in_drawing_costs_the_figure_and_not_the_build(copy_unbuilt: Site) -> None:
    copy_unbuilt.configure(
        """
        if os.environ.get("FAULT"):
            from torchview_docs.drawing import layout

            def lay_out(scene):
                raise ZeroDivisionError("a fault")

            layout.lay_out = lay_out
        """
    )
    shutil.rmtree(copy_unbuilt.docs / ".torchview_cache/drawings")
    build = copy_unbuilt.build("html", env={"FAULT": "1"})
    assert len(build.warnings) == sum(PAGES.values())
    for warning in build.warnings:
        assert "The figure could not be drawn: ZeroDivisionError: a fault" in warning
        assert warning.endswith("[torchview.internal]")
    assert 'class="tv-error"' in copy_unbuilt.read("cnn.html")
    # It is tried again, and then written.
    build = copy_unbuilt.build("html", "-W")
    assert not build.torch_imports
    assert build.written - {"index.html"} == {f"{page}.html" for page in PAGES}
    assert "<svg" in copy_unbuilt.read("cnn.html")
