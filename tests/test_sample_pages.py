"""The pages say what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from torchview_docs.spec import FigureSpec

SITE = Path(__file__).parent.parent / "sample_site"
PAGES = sorted((SITE / "pages").glob("*.md"))


def test_the_options_page_is_the_table_of_options(request: pytest.FixtureRequest) -> None:
    written = runpy.run_path(str(SITE / "options_page.py"))["render"]()
    page = SITE / "pages" / "options.md"
    if request.config.getoption("--overwrite"):
        page.write_text(written, "utf-8")
    assert page.read_text("utf-8") == written, "run python sample_site/options_page.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_is_in_the_navigation_and_its_links_lead_somewhere(page: Path) -> None:
    assert f"- {page.name}\n" in (SITE / "mkdocs.yml").read_text("utf-8")
    for target in re.findall(r"\]\((\w[^)#:]*\.md)", page.read_text("utf-8")):
        assert (page.parent / target).is_file()


def test_the_inputs_that_the_tutorial_shows_are_read() -> None:
    text = (SITE / "pages" / "first-figure.md").read_text("utf-8")
    shown = re.findall(r"^input: (.+)$", text, re.MULTILINE)
    assert len(shown) >= 4
    for line in shown:
        assert FigureSpec.read("pkg.Net", {"input": line}).input
