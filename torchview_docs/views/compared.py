"""`compared`: two graphs, each with what is looked at of it, as one."""

from __future__ import annotations

from torchview_docs.collection import no_collection
from torchview_docs.comparison.comparing import merge
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.views.naming import named_on_either
from torchview_docs.views.view import Fits, Prepared, prepare, shown

__all__ = ["compared", "view_of_both"]


def compared(old: Graph, new: Graph, spec: FigureSpec) -> Prepared:
    """Both graphs as one; what is hidden and simplified away is so before they are compared.

    Args:
        old: What ran before.
        new: What ran after.
        spec: The figure's options, with those of the side before in it.

    Raises:
        ViewError: An option names a part that neither model has.
    """
    if spec.old is None:
        raise ValueError("the figure compares nothing")
    with no_collection():
        hidden = named_on_either((old, new), spec.hide, "hide")
        before, after = prepare(old, spec.old, hidden[0]), prepare(new, spec, hidden[1])
        done = merge(before.graph, after.graph, counts=spec.fold)
        around = {done.names.get(scope, scope) if scope is not None else None for scope in before.around}
        return Prepared(done.graph, frozenset(around | after.around))


def view_of_both(whole: Prepared, spec: FigureSpec, fits: Fits | None = None) -> Graph:
    """What the figure shows of both, as `view` does of one.

    Raises:
        ViewError: An option names a part that neither model has.
    """
    with no_collection():
        return shown(whole.graph, lambda: whole, spec, fits)
