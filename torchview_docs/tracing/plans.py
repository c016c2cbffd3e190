"""Plan: what a graph says of an operation that does not depend on which tensors came.

Equal operations follow the same plan, so a model of many equal layers needs few.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from torchview_docs.tracing.config import config_of
from torchview_docs.tracing.functions import Kind, kind_of, short_name
from torchview_docs.tracing.naming import FunctionName, name_of
from torchview_docs.tracing.packed import operands
from torchview_docs.tracing.record import Op
from torchview_docs.tracing.tensors import Value
from torchview_docs.tracing.writes import updates_statistics

__all__ = ["Plan", "Plans", "renames"]


class Plan(NamedTuple):
    """How one operation is drawn up.

    Attributes:
        kind: What it does.
        name: How it appears.
        short: The last part of its name.
        config: Its arguments that are no tensors.
        paths: As what argument each tensor comes.
        statistics: Whether it may update running statistics.
        renames: Whether it only gives a tensor another name (see `renames`).
    """

    kind: Kind
    name: FunctionName
    short: str
    config: str
    paths: tuple[str, ...]
    statistics: bool
    renames: bool


class Plans:
    """The plans of one run."""

    def __init__(self) -> None:
        self._known: dict[Any, Plan] = {}
        #: By id: a recipe is one object, and lives as long as its operations.
        self._by_recipe: dict[int, Plan] = {}

    def of(self, op: Op) -> tuple[Plan, tuple[Value, ...]]:
        """The plan of an operation, and the tensors that it uses in the order of the plan's paths."""
        if op.key is None:
            return _draw_up(op)
        known = self._by_recipe.get(id(op.recipe)) if op.recipe is not None else None
        if known is None:
            known = self._known.get((op.function, op.key))
            if known is None:
                known = self._known[op.function, op.key] = _draw_up(op)[0]
            if op.recipe is not None:
                self._by_recipe[id(op.recipe)] = known
        return known, op.operands[::-1] if known.name.swapped else op.operands


def _draw_up(op: Op) -> tuple[Plan, tuple[Value, ...]]:
    kind = Kind.ORDINARY if isinstance(op.function, str) else kind_of(op.function)
    name = name_of(op.function, len(op.args), len(op.kwargs))
    args = tuple(reversed(op.args)) if name.swapped else op.args
    used = list(operands(args, op.kwargs))
    plan = Plan(
        kind,
        name,
        name.short,
        config_of(op.function, name, args, op.kwargs),
        tuple([path for path, _ in used]),
        updates_statistics(op.function),
        renames(op.function),
    )
    return plan, tuple([value for _, value in used])


@lru_cache(maxsize=4096)
def renames(function: Any) -> bool:
    """Whether it is `x.data`, `x.data = y` or `x.set_(y)`: another name for a tensor, nothing computed."""
    if isinstance(function, str):
        return False
    kind = kind_of(function)
    return kind is Kind.SET_DATA or (kind is Kind.VIEW and short_name(function) == "data")
