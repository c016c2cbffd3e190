"""What is shown for what an author wrote: a figure, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from torchview_docs.errors import Failure

if TYPE_CHECKING:
    from torchview_docs.build import Figure
    from torchview_docs.drawing.drawing import Remark
    from torchview_docs.spec import FigureSpec

__all__ = ["Drawn", "Failed", "Shown"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure to be shown as its author wrote it."""

    spec: FigureSpec
    figure: Figure

    @property
    def digest(self) -> str:
        """Changes with everything that a page shows of it."""
        return f"{self.figure.digest} {self.spec}"

    def html(self, prefix: str, link: Callable[[str], str | None] | None = None) -> str:
        """The figure as HTML.

        Args:
            prefix: Before the ids in its SVG.
            link: Gives the address of a class or function.
        """
        from torchview_docs.drawing.svg import svg
        from torchview_docs.markup import figure_box

        drawing = self.figure.drawing
        told = self.spec.alt or drawing.description
        written = svg(drawing, prefix=prefix, title=drawing.title, desc=told, link=link)
        # Where nothing is said, Sphinx's themes put captions into the middle.
        spec = self.spec if self.spec.align else replace(self.spec, align="center")
        return figure_box(written, spec, drawing.remarks, drawing.layers)

    def description(self) -> str:
        """What readers are told who do not see it, without a drawing."""
        from torchview_docs.markup import describe

        return self.spec.alt or describe(self.figure.view, self.spec, signs=self.figure.looks.signs)

    def remarks(self) -> tuple[Remark, ...]:
        """The notes of the figure, without a drawing."""
        return self.figure.looks.remarks

    def facts(self, *, drawn: bool) -> Mapping[str, str]:
        """What placeholders in its caption say.

        Args:
            drawn: Whether there is a drawing anyway.
        """
        from torchview_docs.drawing.facts import facts

        return dict(self.figure.drawing.facts if drawn else facts(self.figure.view))


@dataclass(frozen=True, slots=True)
class Failed:
    """A failure to be shown in the place of a figure; without a spec where that is what failed."""

    spec: FigureSpec | None
    failure: Failure

    @property
    def digest(self) -> str:
        """Changes with everything that a page shows of it."""
        return f"{self.failure!r} {self.spec}"

    def html(self, text: str) -> str:
        """The box that says why there is no figure.

        Args:
            text: What the author wrote.
        """
        from torchview_docs.markup import error_box

        return error_box(self.failure, text)

    def description(self) -> str:
        """The same in a sentence."""
        return f"This figure could not be drawn. {self.failure}"


Shown: TypeAlias = Drawn | Failed
