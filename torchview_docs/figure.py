"""Figure: what was found for a spec, and what is drawn of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from torchview_docs.spec import FigureSpec
from torchview_docs.store import Store

if TYPE_CHECKING:
    from torchview_docs.drawing.drawing import Drawing
    from torchview_docs.drawing.looks import Looks
    from torchview_docs.graph import Graph
    from torchview_docs.views.view import Prepared

__all__ = ["ComparedFigure", "Figure"]


class Figure:
    """A figure that can be drawn; what it needs is read when it is asked for.

    Attributes:
        spec: What the author wrote.
        digest: 32 hexadecimal digits that change when anything that is drawn changes.
        sources: The project's files that it depends on.
    """

    def __init__(
        self,
        spec: FigureSpec,
        digest: str,
        sources: tuple[Path, ...],
        store: Store,
        load: Callable[[], Graph],
    ) -> None:
        self.spec = spec
        self.digest = digest
        self.sources = sources
        self._store = store
        self._load = load

    @cached_property
    def graph(self) -> Graph:
        """The graph as it was traced.

        Raises:
            TraceError: Its record has disappeared since, and the model cannot be traced any more.
        """
        return self._load()

    @cached_property
    def view(self) -> Graph:
        """The graph as the spec shows it."""
        from torchview_docs.drawing.page import fits
        from torchview_docs.views import view

        return view(self.graph, self.spec, fits)

    @property
    def looks(self) -> Looks:
        """How the parts of the view look."""
        from torchview_docs.drawing.looks import looks_of

        return looks_of(self.graph, self.view, self.spec)

    @cached_property
    def drawing(self) -> Drawing:
        """The figure laid out, with title and description; kept in the cache."""
        found = self._store.drawing(self.digest)
        if found is None:
            from torchview_docs.drawing.draw import draw
            from torchview_docs.markup import describe

            drawn, depth = draw(self.graph, self.view, self.spec)
            said = describe(self.view, self.spec, drawn.remarks, self.looks.signs)
            if depth is not None:
                said = f"{said} Drawn at depth {depth}: the whole is too large to be laid out."
                text = f"{self.spec.title} is drawn at depth {depth}: deeper it is too large to be laid out"
                self._store.note(f"size of {self.spec.title}", text)
            found = drawn._replace(description=said)
            self._store.save_drawing(self.digest, found)
        return found


class ComparedFigure(Figure):
    """A figure that compares two models; both are read when it is asked for.

    Its `graph` is both graphs as one (see `comparison`), without what is hidden and simplified away.
    """

    def __init__(
        self,
        spec: FigureSpec,
        digest: str,
        sources: tuple[Path, ...],
        store: Store,
        load: tuple[Callable[[], Graph], Callable[[], Graph]],
    ) -> None:
        super().__init__(spec, digest, sources, store, lambda: self._both.graph)
        self._sides = load

    @cached_property
    def _both(self) -> Prepared:
        from torchview_docs.views.compared import compared

        before, after = (load() for load in self._sides)
        return compared(before, after, self.spec)

    @cached_property
    def view(self) -> Graph:
        """What the spec shows of both graphs."""
        from torchview_docs.drawing.page import fits
        from torchview_docs.views.compared import view_of_both

        return view_of_both(self._both, self.spec, fits)
