"""A case: one network of one package, how it is built and what it is called with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

__all__ = ["Call", "Case", "Way"]


@dataclass(frozen=True)
class Call:
    """What a model is called with."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """Which of a case's models and calls: the first pair that ran."""

    model: int = 0
    call: int = 0


@dataclass(frozen=True)
class Case:
    """One network.

    Attributes:
        package: The package that it comes from.
        name: Unique in the package.
        models: Ways to build it, the smallest first; each gives a new model with random weights.
        calls: Ways to call such a model, the fullest first.
    """

    package: str
    name: str
    models: tuple[Callable[[], torch.nn.Module], ...]
    calls: tuple[Callable[[torch.nn.Module], Call], ...]

    def build(self, way: Way) -> tuple[torch.nn.Module, Call]:
        """A new model, the same every time, in eval mode, and the arguments of its call."""
        import torch

        torch.manual_seed(0)
        model = self.models[way.model]().eval()
        torch.manual_seed(1)
        return model, self.calls[way.call](model)
