"""Holdings: the parameters, buffers and constants of modules, by value."""

from __future__ import annotations

from typing import NamedTuple

import torch

from torchview_docs.tracing.internals import is_shapeless
from torchview_docs.tracing.modules import Modules
from torchview_docs.tracing.tensors import Tensors, Value

__all__ = ["Held", "Holdings"]


class Held(NamedTuple):
    """A tensor that modules hold: dotted name, `parameter`, `buffer` or `constant`, and all owners."""

    name: str
    kind: str
    owners: tuple[torch.nn.Module, ...]


class Holdings:
    """The tensors that modules hold, by value.

    They are looked up before the run, and once more when somebody asks for a value that was not
    there then: parameters are made and replaced while models run, but in few of them.
    """

    def __init__(self, modules: Modules, values: Tensors) -> None:
        self._modules = modules
        self._values = values
        self._count = len(modules.all)
        self._found = self._look()
        self._again = False

    def get(self, value: Value) -> Held | None:
        """What is known of a value; None where no module holds it."""
        found = self._found.get(value)
        if not self._again and (found is None or len(self._modules.all) != self._count):
            self._again = True
            self._found |= self._look(again=True)
            found = self._found.get(value)
        return found

    def on_storage(self, storage: int) -> Value | None:
        """The first value on a storage that a module holds."""
        return next((v for v in self._found if v.storage == storage), None)

    def _look(self, *, again: bool = False) -> dict[Value, Held]:
        found: dict[Value, Held] = {}
        for name, kind, tensor, owner in self._modules.tensors(again=again):
            if not is_shapeless(tensor):
                value = self._values.value(tensor)
                first = found.get(value)
                if first is None:
                    found[value] = Held(name, kind, (owner,))
                else:  # tied: the first name, all owners
                    found[value] = Held(first.name, first.kind, (*first.owners, owner))
        return found
