"""The Python-Markdown extension: finds the fences of a page and puts figures in their place.

Where pymdownx.superfences is loaded, it finds them, wherever it finds code, and hands them to us;
where not, a preprocessor of our own does the same job. Either way the scan of `fences` goes first:
it knows the lines, and it takes out the fences whose header superfences cannot parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.util import HTML_PLACEHOLDER

from torchview_docs.markdown.captions import caption_html
from torchview_docs.markdown.fences import Fence, FenceLines, scan
from torchview_docs.markdown.marks import is_mark, mark, marked
from torchview_docs.markdown.requests import Request
from torchview_docs.markdown.session import Session
from torchview_docs.markdown.superfences import register
from torchview_docs.spec import FigureSpec

if TYPE_CHECKING:
    from markdown import Markdown
    from markdown.blockparser import BlockParser

__all__ = ["TorchviewExtension"]

#: After whitespace is normalised (30), before `meta` takes lines away (27) and code is found (25).
_BEFORE_CODE = 28
#: Before indented code (80), after what has an indentation of its own: lists (90), admonitions (105).
_AT_CODE = 81
#: After raw HTML has been put back (30).
_AFTER_HTML = 1

_PLACEHOLDER = re.compile(HTML_PLACEHOLDER % r"(\d+)")
_LIST_ITEM = re.compile(r" {0,3}(?:[*+-]|\d+\.|:) ")


class TorchviewExtension(Extension):
    """Figures for ```` ```torchview ```` fences.

    Args:
        requests: Where a host collects what the fences ask for; it puts figures in the place of
            the marks itself. Without it each page gets its figures at once.
        defaults: The project's defaults for the options of figures; with `requests` only.
        options: The project's settings and defaults for the options of figures, as in mkdocs.yml;
            `root`, the folder that relative paths start from and where pyproject.toml is looked
            for (the folder of Zensical's configuration, else the current one); and `strict`, to
            raise an error instead of showing it in the page (else by the environment variable
            TORCHVIEW_STRICT).
    """

    def __init__(
        self,
        *,
        requests: MutableSequence[Request] | None = None,
        defaults: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.requests = requests
        self.defaults = defaults or {}
        self.options = options

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Python-Markdown's name
        """Register the processors. What belongs to one page is theirs: one extension serves many."""
        page = _Page(md, self)
        md.registerExtension(page)  # type: ignore[arg-type]  # all that is asked of it is `reset`
        md.preprocessors.register(_Scan(md, page), "torchview_scan", _BEFORE_CODE)
        md.parser.blockprocessors.register(_Blocks(md.parser, page), "torchview_blocks", _AT_CODE)
        md.postprocessors.register(_Figures(md, page), "torchview_figures", _AFTER_HTML)


class _Page:
    """The fences of the text that a Markdown instance converts."""

    def __init__(self, md: Markdown, extension: TorchviewExtension) -> None:
        self.md = md
        self.shared = extension.requests
        self.session = Session.read(md, extension.options) if self.shared is None else None
        self.defaults = self.session.project.defaults if self.session else extension.defaults
        self.reset()

    def reset(self) -> None:
        """Forget the text before."""
        self.requests: MutableSequence[Request] = [] if self.shared is None else self.shared
        self.mine: set[int] = set()
        self.lines = FenceLines()
        self.taken: dict[str, list[str]] = {}

    def ask(self, fence: Fence) -> str:
        """The mark of a fence's figure; where superfences has found the fence, the scan knows its line."""
        fence = replace(fence, line=fence.line or self.lines.line(fence))
        self.requests.append(Request.read(fence, self.defaults))
        self.mine.add(len(self.requests) - 1)
        return mark(len(self.requests) - 1)

    def take(self, lines: Sequence[str], fence: Fence) -> str:
        """A line that stands for a fence; what it stands for can be put back."""
        placeholder = self.md.htmlStash.store(self.ask(fence))
        start, end = fence.span
        self.taken[placeholder] = [_cut(line, len(fence.prefix)) for line in lines[start:end]]
        return fence.prefix + placeholder

    def is_figure(self, line: str) -> bool:
        """Whether a line is the placeholder of a figure, ours or one that superfences has made."""
        found = _PLACEHOLDER.fullmatch(line.strip())
        stash = self.md.htmlStash.rawHtmlBlocks
        return found is not None and int(found[1]) < len(stash) and is_mark(str(stash[int(found[1])]))


def _cut(line: str, width: int) -> str:
    cut = 0
    while cut < min(width, len(line)) and line[cut] in "> ":
        cut += 1
    return line[cut:]


class _Scan(Preprocessor):
    """Finds the fences, and takes out those that superfences will not."""

    def __init__(self, md: Markdown, page: _Page) -> None:
        super().__init__(md)
        self.page = page

    def run(self, lines: list[str]) -> list[str]:
        fences = scan(lines)
        self.page.lines = FenceLines(lambda: fences)
        parses = register(self.md, self.page.ask)
        result, done = list[str](), 0
        for fence in fences:
            start, end = fence.span
            result += lines[done:start]
            if parses is not None and parses(lines[start]) and not fence.problem:
                result += lines[start:end]
            else:
                result.append(self.page.take(lines, fence))
            if end < len(lines) and _is_outside(lines[end], fence):
                result.append("")
            done = end
        return result + lines[done:]


def _is_outside(line: str, fence: Fence) -> bool:
    """Whether a line ends the list item, or whatever else is indented, that a fence is in.

    Markdown sees that only after an empty line.
    """
    return (
        bool(line.strip()) and not fence.prefix.strip() and len(line) - len(line.lstrip()) < len(fence.prefix)
    )


class _Blocks(BlockProcessor):
    """Gives a figure a block of its own, and puts back the fences that are indented code."""

    def __init__(self, parser: BlockParser, page: _Page) -> None:
        super().__init__(parser)
        self.page = page

    def test(self, parent: ET.Element, block: str) -> bool:  # noqa: ARG002
        return any(map(self.page.is_figure, block.split("\n")))

    def run(self, parent: ET.Element, blocks: list[str]) -> bool:
        lines = blocks[0].split("\n")
        if blocks[0].startswith(" " * self.tab_length):
            blocks[0] = "\n".join(self._put_back(lines))
            return False
        if len(lines) == 1:
            # In a tight list the paragraph processor would make it text of the item.
            ET.SubElement(parent, "p").text = blocks.pop(0).strip()
            return True
        if _LIST_ITEM.match(blocks[0]):
            return False
        parts: list[list[str]] = [[]]
        for line in lines:
            parts += [[line.strip()], []] if self.page.is_figure(line) else [[*parts.pop(), line]]
        blocks[0:1] = ["\n".join(part) for part in parts if part]
        return True

    def _put_back(self, lines: Sequence[str]) -> Iterator[str]:
        for line in lines:
            text = self.page.taken.get(line.strip())
            indentation = line[: len(line) - len(line.lstrip())]
            yield from [line] if text is None else [indentation + part for part in text]


class _Figures(Postprocessor):
    """Puts the figures into the page, or leaves that to the host."""

    def __init__(self, md: Markdown, page: _Page) -> None:
        super().__init__(md)
        self.page = page

    def run(self, text: str) -> str:
        requests = self.page.requests
        for number in marked(text, len(requests)):
            spec = requests[number].wanted
            if number in self.page.mine and isinstance(spec, FigureSpec) and spec.caption:
                requests[number] = replace(requests[number], caption=caption_html(self.md, spec.caption))
        if self.page.session is None:
            return text
        return self.page.session.fill(self.md, text, requests)
