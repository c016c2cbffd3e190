"""The scan finds the fences that superfences finds, and says what it would make garbage of."""

from __future__ import annotations

from pathlib import Path

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymdownx.superfences import fence_code_format

from torchview_docs.markdown.fences import Fence, FenceLines, scan


def found(text: str) -> list[Fence]:
    return scan(text.split("\n"))


def test_a_fence_is_its_text_its_header_and_its_lines() -> None:
    [fence] = found("# T\n\n```torchview\npkg.Net\ndepth: 2\n```\nend")
    assert fence.text == "pkg.Net\ndepth: 2"
    assert fence.line == 3
    assert fence.span == (2, 6)
    assert not fence.options
    assert not fence.problem


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("torchview", {}),
        (" torchview  ", {}),
        (".torchview", {}),
        ("torchview {depth=2}", {"depth": "2"}),
        ("torchview {depth=2 caption='A net' .wide .tall #fig fold}",
         {"depth": "2", "caption": "A net", "class": "wide tall", "name": "fig", "fold": ""}),
        ('torchview depth="2" caption="A net"', {"depth": "2", "caption": "A net"}),
        ("{.torchview depth=2}", {"depth": "2"}),
        ("torchview {}", {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", ["```", "~~~", "`````"])
def test_a_header_gives_options(mark: str, header: str, options: dict[str, str]) -> None:
    [fence] = found(f"{mark}{header}\npkg.Net\n{mark}")
    assert not fence.problem
    assert fence.options == options


@pytest.mark.parametrize(
    "header",
    [
        "torchview depth=2",
        "torchview pkg.Net",
        "torchview {depth=2} more",
        "torchview{depth=2}",
        "torchview: pkg.Net",
        "{torchview} pkg.Net",
        "{torchview}",
        'torchview depth="2',
        "Torchview depth=2",
    ],
)
def test_a_header_that_superfences_cannot_parse_is_a_problem_of_the_whole_fence(header: str) -> None:
    [fence, next_one] = found(f"text\n\n```{header}\npkg.Net\n```\n\n```torchview\npkg.Other\n```")
    assert "cannot be parsed" in fence.problem
    assert (fence.line, fence.span) == (3, (2, 5))
    assert (next_one.problem, next_one.line) == ("", 7)


@pytest.mark.parametrize(
    "header", ["python", "torchview-docs", "torchviewer", "{.python}", "", "text torchview"]
)
def test_another_language_is_no_figure(header: str) -> None:
    assert found(f"```{header}\npkg.Net\n```") == []


@pytest.mark.parametrize("outer", ["````md", "~~~", "````", "````{.md}", '````md title="Example"'])
def test_an_example_in_another_fence_is_no_figure(outer: str) -> None:
    mark = outer[:4].rstrip("m")
    mark = mark if outer.startswith("`") else "~~~"
    assert found(f"{outer}\n```torchview\npkg.Net\n```\n{mark}\n") == []


def test_fences_are_found_in_lists_and_quotes() -> None:
    listed = "- item\n\n    ```torchview\n    pkg.A\n      more\n    ```\n\n"
    text = f"{listed}> ```torchview\n> pkg.B\n>\n> depth: 1\n> ```\n"
    first, second = found(text)
    assert first.text == "pkg.A\n  more"
    assert second.text.split() == ["pkg.B", "depth:", "1"]
    assert (first.line, second.line) == (3, 8)


def test_a_fence_that_is_never_closed_is_a_problem_of_its_line() -> None:
    [fence] = found("a\n```torchview\npkg.Net\n\nb")
    assert "never closed" in fence.problem
    assert fence.span == (1, 2)


def test_a_line_that_is_less_indented_ends_the_fence_which_is_a_problem() -> None:
    [fence] = found("- item\n\n    ```torchview\n    pkg.Net\n  depth: 2\n    ```\n")
    assert fence.problem.startswith("line 5 is less indented")
    assert fence.span == (2, 6)


@pytest.mark.parametrize("item", ["- ", "1. ", "* ", ": ", "> - "])
def test_a_fence_on_the_line_of_a_lists_mark_is_a_problem_of_the_whole_fence(item: str) -> None:
    inside = " " * len(item)
    text = f"{item}```torchview\n{inside}pkg.Net\n{inside}```\n\n```torchview\npkg.Other\n```\n"
    fence, next_one = found(text.replace(" " * 4, "> " + " " * 2) if item.startswith(">") else text)
    assert "on a line of its own" in fence.problem
    assert (fence.line, fence.span, fence.prefix) == (1, (0, 3), item)
    assert (next_one.problem, next_one.line) == ("", 5)


def test_other_languages_on_the_line_of_a_lists_mark_are_nobodys_business() -> None:
    assert found("- ```python\n  torchview\n  ```\n") == []


def test_equal_fences_have_their_lines_in_order() -> None:
    fence = "```torchview\npkg.Net\n```\n"
    other = "```torchview\npkg.Other\n```\n"
    page = f"---\ntitle: x\n---\n{fence}\n{other}\n    ```torchview\n    pkg.Net\n    ```\n"
    lines = FenceLines(lambda: found(page))
    [wanted] = found(fence)
    [unlike] = found(other)
    assert [lines.line(wanted), lines.line(unlike), lines.line(wanted), lines.line(wanted)] == [4, 8, 12, 0]


def test_lines_of_a_file_are_counted_as_editors_do(tmp_path: Path) -> None:
    fence = "```torchview\npkg.Net\n```\n"
    (tmp_path / "page.md").write_bytes(f"\ufeffa\x0cb\u2028c\r\nd\r\n{fence}".encode())
    [wanted] = found(fence)
    assert FenceLines.read(tmp_path / "page.md").line(wanted) == 3


def _by_superfences(text: str) -> list[str]:
    """What superfences itself hands to a formatter of ours."""
    sources: list[str] = []

    def formatter(src: str, *args: object, **kwargs: object) -> str:
        sources.append(src)
        return fence_code_format(src, *args, **kwargs)  # type: ignore[no-any-return]

    def validator(_language: str, inputs: dict[str, str], options: dict[str, str], *_: object) -> bool:
        options.update(inputs)
        return True

    fence = {"name": "torchview", "class": "torchview", "format": formatter, "validator": validator}
    config = {"pymdownx.superfences": {"custom_fences": [fence]}}
    markdown.markdown(text, extensions=["pymdownx.superfences", "attr_list"], extension_configs=config)
    return sources


_LINES = st.sampled_from(
    [
        "```torchview", "```", "````md", "````", "~~~", "~~~torchview", "```torchview {depth=2}",
        '```torchview depth="2"', "```torchview depth=2", "```{.torchview}", "```{torchview}", "```python",
        "```python {hl_lines=1}", "pkg.Net", "depth: 1", "", "  ", "text ``` text", "- item", "    pkg.Net",
        "```torchview more",
    ]
)  # fmt: skip
_PREFIXES = st.sampled_from(["", "", "", "    ", "  ", "> ", ">", "> > ", "        "])


@given(st.lists(st.tuples(_PREFIXES, _LINES), max_size=14))
def test_the_scan_sees_the_fences_that_superfences_sees(parts: list[tuple[str, str]]) -> None:
    text = "\n".join(prefix + line for prefix, line in parts)
    fences = found(text)
    if any(fence.problem for fence in fences):
        # From there on superfences sees something else; that is what the scan is for.
        lines = text.split("\n")
        for fence in reversed(fences):
            if fence.problem:
                lines[fence.span[0] : fence.span[1]] = ["gone"]
        text = "\n".join(lines)
        fences = found(text)
        if any(fence.problem for fence in fences):
            return
    ours = [fence.text.replace(" ", "").replace(">", "") for fence in fences]
    theirs = [source.replace(" ", "").replace(">", "") for source in _by_superfences(text)]
    assert ours == theirs
