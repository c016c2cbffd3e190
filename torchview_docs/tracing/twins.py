"""Twins: meta tensors that stand for real ones where these meet tensors without data."""

from __future__ import annotations

import torch

from torchview_docs.tracing.fallbacks import meta_like

__all__ = ["Twins"]


class Twins:
    """The twins of one run."""

    def __init__(self) -> None:
        #: By id of whom they stand for: that, and the twin.
        self._twins: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        #: By their own id: the twin, and whom it stands for.
        self._originals: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def of(self, t: torch.Tensor) -> torch.Tensor:
        """The twin of a tensor; the same as long as that has the same shape."""
        known = self._twins.get(id(t))
        made = known[1] if known is not None and _alike(known, t) else meta_like(t)
        if t.requires_grad and t.is_leaf and torch.is_grad_enabled():
            made.requires_grad_(True)  # `torch.autograd.grad` will ask for the gradient of its twin
        self._twins[id(t)] = (t, made)
        self._originals[id(made)] = (made, t)
        return made

    def original(self, twin: torch.Tensor) -> torch.Tensor | None:
        """Whom a meta tensor stands for."""
        known, original = self._originals.get(id(twin), (None, None))
        return original if known is twin else None


def _alike(known: tuple[torch.Tensor, torch.Tensor], t: torch.Tensor) -> bool:
    original, twin = known
    return original is t and twin.shape == t.shape and twin.stride() == t.stride()
