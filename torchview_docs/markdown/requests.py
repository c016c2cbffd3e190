"""Request: what one fence of a page asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torchview_docs.content import Content, ContentError
from torchview_docs.errors import Failure
from torchview_docs.markdown.fences import Fence
from torchview_docs.spec import FigureSpec

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """What a fence asks for.

    Attributes:
        fence: Where it is written.
        wanted: The figure, or what is wrong with the text.
        offset: Which line of the fence a message is about; 0 is the opening line.
        caption: The caption as HTML; empty where there is none.
    """

    fence: Fence
    wanted: FigureSpec | Failure
    offset: int = 0
    caption: str = ""

    @classmethod
    def read(cls, fence: Fence, defaults: Mapping[str, Any]) -> Request:
        """What the fence asks for, with the project's defaults for options that it does not give."""
        if fence.problem:
            return cls(fence, Failure("option", fence.problem))
        try:
            return cls(fence, Content.read(fence.text, fence.options).spec(defaults, compares=fence.compares))
        except ContentError as error:
            return cls(fence, error.failure, error.line)

    @property
    def text(self) -> str:
        """What the author wrote, for the box that stands in place of a figure that failed."""
        return self.fence.text.strip("\n")

    def message(self, failure: Failure, page: str, line: int) -> str:
        """A warning: where, which model, why.

        Args:
            failure: Why.
            page: The page's name; empty where it is not known.
            line: Of the fence's opening in the page; 0 where the page's file does not have it.
        """
        where = (
            f"{page}:{line}: " if page and line else f"line {line}: " if line else f"{page}: " if page else ""
        )
        model = f"{self.wanted.title}: " if isinstance(self.wanted, FigureSpec) else ""
        exactly = f" (line {line + self.offset})" if line and self.offset > 1 else ""
        origin = " (in a docstring, a macro or a snippet)" if page and not line else ""
        return f"torchview: {where}{model}{failure}{exactly}{origin}"
