"""What a dirty build remembers of pages, and that it never hides a change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mkdocs.structure.files import File, Files

from torchview_docs.build import Figure
from torchview_docs.errors import Failure
from torchview_docs.mkdocs_plugin.dirty import PageSources
from torchview_docs.spec import FigureSpec
from torchview_docs.store import MKDOCS_PAGES, Store


@pytest.fixture
def site(tmp_path: Path) -> tuple[Files, Path]:
    """A page that is written and older than what was written of it, and a source older still."""
    for name in ("docs", "site", "cache"):
        (tmp_path / name).mkdir()
    file = File("a.md", str(tmp_path / "docs"), str(tmp_path / "site"), use_directory_urls=False)
    source = tmp_path / "net.py"
    for age, path in ((300, source), (200, Path(str(file.abs_src_path))), (100, Path(file.abs_dest_path))):
        path.write_text("x")
        now = path.stat().st_mtime
        os.utime(path, (now - age, now - age))
    return Files([file]), source


def read(site: tuple[Files, Path]) -> bool:
    """Whether a new dirty build reads the page."""
    files, source = site
    [file] = files
    fresh = File(
        file.src_uri, str(source.parent / "docs"), str(source.parent / "site"), use_directory_urls=False
    )
    PageSources(source.parent / "cache", "docs").mark(Files([fresh]))
    return fresh.is_modified()


def note(site: tuple[Files, Path], *results: Figure | Failure) -> None:
    pages = PageSources(site[1].parent / "cache", "docs")
    pages.note("a.md", results)
    pages.save()


def figure(source: Path) -> Figure:
    spec = FigureSpec("net.Net")

    def never() -> None:
        raise AssertionError

    return Figure(spec, "0", (source,), Store(source.parent / "cache"), never)  # type: ignore[arg-type]


def test_a_page_is_read_when_a_source_is_newer_or_gone(site: tuple[Files, Path]) -> None:
    source = site[1]
    assert not read(site)
    note(site, figure(source))
    assert not read(site)
    source.write_text("y")
    assert read(site)
    os.utime(source, (1, 1))
    assert not read(site)
    source.unlink()
    assert read(site)


def test_a_page_with_a_failure_is_always_read_until_it_has_none(site: tuple[Files, Path]) -> None:
    note(site, figure(site[1]), Failure("import", "no"))
    assert read(site)
    note(site, figure(site[1]))
    assert not read(site)
    note(site)
    site[1].write_text("y")
    assert not read(site), "the figure has gone from the page"


def test_a_damaged_memory_is_forgotten(site: tuple[Files, Path]) -> None:
    memory = site[1].parent / "cache" / MKDOCS_PAGES
    for text in ("{", "[]", '{"docs": 3}', '{"docs": {"a.md": 3}}'):
        memory.write_text(text)
        assert not read(site)
        note(site, figure(site[1]))
        assert "net.py" in memory.read_text()


def test_two_sites_that_share_a_cache_do_not_forget_each_other(site: tuple[Files, Path]) -> None:
    note(site, Failure("import", "no"))
    other = PageSources(site[1].parent / "cache", "docs-de")
    other.note("b.md", [figure(site[1])])
    other.save()
    assert read(site)
