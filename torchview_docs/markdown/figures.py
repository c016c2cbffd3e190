"""The figures of one page as HTML.

Ids are made of the figure's name, else of what it shows, so that they are the same in every build
and a new figure on a page does not change those of the others.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torchview_docs.drawing.svg import escape, svg
from torchview_docs.errors import Failure, TraceError, ViewError
from torchview_docs.markdown.requests import Request
from torchview_docs.markup import error_box, figure_box
from torchview_docs.placeholders import filled, placeholders
from torchview_docs.spec import FigureSpec

if TYPE_CHECKING:
    from torchview_docs.build import Figure

__all__ = ["PageFigures", "Placed"]


logger = logging.getLogger("torchview_docs")


@dataclass(frozen=True)
class Placed:
    """A figure's HTML, in the parts that a search index should and should not see.

    Attributes:
        head: The opening tag.
        box: The drawing, or the box that says why there is none.
        tail: The caption and the closing tag.
        failure: Why there is no drawing.
    """

    head: str
    box: str
    tail: str
    failure: Failure | None = None

    def __str__(self) -> str:
        return self.head + self.box + self.tail


@dataclass
class PageFigures:
    """Makes the figures of one page, in order.

    Attributes:
        results: What was found for each figure.
        link: Gives the address that a class or function links to from this page.
        ids: The ids of the figures that have been made.
    """

    results: Mapping[FigureSpec, Figure | Failure]
    link: Callable[[str], str | None] | None = None
    ids: set[str] = field(default_factory=set)

    def result(self, request: Request) -> Figure | Failure:
        """What was found for a request."""
        return request.wanted if isinstance(request.wanted, Failure) else self.results[request.wanted]

    def place(self, request: Request) -> Placed:
        """The figure of a request, or the box that says why there is none."""
        spec = request.wanted
        if isinstance(spec, Failure):
            return _failed(request, "", spec)
        # A figure that failed keeps its name, so that links to it still find something.
        result, ident = self.results[spec], self._id(spec)
        name = ident if spec.name else ""
        if isinstance(result, Failure):
            return _failed(request, name, result)
        try:
            box = self._draw(spec, result, ident)
            caption = _caption(request, result)
        except (TraceError, ViewError) as error:
            return _failed(request, name, error.failure)
        except Exception as error:
            # One figure that we cannot draw must not cost the site.
            logger.debug("drawing of %s failed", spec.model, exc_info=True)
            cause = f"{type(error).__name__}: {error}"
            return _failed(
                request, name, Failure("internal", f"It was traced and cannot be drawn ({cause}).", _REPORT)
            )
        return Placed(
            head=f"<figure {_attributes(['torchview', *spec.class_], ident)}>",
            # Material's and Zensical's search know this attribute.
            box=f"<div data-search-exclude>{box}</div>",
            tail=f"<figcaption>{caption}</figcaption></figure>" if caption else "</figure>",
        )

    def _draw(self, spec: FigureSpec, figure: Figure, ident: str) -> str:
        drawing = figure.drawing
        description = spec.alt or drawing.description
        drawn = svg(drawing, prefix=ident, title=drawing.title, desc=description, link=self.link)
        return figure_box(drawn, spec, drawing.remarks, drawing.layers)

    def _id(self, spec: FigureSpec) -> str:
        name = re.sub(r"[^\w.-]+", "-", spec.name or "").strip("-.").lower() if spec.name else ""
        stem = name or f"torchview-{spec.view_key[:8]}"
        ident, count = stem, 1
        while ident in self.ids:
            count += 1
            ident = f"{stem}-{count}"
        self.ids.add(ident)
        return ident


def _caption(request: Request, figure: Figure) -> str:
    """The caption as HTML, with what its placeholders say."""
    if not placeholders(request.caption):
        return request.caption
    return filled(request.caption, {word: escape(said) for word, said in figure.drawing.facts})


_REPORT = "This is a fault of torchview-docs; please report it."


def _attributes(classes: Iterable[str], ident: str) -> str:
    name = f' id="{escape(ident)}"' if ident else ""
    return f'class="{escape(" ".join(classes))}"{name}'


def _failed(request: Request, ident: str, failure: Failure) -> Placed:
    """A box without caption: it is no figure, and themes give figures a style of their own."""
    return Placed(
        head=f"<div {_attributes(['torchview'], ident)} data-search-exclude>",
        box=error_box(failure, request.text),
        tail="</div>",
        failure=failure,
    )
