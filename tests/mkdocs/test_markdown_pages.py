"""Pages of plain Python-Markdown: the figures are there when the text is converted."""

from __future__ import annotations

import logging
import re

import markdown
import pytest
from mkdocs_project import NET, Project, assert_valid, figures, svgs

from torchview_docs.errors import OptionError, TorchviewDocsError


def convert(project: Project, text: str, *extensions: str, **options: object) -> str:
    config = {"torchview": {"root": project.root, "paths": "src", **options}}
    return markdown.markdown(text, extensions=["torchview", *extensions], extension_configs=config)


@pytest.mark.parametrize("extensions", [[], ["fenced_code"], ["pymdownx.superfences"]])
def test_a_page_holds_its_figures_and_one_style(built: Project, extensions: list[str]) -> None:
    options = ["caption: The *net*\n", "", "name: fig-net\n"]
    text = "# T\n\n" + "\n".join(map(NET.format, options))
    html = convert(built, text, *extensions)
    assert len(svgs(html)) == 3
    assert html.count("<style>") == 1
    assert html.index("<style>") < html.index("<figure")
    assert_valid(html)
    assert convert(built, text, *extensions) == html


def test_equal_figures_on_two_pages_are_the_same_bytes(built: Project) -> None:
    first = convert(built, f"# A\n\n{NET.format('')}")
    second = convert(
        built,
        f"Text.\n\n```torchview\nzoo.pair.Pair\ninput: float32[1, 4]\ndepth: 1\n```\n\n{NET.format('')}",
    )
    assert figures(first)[0] == figures(second)[1]


def test_width_align_class_alt_and_name(built: Project) -> None:
    text = NET.format('width: 50%\nalign: center\nclass: wide\nalt: Two "layers" <3\nname: My Net\n')
    [figure] = figures(convert(built, text))
    assert figure.startswith(
        '<figure class="torchview wide" id="my-net"><div data-search-exclude><div class="tv-box tv-center">'
    )
    assert 'width="50%"' in figure
    assert "Two &quot;layers&quot; &lt;3" in figure
    assert_valid(figure)


def test_no_heading_has_an_id_of_a_figure(built: Project) -> None:
    figure = NET.format("name: net\n")
    html = convert(built, f"# Net title\n\n## Net desc\n\n{figure}", "toc")
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert {"net-title", "net-desc", "net"} < set(ids)
    assert len(ids) == len(set(ids))


def test_a_failure_is_a_box_in_the_page_and_a_warning(
    built: Project, caplog: pytest.LogCaptureFixture
) -> None:
    text = f"# T\n\n```torchview\nzoo.nets.Net\ndpeth: 2\n```\n\n{NET.format('')}"
    with caplog.at_level(logging.WARNING, "torchview_docs"):
        html = convert(built, text)
    assert [record.getMessage() for record in caplog.records] == [
        "torchview: line 3: unknown option 'dpeth'; did you mean 'depth'? (line 5)"
    ]
    assert html.count("tv-error") >= 1
    assert len(svgs(html)) == 1
    assert_valid(html)


def test_strict_raises_instead(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "```torchview\nzoo.nets.Net\ndpeth: 2\n```\n"
    with pytest.raises(TorchviewDocsError, match="line 1: unknown option 'dpeth'"):
        convert(built, text, strict=True)
    with pytest.raises(TorchviewDocsError, match="line 1: unknown option 'dpeth'"):
        convert(built, text, "pymdownx.superfences", strict="yes")
    monkeypatch.setenv("TORCHVIEW_STRICT", "1")
    with pytest.raises(TorchviewDocsError):
        convert(built, text)
    assert "unknown option" in convert(built, text, strict=False)
    # So CI systems switch a variable off.
    monkeypatch.setenv("TORCHVIEW_STRICT", "")
    assert "unknown option" in convert(built, text)


def test_a_wrong_value_of_strict_is_our_error(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionError, match="'strict' cannot be 'maybe': it takes `true` or `false`"):
        convert(built, "", strict="maybe")
    monkeypatch.setenv("TORCHVIEW_STRICT", "maybe")
    with pytest.raises(OptionError, match="'TORCHVIEW_STRICT' cannot be 'maybe'"):
        convert(built, "")


def test_a_fence_in_a_comment_or_in_code_is_neither_drawn_nor_complained_of(
    built: Project, caplog: pytest.LogCaptureFixture
) -> None:
    bad = "```torchview\nzoo.nets.Nat\n```\n"
    code = re.sub("^", "    ", bad, flags=re.MULTILINE)
    for extensions in ([], ["pymdownx.superfences"]):
        html = convert(
            built, f"text\n\n{code}\n\n<!--\n{bad}-->\n\n````md\n{bad}````\n", *extensions, strict=True
        )
        assert "<figure" not in html
        assert "<style>" not in html
    assert not caplog.records
