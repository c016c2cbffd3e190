"""Counts of the parameters of modules, each parameter once."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

import torch

from torchview_docs.graph import Parameters
from torchview_docs.tracing.internals import is_shapeless, parameters, submodules

__all__ = ["ParameterCounts"]


#: How a parameter counts: its elements, whether it is trained, and its dtype.
_Counted: TypeAlias = "tuple[int, bool, torch.dtype]"

_NONE = Parameters(0, 0, 0)


class ParameterCounts:
    """Counts of modules' parameters; one that is shared counts once, lazy ones not yet."""

    def __init__(self) -> None:
        self._found: dict[int, Parameters] = {}
        #: Of each module, the parameters in it and below, by id.
        self._below: dict[int, dict[int, _Counted]] = {}

    def of(self, module: torch.nn.Module) -> Parameters:
        """Those of one module."""
        found = self._found.get(id(module))
        if found is None:
            found = self._found[id(module)] = self._sum(module)
        return found

    def _sum(self, module: torch.nn.Module) -> Parameters:
        below = self._in(module)
        if not below:
            return _NONE
        counted = below.values()
        total = own = sum([elements for elements, _, _ in counted])
        if submodules(module):
            mine = {id(p) for p in parameters(module).values()}
            own = sum([below[key][0] for key in mine if key in below])
        trainable = sum([elements for elements, trained, _ in counted if trained])
        return Parameters(own, total, trainable, _dtypes(counted))

    def _in(self, module: torch.nn.Module) -> dict[int, _Counted]:
        below = self._below.get(id(module))
        if below is None:
            below = self._below[id(module)] = _own(module)  # before its children, which may hold it again
            for child in submodules(module).values():
                if child is not None:
                    below |= self._in(child)
        return below


def _own(module: torch.nn.Module) -> dict[int, _Counted]:
    return {
        id(p): (p.numel(), p.requires_grad, p.dtype)
        for p in parameters(module).values()
        if p is not None and not is_shapeless(p)
    }


def _dtypes(counted: Collection[_Counted]) -> str:
    """The dtypes of parameters, that of most elements first."""
    elements: dict[torch.dtype, int] = {}
    for count, _, dtype in counted:
        elements[dtype] = elements.get(dtype, 0) + count
    names = sorted(elements, key=elements.__getitem__, reverse=True)
    return ", ".join([str(dtype).removeprefix("torch.") for dtype in names])
