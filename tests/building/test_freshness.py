"""What makes a figure be traced again, and what does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from building_site import BROKEN, FIRST, LAZY, MISSING, MISSPELT, MODELS, OPTIONAL, SECOND, Site

from torchview_docs.build import Figure
from torchview_docs.errors import Failure


def changed(site: Site) -> set[str]:
    environment = site.environment()
    return {model for model in MODELS if site.stale(model, environment)}


def test_figures_and_failures_are_remembered_in_another_checkout(copy: Site) -> None:
    found = copy.build(MODELS)
    assert copy.said == []
    assert isinstance(found[FIRST], Figure)
    failure = found[MISSPELT]
    assert isinstance(failure, Failure)
    assert failure.kind == "import"
    assert "First" in str(failure)


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        pytest.param("second.py", "layer", "projection", {SECOND}, id="a layer is renamed"),
        pytest.param("sizes.py", "8", "9", {FIRST, MISSPELT, BROKEN}, id="a constant two imports away"),
        pytest.param(
            "layers.py", "bias=True", "bias=False", {FIRST, MISSPELT}, id="a default of a base class"
        ),
        pytest.param("helper.py", "x + x", "2 * x", {LAZY}, id="a module that forward imports"),
        pytest.param("first.py", "class First", "class Frist", {FIRST, MISSPELT}, id="the model's name"),
        pytest.param("first.py", "\nclass", "\n@(lambda c: c)\nclass", {FIRST, MISSPELT}, id="a decorator"),
        pytest.param("__init__.py", "", "SIZE = 3\n", set(MODELS), id="the package itself"),
        pytest.param(
            "sizes.py", "WIDTH", "DEPTH = 3\nWIDTH", {FIRST, MISSPELT, BROKEN}, id="what was missing"
        ),
        pytest.param("layers.py", "'''A layer.'''", "'''One layer.'''", set(), id="a docstring"),
        pytest.param("layers.py", "# Nothing but", "# Only", set(), id="a comment"),
        pytest.param("layers.py", "\n\n", "\n\n\n\n", set(), id="blank lines"),
        pytest.param("layers.py", "WIDTH, WIDTH,", "(WIDTH),\n  WIDTH ,", set(), id="formatting"),
        pytest.param(
            "layers.py",
            "from torch import nn\n",
            "from typing import TYPE_CHECKING as T\nfrom torch import nn\nif T:\n    import toy.second\n",
            set(),
            id="an import for types only",
        ),
    ],
)
def test_an_edit_makes_stale_what_depends_on_it(
    copy: Site, file: str, old: str, new: str, stale: set[str]
) -> None:
    path = copy.root / "src/toy" / file
    if old:
        copy.edit(f"src/toy/{file}", old, new)
    else:
        path.write_text(new)
    assert changed(copy) == stale


def test_a_file_that_is_only_touched_is_fresh(copy: Site) -> None:
    for path in (copy.root / "src").rglob("*.py"):
        os.utime(path, (1, 1))
    assert changed(copy) == set()


def test_a_formatter_changes_nothing(copy: Site) -> None:
    source = copy.root / "src/toy"
    before = (source / "layers.py").read_text()
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "30", str(source)]
    subprocess.run(command, check=True, capture_output=True)
    assert (source / "layers.py").read_text() != before
    assert changed(copy) == set()


def test_an_unrelated_new_module_changes_nothing(copy: Site) -> None:
    copy.write("src/toy/unrelated.py", "X = 1")
    copy.write("src/another/__init__.py", "")
    assert changed(copy) == set()


def test_a_module_that_was_looked_for_in_vain_counts_when_it_appears(copy: Site) -> None:
    copy.write("src/toy/third.py", "")
    assert changed(copy) == {MISSING}
    copy.write("src/toy/extra.py", "")
    assert changed(copy) == {MISSING, OPTIONAL}


def test_a_new_package_that_shadows_a_module_counts(copy: Site) -> None:
    (copy.root / "src/toy/sizes").mkdir()
    # A folder alone is a namespace package, which gives way to the module.
    assert changed(copy) == set()
    copy.write("src/toy/sizes/__init__.py", "WIDTH = 8  # and more\nHEIGHT = 8")
    assert changed(copy) == {FIRST, MISSPELT, BROKEN}


def test_a_module_that_disappears_counts(copy: Site) -> None:
    (copy.root / "src/toy/helper.py").unlink()
    assert changed(copy) == {LAZY}
    assert "toy.helper has disappeared" in copy.stale(LAZY)


def test_a_file_that_shadows_an_installed_package_counts(copy: Site) -> None:
    copy.write("src/torch.py", "")
    # The other two have failed before anybody asked for torch.
    assert changed(copy) == set(MODELS) - {MISSING, BROKEN}


def test_a_file_that_shadows_a_module_of_python_counts_where_it_is_imported(copy: Site) -> None:
    copy.write("src/chunk.py", "")
    assert changed(copy) == set()
    copy.write("src/wave.py", "")
    assert changed(copy) == {SECOND}


def test_another_project_folder_earlier_on_the_path_counts(copy: Site) -> None:
    copy.write("vendor/toy/__init__.py", "")
    copy.settings["paths"] = "vendor src"
    assert FIRST in changed(copy)


def test_only_what_an_edit_concerns_is_traced_again(copy: Site) -> None:
    copy.edit("src/toy/second.py", "layer", "projection")
    figures = copy.build(MODELS)
    assert copy.traced() == [SECOND]
    second = figures[SECOND]
    assert isinstance(second, Figure)
    assert "projection" in {node.name for node in second.graph.nodes}


@pytest.mark.slow
def test_switching_back_to_an_earlier_state_finds_its_record(copy: Site) -> None:
    before = copy.build([SECOND])[SECOND]
    copy.edit("src/toy/second.py", "layer", "projection")
    between = copy.build([SECOND])[SECOND]
    assert copy.traced() == [SECOND]
    copy.edit("src/toy/second.py", "projection", "layer")
    after = copy.build([SECOND])[SECOND]
    assert copy.traced() == []
    assert isinstance(before, Figure)
    assert isinstance(between, Figure)
    assert isinstance(after, Figure)
    assert before.digest == after.digest != between.digest


@pytest.mark.slow
def test_an_edit_that_changes_no_figure_keeps_the_digest(copy: Site) -> None:
    before = copy.build([FIRST])[FIRST]
    copy.edit("src/toy/sizes.py", "WIDTH", "OTHER = 3\nWIDTH")
    after = copy.build([FIRST])[FIRST]
    assert copy.traced() == [FIRST]
    assert isinstance(before, Figure)
    assert isinstance(after, Figure)
    assert before.digest == after.digest


def test_the_sources_of_a_figure_are_the_files_it_depends_on(copy: Site) -> None:
    with copy.builder() as builder:
        first = copy.build([FIRST, BROKEN], builder)[FIRST]
        all_sources = builder.sources
    assert isinstance(first, Figure)
    source = copy.root / "src/toy"
    expected = [source / name for name in ("__init__.py", "first.py", "layers.py", "sizes.py")]
    assert list(first.sources) == expected
    assert set(all_sources) == {*expected, source / "broken.py"}


def install(folder: Path, name: str, version: str) -> None:
    for old in folder.glob(f"{name}-*.dist-info"):
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "top_level.txt").write_text(f"{name}\n")


@pytest.mark.slow
def test_versions_of_distributions_count(site: Site) -> None:
    library = site.root / "site-packages"
    library.mkdir()
    install(library, "blocks", "1.0")
    install(library, "unrelated", "1.0")
    install(library, "indirect", "1.0")
    site.write("site-packages/indirect.py", "FACTOR = 2")
    site.write("site-packages/blocks.py", "from torch.nn import Linear as Block\nimport indirect")
    site.write(
        "src/net.py",
        "import blocks\nclass Net(blocks.Block):\n    def __init__(self):\n        super().__init__(8, 8)",
    )
    site.settings |= {"paths": "src site-packages", "workers": 1}
    figure = site.build(["net.Net"])["net.Net"]
    assert isinstance(figure, Figure)
    assert list(figure.sources) == [site.root / "src/net.py"]
    install(library, "unrelated", "2.0")
    assert site.stale("net.Net") == ""
    install(library, "blocks", "1.1")
    assert site.stale("net.Net") == "blocks was 1.0, is 1.1"
    install(library, "blocks", "1.0")
    assert site.stale("net.Net") == ""
    install(library, "indirect", "1.1")
    assert site.stale("net.Net") == "indirect was 1.0, is 1.1"
