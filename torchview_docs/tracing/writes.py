"""Writes: which tensors an operation has changed in place.

Torch counts the writes into each storage; views count with their base, so what is merely another
view of the target must be told from it. Running statistics are changed without being counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from torchview_docs.tracing.containers import tensors
from torchview_docs.tracing.functions import short_name
from torchview_docs.tracing.internals import storage_address

__all__ = ["statistics", "targets", "updates_statistics"]

#: Functions that update running statistics: the positions of these, and of the flag that says so.
_UPDATING: dict[Any, tuple[tuple[int, int], tuple[str, str], int, str, bool]] = {
    functional.batch_norm: ((1, 2), ("running_mean", "running_var"), 5, "training", False),
    torch.batch_norm: ((3, 4), ("running_mean", "running_var"), 5, "training", False),
    functional.instance_norm: ((1, 2), ("running_mean", "running_var"), 5, "use_input_stats", True),
}


def updates_statistics(function: Any) -> bool:
    """Whether it is one of the functions that may update running statistics."""
    return function in _UPDATING


def statistics(function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> list[torch.Tensor]:
    """The running statistics that an operation updates."""
    known = _UPDATING.get(function)
    if known is None:
        return []
    places, names, flag, word, default = known
    if not (args[flag] if len(args) > flag else kwargs.get(word, default)):
        return []
    found = [args[i] if len(args) > i else kwargs.get(name) for i, name in zip(places, names, strict=True)]
    return [t for t in found if isinstance(t, torch.Tensor)]


def targets(
    function: Any, written: list[torch.Tensor], args: Sequence[Any], kwargs: dict[str, Any]
) -> list[torch.Tensor]:
    """Those of `written`, all tensors with a new count, that the operation was to change."""
    if "out" in kwargs:
        chosen = tensors((kwargs["out"],), None)
    elif args and isinstance(args[0], torch.Tensor) and any(args[0] is t for t in written):
        chosen = [args[0]]
    elif short_name(function).startswith("_foreach"):
        chosen = tensors(args[:1], None)
    else:
        return written
    storages = {_storage(t) for t in chosen}
    return [*chosen, *(t for t in written if _storage(t) not in storages)]


def _storage(t: torch.Tensor) -> int:
    return int(storage_address(t)) if t.layout is torch.strided and not t.is_nested else id(t)
