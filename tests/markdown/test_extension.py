"""Fences become marks wherever Markdown can have a block, and nowhere else."""

from __future__ import annotations

import itertools
import re

import html5lib
import markdown
import pytest

from torchview_docs.errors import Failure, OptionError
from torchview_docs.markdown import TorchviewExtension, makeExtension
from torchview_docs.markdown.marks import fill, mark, marked
from torchview_docs.markdown.requests import Request
from torchview_docs.spec import FigureSpec

SUPERFENCES = "pymdownx.superfences"
HOSTS = [pytest.param([SUPERFENCES], id="superfences"), pytest.param([], id="alone"),
         pytest.param(["fenced_code"], id="fenced_code")]  # fmt: skip
FENCE = "```torchview\npkg.Net\n```\n"


def convert(text: str, *extensions: str) -> tuple[str, list[Request]]:
    """The HTML, each mark as [model] or [!], and the requests of the marks that are in it."""
    requests: list[Request] = []
    names = ["admonition", "attr_list", "def_list", "footnotes", *extensions]
    config = {"pymdownx.tabbed": {"alternate_style": True}}
    html = markdown.markdown(
        text, extensions=[TorchviewExtension(requests=requests), *names], extension_configs=config
    )
    live = [requests[number] for number in marked(html, len(requests))]
    return fill(html, lambda number: _shown(requests[number]), len(requests)), live


def _shown(request: Request) -> str:
    return f"<figure>{request.wanted.model if isinstance(request.wanted, FigureSpec) else '!'}</figure>"


def indented(text: str, by: str = "    ") -> str:
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("extensions", HOSTS)
class TestWithAndWithoutSuperfences:
    def test_a_fence_is_a_block_of_its_own(self, extensions: list[str]) -> None:
        html, _ = convert(f"before\n{FENCE}after\n", *extensions)
        assert html == "<p>before</p>\n<figure>pkg.Net</figure>\n<p>after</p>"

    def test_in_an_admonition(self, extensions: list[str]) -> None:
        html, _ = convert(f"!!! note\n    text\n{indented(FENCE)}    more\n", *extensions)
        assert "<p>text</p>\n<figure>pkg.Net</figure>\n<p>more</p>\n</div>" in html

    def test_in_a_tab(self, extensions: list[str]) -> None:
        text = f'=== "A"\n\n{indented(FENCE)}\n=== "B"\n\n    text\n'
        html, _ = convert(text, *extensions, "pymdownx.tabbed")
        assert re.search(r'<div class="tabbed-block">\s*<figure>pkg.Net</figure>\s*</div>', html)

    def test_in_a_list_tight_or_loose(self, extensions: list[str]) -> None:
        for gap, depth in itertools.product(["", "\n"], [1, 2]):
            inner = indented(FENCE, "    " * depth)
            start = "1. one\n" if depth == 1 else "1. zero\n    - one\n"
            html, _ = convert(f"{start}{gap}{inner}{gap}2. two\n", *extensions)
            document = html5lib.HTMLParser(strict=True).parseFragment(html)
            items = [i for i in document.iter() if i.tag.endswith("}li")]
            holders = [i for i in items if any(c.tag.endswith("}figure") for c in i)]
            assert len(holders) == 1, html
            assert "one" in "".join(holders[0].itertext())
            assert "two" not in "".join(holders[0].itertext())

    def test_in_a_quote(self, extensions: list[str]) -> None:
        html, _ = convert(f"> text\n{indented(FENCE, '> ')}> more\n", *extensions)
        figure = "<blockquote>\n<p>text</p>\n<figure>pkg.Net</figure>\n<p>more</p>\n</blockquote>"
        assert html == figure

    def test_in_html_that_may_hold_markdown(self, extensions: list[str]) -> None:
        html, _ = convert(f'<div class="grid" markdown>\n\n{FENCE}\n</div>\n', *extensions, "md_in_html")
        assert re.search(r'<div class="grid">\s*<figure>pkg.Net</figure>\s*</div>', html)

    def test_not_in_another_fence(self, extensions: list[str]) -> None:
        html, live = convert(f"````md\n{FENCE}````\n\n{FENCE}", *extensions)
        assert len(live) == 1
        assert "torchview" in re.sub("<.*?>", "", html)
        assert live[0].fence.line == 7

    def test_not_in_indented_code(self, extensions: list[str]) -> None:
        text = "text\n\n    ```torchview\n    pkg.Net(\n\n      1)\n    ```\n\nend\n"
        html, live = convert(text, *extensions)
        assert not live
        assert "<pre><code>```torchview\npkg.Net(\n\n  1)\n```\n</code></pre>" in html

    def test_not_in_indented_code_of_a_list(self, extensions: list[str]) -> None:
        html, live = convert(f"- item\n\n{indented(FENCE, ' ' * 8)}\n", *extensions)
        assert not live
        assert "<pre><code>```torchview\npkg.Net\n```\n</code></pre>" in html

    def test_not_in_a_comment(self, extensions: list[str]) -> None:
        html, live = convert(f"<!--\n{FENCE}-->\n\n{FENCE}", *extensions)
        assert len(live) == 1
        assert re.fullmatch(r"<!--\s*-->\s*<figure>pkg.Net</figure>", html)
        assert live[0].fence.options == {}

    def test_a_header_that_cannot_be_parsed_takes_only_its_fence(self, extensions: list[str]) -> None:
        text = f"# T\n\n```torchview depth=2\npkg.Bad\n```\n\ntext\n\n{FENCE}"
        html, live = convert(text, *extensions)
        assert html.endswith("<figure>!</figure>\n<p>text</p>\n<figure>pkg.Net</figure>")
        assert [request.fence.line for request in live] == [3, 9]
        assert isinstance(live[0].wanted, Failure)
        assert live[0].text == "pkg.Bad"

    def test_a_header_gives_options(self, extensions: list[str]) -> None:
        text = '```torchview {depth=2 .wide #fig}\npkg.A\n```\n\n```torchview depth="3"\npkg.B\n```\n'
        _, live = convert(text, *extensions)
        first, second = (request.wanted for request in live)
        assert first == FigureSpec("pkg.A", depth=2, class_=("wide",), name="fig")
        assert second == FigureSpec("pkg.B", depth=3)

    def test_every_fence_knows_its_line(self, extensions: list[str]) -> None:
        nested = f"- item\n\n{indented(FENCE)}\n```torchview x=1\n```\n\n{indented(FENCE, '> ')}\n"
        text = f"# T\n\n{FENCE}\n{nested}"
        _, live = convert(text, *extensions, "meta", "toc")
        assert sorted(request.fence.line for request in live) == [3, 9, 13, 16]

    def test_a_caption_is_a_line_of_markdown(self, extensions: list[str]) -> None:
        caption = "1. *See* `a<b` [there](x.md) & <b>that</b>, [ref] \\*"
        text = f"```torchview\npkg.Net\ncaption: {caption}\n```\n\n[ref]: y.md\n"
        _, live = convert(text, *extensions)
        assert live[0].caption == (
            '1. <em>See</em> <code>a&lt;b</code> <a href="x.md">there</a> &amp; <b>that</b>, '
            '<a href="y.md">ref</a> *'
        )

    def test_any_order_of_extensions(self, extensions: list[str]) -> None:
        for before in (True, False):
            requests: list[Request] = []
            ours: list[str | markdown.Extension] = [TorchviewExtension(requests=requests)]
            order = [*extensions, *ours] if before else [*ours, *extensions]
            assert len(marked(markdown.markdown(FENCE, extensions=order), 1)) == 1

    def test_one_instance_converts_many_texts(self, extensions: list[str]) -> None:
        requests: list[Request] = []
        md = markdown.Markdown(extensions=[TorchviewExtension(requests=requests), *extensions])
        for line in (1, 3):
            html = md.reset().convert("\n" * (line - 1) + FENCE)
            assert requests[marked(html, len(requests))[0]].fence.line == line


