"""Case: a model to trace, what it is called with, and what must be true of its graph."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

#: Name of an input and number of an output.
Path = tuple[str, int]


@dataclass
class Case:
    """A model and its inputs.

    Attributes:
        model: The model.
        args: What it is called with.
        inputs: The tensors in it, by the names that placeholders must have.
        kwargs: What it is called with by name.
        device: The rung that `device: auto` must end on.
        edges: What some nodes use, exactly: names of nodes, one for each use, in order.
        lost: Dependences that no graph can show, since the value went where nobody can follow.
        more: Paths where an input changes nothing that a perturbation sees.
        inside: Classes of modules that are called inside of what is one node.
    """

    model: nn.Module
    args: tuple[Any, ...]
    inputs: dict[str, torch.Tensor]
    kwargs: dict[str, Any] = field(default_factory=dict)
    device: str = "meta"
    edges: Mapping[str, str] = field(default_factory=dict)
    lost: frozenset[Path] = frozenset()
    more: frozenset[Path] = frozenset()
    inside: tuple[str, ...] = ()


CASES: dict[str, Callable[[], Case]] = {}


def case(
    make: Callable[[], nn.Module],
    *args: Any,
    name: str,
    names: str = "x",
    device: str = "meta",
    edges: Mapping[str, str] | None = None,
    lost: str = "",
    more: str = "",
    inside: str = "",
    **kwargs: Any,
) -> None:
    """Register a case.

    Args:
        make: Makes the model.
        *args: What it is called with; callables are called.
        name: What is nasty about it.
        names: Names of the placeholders of the tensors in the arguments, separated by spaces.
        device: As in `Case`.
        edges: As in `Case`.
        lost: As in `Case`, written `x>0 y>1`.
        more: As in `Case`, written `x>0 y>1`.
        inside: As in `Case`, separated by spaces.
        **kwargs: What the model is called with by name.
    """
    assert name not in CASES, name

    def built() -> Case:
        torch.manual_seed(0)
        tensors = [t() if callable(t) else t for t in args]
        words = {k: v() if callable(v) else v for k, v in kwargs.items()}
        given = [t for t in [*tensors, *words.values()] if isinstance(t, torch.Tensor)]
        inputs = dict(zip(names.split(), given, strict=False))
        return Case(
            make(),
            tuple(tensors),
            inputs,
            words,
            device=device,
            edges=edges or {},
            lost=_paths(lost),
            more=_paths(more),
            inside=tuple(inside.split()),
        )

    CASES[name] = built


def _paths(text: str) -> frozenset[Path]:
    pairs = (part.split(">") for part in text.split())
    return frozenset((name, int(output)) for name, output in pairs)


class Model(nn.Module):
    """A layer and a forward pass given as a function of (self, inputs)."""

    def __init__(self, run: Any, **parts: nn.Module) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        for name, part in parts.items():
            setattr(self, name, part)
        self.run = run

    def forward(self, x: torch.Tensor, y: torch.Tensor | None = None) -> Any:
        return self.run(self, x) if y is None else self.run(self, x, y)


def nasty(
    name: str,
    *shapes: Any,
    device: str = "meta",
    edges: Mapping[str, str] | None = None,
    lost: str = "",
    more: str = "",
    inside: str = "",
    **parts: Any,
) -> Any:
    """Register a function of (self, x) or (self, x, y) as the forward pass of a model with `layer` and parts.

    Args:
        name: What is nasty about it.
        *shapes: Of the inputs; `(2, 3)` where there is none; what is no tuple makes the input.
        device: As in `case`, and so are the rest.
        edges: See there.
        lost: See there.
        more: See there.
        inside: See there.
        **parts: Attributes of the model, made by calling them.
    """

    def register(run: Any) -> Any:
        def make() -> nn.Module:
            return Model(run, **{k: v() for k, v in parts.items()})

        inputs = (f(*s) if isinstance(s, tuple) else s for s in shapes or ((2, 3),))
        rest: dict[str, Any] = {
            "device": device,
            "edges": edges,
            "lost": lost,
            "more": more,
            "inside": inside,
        }
        case(make, *inputs, names="x y", name=name, **rest)  # type: ignore[arg-type]
        return run

    return register


def f(*shape: int) -> Callable[[], torch.Tensor]:
    """Makes random floats."""
    return lambda: torch.randn(shape)


def ids(*shape: int, high: int = 10) -> Callable[[], torch.Tensor]:
    """Makes random whole numbers."""
    return lambda: torch.randint(0, high, shape)


def quietly(function: Any, *args: Any) -> Any:
    """Call what is deprecated: it is still met in the wild."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args)
