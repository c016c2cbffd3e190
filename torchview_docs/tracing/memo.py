"""Memo: what equal operations on meta tensors give, so that each is computed once.

Meta kernels are Python and take hundreds of microseconds; making an empty tensor of a known shape
takes one. Only operations qualify whose results are plain tensors, each new and with a storage of
its own, or one of the arguments itself, and that write nothing but such an argument; the key says
everything that shapes can depend on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, TypeAlias

import torch

from torchview_docs.tracing.forms import Form
from torchview_docs.tracing.internals import any_autocast, storage_address

__all__ = ["Memo", "Recipe"]

#: A new tensor of this form, the argument with this number, or None.
Part: TypeAlias = "Form | int | None"


class Recipe(NamedTuple):
    """How a result is made again.

    Attributes:
        parts: Of a tuple; of a single tensor, one.
        single: Whether the result is no tuple.
        writes: Numbers of the arguments that are changed.
        flops: How many it takes, where they are counted.
        only: The form of the result, where it is one new tensor and nothing is changed.
    """

    parts: tuple[Part, ...]
    single: bool
    writes: tuple[int, ...]
    flops: int = 0
    only: Form | None = None


class Memo:
    """Recipes by operation and arguments; forgets everything when it holds `size`."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._recipes: dict[Hashable, Recipe] = {}
        #: How an equal operation's result was made.
        self.recall: Callable[[Hashable], Recipe | None] = self._recipes.get

    @staticmethod
    def key(function: Any, arguments: tuple[Hashable, ...]) -> Hashable | None:
        """What a result depends on; None while it depends on more (autograd, autocast)."""
        if torch.is_grad_enabled() or any_autocast():
            return None
        return (function, torch.get_default_dtype(), arguments)

    def put(self, key: Hashable, recipe: Recipe) -> None:
        """Remember how a result is made."""
        self._recipes[key] = recipe

    def keep(
        self, key: Hashable, result: Any, forms: dict[int, Form], used: Sequence[torch.Tensor], changed: Any
    ) -> Recipe | None:
        """Remember a result and say how, if it is one that can be made again.

        Args:
            key: The operation.
            result: What it gave.
            forms: The form of each tensor in it, by id.
            used: The tensors in its arguments.
            changed: Those that it has written to.
        """
        single = isinstance(result, torch.Tensor)
        if not single and (type(result) is not tuple or not result):
            return None
        taken = {storage_address(t) for t in used if t.layout is torch.strided and not t.is_nested}
        numbers = {id(t): i for i, t in reversed([*enumerate(used)])}
        parts: list[Part] = []
        for t in (result,) if single else result:
            if t is None or id(t) in numbers:
                parts.append(t if t is None else numbers[id(t)])
                continue
            if type(t) is not torch.Tensor or not t.is_meta or t.layout is not torch.strided or t.is_nested:
                return None
            address = storage_address(t)
            if address in taken or t.storage_offset():
                return None
            taken.add(address)
            parts.append(forms[id(t)])
        if not all(t.is_meta and id(t) in numbers for t in changed):
            return None
        if len(self._recipes) >= self._size:
            self._recipes.clear()
        writes = tuple([numbers[id(t)] for t in changed])
        only = parts[0] if single and not writes and isinstance(parts[0], Form) else None
        recipe = Recipe(tuple(parts), single, writes, only=only)
        self._recipes[key] = recipe
        return recipe