def test_superfences_keeps_its_other_fences_and_its_tabs() -> None:
    config = {
        SUPERFENCES: {"preserve_tabs": True, "custom_fences": [{"name": "mermaid", "class": "mermaid"}]}
    }
    requests: list[Request] = []
    html = markdown.markdown(
        "```mermaid\na\n```\n\n```make\nx:\n\ty\n```\n\n"
        f"{FENCE}\n```torchview {{depth=2 .wide}}\npkg.B\n```\n",
        extensions=[TorchviewExtension(requests=requests), SUPERFENCES, "attr_list"],
        extension_configs=config,
    )
    assert '<pre class="mermaid"><code>a</code></pre>' in html
    assert "\t" in html
    assert [requests[number].wanted for number in marked(html, len(requests))] == [
        FigureSpec("pkg.Net"), FigureSpec("pkg.B", depth=2, class_=("wide",)),
    ]  # fmt: skip


def test_superfences_given_as_an_instance_is_found_too() -> None:
    from pymdownx.superfences import SuperFencesCodeExtension

    requests: list[Request] = []
    superfences = SuperFencesCodeExtension()
    for _ in range(2):
        html = markdown.markdown(FENCE, extensions=[TorchviewExtension(requests=requests), superfences])
        assert len(marked(html, len(requests))) == 1
    assert [entry["name"] for entry in superfences.superfences].count("torchview") == 1


def test_a_page_without_figures_is_converted_as_without_the_extension() -> None:
    text = "# T\n\n    code\n\n- a\n- b\n\n```python\nx\n```\n\n> q\n\n<div>x</div>\n"
    for extensions in ([SUPERFENCES], ["fenced_code"], []):
        plain = markdown.markdown(text, extensions=extensions)
        assert markdown.markdown(text, extensions=[makeExtension(), *extensions]) == plain


def test_a_wrong_option_of_the_extension_is_an_error() -> None:
    with pytest.raises(OptionError, match="did you mean 'depth'"):
        markdown.markdown("", extensions=["torchview"], extension_configs={"torchview": {"dpeth": 2}})


def test_marks_in_comments_are_taken_away() -> None:
    html = f"{mark(0)}<!-- a {mark(1)} b --><!-- c -->{mark(2)}"
    assert marked(html, 3) == [0, 2]
    assert fill(html, str, 3) == "0<!-- a  b --><!-- c -->2"


def test_what_looks_like_a_mark_and_was_never_made_is_text() -> None:
    html = mark(0) + mark(7)
    assert marked(html, 1) == [0]
    assert fill(html, str, 1) == "0" + mark(7)
