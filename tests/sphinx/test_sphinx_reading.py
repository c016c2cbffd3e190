"""Reading pages: the directive, conf.py, and what is collected. No model is traced here."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx_site import Site

from torchview_docs.sphinx_ext.pages import PageRecord


def collected(site: Site, builder: str = "dummy") -> dict[str, list[tuple[str, dict[str, str], str, str]]]:
    """Model, options, prefix and location of the collected figures, by page."""
    pickled = site.docs / "_build" / f"doctrees-{builder}" / "environment.pickle"
    env = pickle.loads(pickled.read_bytes())
    return {
        page: [(f.written.text, dict(f.written.options), f.prefix, f.location) for f in figures]
        for page, figures in env.torchview_figures.items()
    }


@pytest.fixture(scope="module")
def read(make_site: Callable[[str], Site]) -> Site:
    """A project with figures in RST, MyST, an included file, and a docstring; read with -j 2."""
    site = make_site("reading")
    site.configure("extensions += ['myst_parser', 'sphinx.ext.autodoc']")
    site.configure("myst_fence_as_directive = ['note']")
    site.file(
        "nets/documented.py",
        '''
        class Documented:
            """A class.

            It looks so:

            .. torchview:: nets.documented.Documented
               :input: float32[1]
            """
        ''',
    )
    site.file(
        "docs/index.rst",
        """
        Start
        =====

        .. toctree::
           :glob:

           *

        Text.

        .. torchview:: nets.Net(
                hidden=64,
                deep=True)
           :input: float32[1, 3], mask=bool[1]
           :depth: 2
           :hide-inner-tensors:
           :caption: A *net*.
           :name: my net

        .. torchview:: nets.Net
        """,
    )
    site.file(
        "docs/api.rst", "API\n===\n\n.. autoclass:: nets.documented.Documented\n\n.. include:: part.txt\n"
    )
    site.file("docs/part.txt", "\n\n\n.. torchview:: nets.Part\n")
    site.file(
        "docs/myst.md",
        """
        # MyST

        ```{torchview} nets.Net(hidden=64)
        :input: float32[1, 3]
        :class: wide tall
        ```

        ```{torchview}
        :depth: inf

        nets.Net(
            hidden=64,
        )
        ```

        ```{torchview} nets.Other(
        hidden=1)
        ```

        ```torchview
        nets.Fence(
            hidden=1)
        input: float32[1]
        caption: A fence.
        name: fenced
        ```

        ```note
        What the author has asked for.
        ```
        """,
    )
    for number in range(6):
        # Sphinx reads in parallel from this many pages on.
        site.file(f"docs/page{number}.rst", f"Page {number}\n======\n\n.. torchview:: nets.Net{number}\n\n"
                  f".. torchview:: nets.Net{number}\n   :caption: Without a name.\n")  # fmt: skip
    site.build("dummy", "-W", "-j", "2")
    return site


def test_directive_takes_expression_over_several_lines_and_options(read: Site) -> None:
    first, second = collected(read)["index"]
    assert first[:2] == (
        "nets.Net(\nhidden=64,\ndeep=True)",
        {
            "input": "float32[1, 3], mask=bool[1]",
            "depth": "2",
            "hide-inner-tensors": "",
            "caption": "A *net*.",
            "name": "my net",
        },
    )
    assert second[:2] == ("nets.Net", {})


def test_directive_works_in_myst_with_the_model_as_argument_as_content_or_both(read: Site) -> None:
    argument, content, both, fence = collected(read)["myst"]
    assert argument[:2] == ("nets.Net(hidden=64)", {"input": "float32[1, 3]", "class": "wide tall"})
    assert content[:2] == ("nets.Net(\n    hidden=64,\n)", {"depth": "inf"})
    assert both[:2] == ("nets.Other(\nhidden=1)", {})
    assert fence[0].splitlines()[-2:] == ["caption: A fence.", "name: fenced"]
    assert fence[2] == "fenced"


def test_locations_are_those_of_the_directives(read: Site) -> None:
    pages = collected(read)
    docs = read.docs
    assert [f[3] for f in pages["index"]] == [f"{docs / 'index.rst'}:12", f"{docs / 'index.rst'}:21"]
    assert [f[3] for f in pages["myst"]] == [f"{docs / 'myst.md'}:{line}" for line in (4, 9, 17, 21)]
    docstring, included = pages["api"]
    source = read.root / "nets/documented.py"
    assert docstring[3] == f"{source}:docstring of nets.documented.Documented:5"
    assert Path(included[3]).resolve() == docs / "part.txt:4"


def test_prefixes_are_names_or_unique_in_the_project(read: Site) -> None:
    prefixes = [figure[2] for figures in collected(read).values() for figure in figures]
    assert "my-net" in prefixes
    assert len(set(prefixes)) == len(prefixes) == 20


def test_damaged_record_of_pages_counts_as_none(tmp_path: Path) -> None:
    for content in (b"", b"{", b"[]", b'{"format": 99}', b"\xff", b"[" * 100_000):
        PageRecord(tmp_path, "html").file.write_bytes(content)
        assert PageRecord(tmp_path, "html").begin({"page": "digest"}) == ["page"]


def test_pages_without_figures_are_not_collected_and_changes_are_followed(site: Site) -> None:
    site.file("docs/index.rst", "Start\n=====\n\n.. torchview:: nets.Net\n")
    site.file("docs/other.rst", ":orphan:\n\nOther\n=====\n\n.. torchview:: nets.Other\n")
    site.build("dummy", "-W")
    assert set(collected(site)) == {"index", "other"}
    site.file("docs/index.rst", "Start\n=====\n")
    (site.docs / "other.rst").unlink()
    site.build("dummy", "-W")
    assert collected(site) == {}


MISTAKES = """
:5: WARNING: torchview: unknown option 'dpth'; did you mean 'depth'? [torchview.option]
:8: WARNING: torchview: option 'direction' cannot be 'LT': it takes `TB`, `LR`, `BT` or `RL` \
[torchview.option]
:11: WARNING: torchview: a lambda is not allowed here, only a literal, a dotted name or a call of one, \
at character 10 of 'nets.Net(lambda: 1)' [torchview.expression]
:13: WARNING: torchview: there is no model: write one, such as `mypkg.nets.Net`, in the first line \
[torchview.option]
:15: WARNING: torchview: 'A caption.' is no option: below the model stand options, one `key: value` a line; \
a line that continues the one before it is indented [torchview.option]
""".strip()


def test_mistakes_are_told_with_place_and_nearest_right_name_in_every_build(site: Site) -> None:
    site.file(
        "docs/index.rst",
        """
        Start
        =====

        .. torchview:: nets.Net
           :dpth: 2

        .. torchview:: nets.Net
           :direction: LT

        .. torchview:: nets.Net(lambda: 1)

        .. torchview::

        .. torchview:: nets.Net

           A caption.
        """,
    )
    index = site.docs / "index.rst"
    for _ in range(2):
        build = site.build("dummy")
        lines = "\n".join(line.removeprefix(str(index)) for line in build.warnings)
        assert lines == MISTAKES
    assert site.build("dummy", "-W", "--keep-going", check=False).code == 1
    assert site.build("dummy", "-W", check=False).code != 0
    assert not site.build("dummy", "-D", "suppress_warnings=torchview.option,torchview.expression").warnings
    assert not site.build("dummy", "-W", "-D", "suppress_warnings=torchview").warnings


def test_option_of_one_figure_in_conf_py_stops_the_build_and_says_where_it_belongs(site: Site) -> None:
    site.configure("torchview_caption = 'The net.'")
    build = site.build("dummy", check=False)
    assert build.code
    assert "torchview_caption in conf.py: this option can only be set per figure" in build.stderr


def test_unknown_name_in_conf_py_stops_the_build_and_names_the_nearest(site: Site) -> None:
    site.file("docs/index.rst", "Start\n=====\n")
    site.configure("torchview_dpeth = 2")
    build = site.build("dummy", check=False)
    assert build.code == 2
    assert "unknown torchview_dpeth in conf.py; did you mean 'torchview_depth'?" in build.stderr


def test_conf_py_may_import_the_package(site: Site) -> None:
    site.file("docs/index.rst", "Start\n=====\n")
    site.configure("import torchview_docs")
    site.build("dummy", "-W")


def test_wrong_value_in_conf_py_or_pyproject_stops_the_build_and_says_what_is_right(site: Site) -> None:
    site.file("docs/index.rst", "Start\n=====\n")
    conf = (site.docs / "conf.py").read_text()
    site.configure("torchview_depth = 'deep'")
    build = site.build("dummy", check=False)
    assert build.code == 2
    assert "torchview_depth in conf.py: option 'depth' cannot be 'deep'" in build.stderr
    site.file("docs/conf.py", conf)
    site.file("pyproject.toml", "[tool.torchview-docs]\nworkers = 0\n")
    build = site.build("dummy", check=False)
    assert build.code == 2
    assert "option 'workers' cannot be '0'" in build.stderr


def test_options_can_be_set_on_the_command_line(site: Site) -> None:
    site.file("docs/index.rst", "Start\n=====\n")
    site.build(
        "dummy", "-W", "-D", "torchview_depth=2", "-D", "torchview_fold=0", "-D", "torchview_timeout=7"
    )
    build = site.build("dummy", "-D", "torchview_timeout=soon", check=False)
    assert build.code == 2
    assert "torchview_timeout in conf.py: option 'timeout' cannot be 'soon'" in build.stderr
