"""Attributes: what hangs at a module, looked through once for all who want to know.

Of the thirty or so that a module has, two thirds are torch's own containers, mostly empty; of the
others most are numbers and names. What is left is looked at by whoever names modules, finds the
tensors that they hold, or saves what a run may change.
"""

from __future__ import annotations

import types
from collections import OrderedDict
from typing import Any

import torch

__all__ = ["ATOMS", "REGISTERED", "Attributes"]

#: Classes of what holds nothing.
ATOMS = frozenset({bool, int, float, str, type(None), types.FunctionType})
#: Where torch keeps what it registers.
REGISTERED = frozenset({"_modules", "_parameters", "_buffers"})
_CONTAINERS = frozenset({dict, OrderedDict, list, set})


class Attributes:
    """The attributes of a module as they were when it was looked at.

    Attributes:
        module: Whose they are.
        values: All, by name.
        empty: The lists, dicts and sets that were empty.
        rest: Name and value of what may hold something, in order: neither empty nor an atom.
    """

    __slots__ = ("empty", "module", "rest", "values")

    def __init__(self, module: torch.nn.Module) -> None:
        self.module = module
        self.values: dict[str, Any] = dict(vars(module))
        self.empty: list[Any] = []
        self.rest: list[tuple[str, Any]] = []
        for name, value in self.values.items():
            kind = type(value)
            if kind in ATOMS:
                continue
            if kind in _CONTAINERS and not value:
                self.empty.append(value)
            elif kind is not tuple or not ATOMS.issuperset(map(type, value)):
                self.rest.append((name, value))

    def tensors(self) -> dict[str, torch.Tensor]:
        """Those that are tensors, which torch does not register."""
        return {name: value for name, value in self.rest if isinstance(value, torch.Tensor)}
