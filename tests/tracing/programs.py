"""Random programs: modules made of steps, and what each output of one depends on.

A program is run twice: by torch, and by an oracle on numpy arrays of bit masks, one bit per input.
Views of these share memory as the tensors' do, so overlap is numpy's business, not the tracer's.
An operation reads all of its operands; what it makes carries all that it has read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from torch import nn

INPUTS = 3
SIZE = 4
INDICES: list[Any] = [
    (slice(0, 2),),
    (slice(None), slice(1, 3)),
    (slice(None), slice(0, 1)),
    (slice(None, None, 2),),
    (slice(None), slice(1, None, 2)),
    (1,),
    (Ellipsis, 0),
    (Ellipsis,),
    (None, slice(2, None)),
]

KINDS = [
    *["double", "mix", "mix", "write", "write", "write mask", "add_", "copy_", "relu_", "out", "foreach"],
    *["view", "view", "view", "transpose", "flatten", "chunk", "unbind", "detach", "data", "gather"],
    *["zeros", "linear", "same", "list", "dict", "stack", "function", "stash", "recall"],
]


@dataclass(frozen=True)
class Step:
    """One step: `left` and `right` choose among what is alive; a block has steps of its own."""

    kind: str
    left: int
    right: int
    index: int
    inner: tuple[Step, ...] = ()


_numbers = st.integers(0, 20)
_indices = st.integers(0, len(INDICES) - 1)
_plain = st.builds(Step, st.sampled_from(KINDS), _numbers, _numbers, _indices)


def _blocks(inner: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    bodies = st.lists(inner, min_size=1, max_size=5).map(tuple)
    return st.builds(Step, st.just("block"), _numbers, _numbers, _indices, bodies)


# Mostly plain steps, and blocks in blocks now and then.
steps = st.lists(
    st.one_of(_plain, _plain, _plain, _blocks(st.one_of(_plain, _plain, _blocks(_plain)))),
    min_size=1,
    max_size=14,
)


def fits(shape: tuple[int, ...], index: Any) -> bool:
    """Whether an index can be applied, and gives something."""
    wanted = sum(1 for part in index if part is not None and part is not Ellipsis)
    return (
        wanted <= len(shape) and not (1 in index and shape[0] < 2) and 0 not in np.zeros(shape)[index].shape
    )


# -- by torch -----------------------------------------------------------------------------


class Pair(nn.Module):
    """A list in, a list out."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(SIZE, SIZE)

    def forward(self, parts: list[torch.Tensor]) -> list[torch.Tensor]:
        return [self.linear(torch.zeros(SIZE) + parts[0].sum()), (parts[1] * 2).contiguous()]


class Keyed(nn.Module):
    """A nested dict in, a dict out, and one of its parts as it came."""

    def forward(self, *, batch: dict[str, Any]) -> dict[str, Any]:
        return {"sum": torch.zeros(SIZE) + batch["x"].sum() + batch["more"][0].sum(), "same": batch["x"]}


class Triple(torch.autograd.Function):
    """Opaque to all but its own forward."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return (x * 3).contiguous()


class Program(nn.Module):
    """Runs steps. What is new is made contiguous, as in numpy: both may be flattened where one may."""

    def __init__(self, program: list[Step]) -> None:
        super().__init__()
        self.shared = nn.ModuleDict(
            {"linear": nn.Linear(SIZE, SIZE), "same": nn.Identity(), "pair": Pair(), "keyed": Keyed()}
        )
        self.body = Block(tuple(program), self.shared)

    def forward(self, *inputs: torch.Tensor) -> list[torch.Tensor]:
        return self.body(list(inputs))


class Block(nn.Module):
    """Steps as a module; blocks in it are modules of their own, called anew or again."""

    def __init__(self, program: tuple[Step, ...], shared: nn.ModuleDict) -> None:
        super().__init__()
        self.program = program
        self.shared = [shared]  # in a list: all blocks use the same modules
        inner = [step for step in program if step.kind == "block"]
        self.blocks = nn.ModuleList(Block(step.inner, shared) for step in inner)
        self.kept: torch.Tensor | None = None

    def forward(self, live: list[torch.Tensor]) -> list[torch.Tensor]:
        live = [*live, torch.zeros(SIZE, SIZE)]  # so that it is no call without children
        blocks = iter(self.blocks)
        self.kept = None
        for step in self.program:
            a, b = live[step.left % len(live)], live[step.right % len(live)]
            if step.kind == "block":
                live += next(blocks)([a, b])[-2:]
            else:
                self._step(step, a, b, INDICES[step.index], live)
        return live

    def _step(
        self, step: Step, a: torch.Tensor, b: torch.Tensor, index: Any, live: list[torch.Tensor]
    ) -> None:
        shared = self.shared[0]
        match step.kind:
            case "double":
                live.append((a * 2).contiguous())
            case "mix":
                live.append((a + b.sum()).contiguous())
            case "write" if fits(a.shape, index):
                a[index] = b.sum()
            case "write mask":
                a[torch.ones(a.shape, dtype=torch.bool)] = b.sum()
            case "add_":
                a.add_(b.sum())
            case "copy_":
                a.copy_(b.sum())
            case "relu_":
                nn.functional.relu(a, inplace=True)
            case "out":
                torch.mul(b.sum().expand(a.shape), 2, out=a)
            case "foreach":
                torch._foreach_add_([a], [b.sum().expand(a.shape)])
            case "view" if fits(a.shape, index):
                live.append(a[index])
            case "transpose" if a.ndim:
                live.append(a.transpose(0, -1))
            case "flatten" if a.is_contiguous():
                live.append(a.view(-1))
            case "chunk" if a.ndim and a.shape[-1] == SIZE:
                live += a.chunk(2, dim=-1)
            case "unbind" if a.ndim:
                live += list(a)[:2]
            case "detach":
                live.append(a.detach())
            case "data":
                live.append(a.data)
            case "gather" if a.ndim:
                live.append(a[torch.zeros(2, dtype=torch.long)].contiguous())
            case "zeros":
                live.append(torch.zeros(SIZE, SIZE))
            case "linear" if a.ndim and a.shape[-1] == SIZE:
                live.append(shared["linear"](a))
            case "same":
                live.append(shared["same"](a))
            case "list":
                live += shared["pair"]([a, b])
            case "dict":
                live += shared["keyed"](batch={"x": a, "more": (b, None)}).values()
            case "stack":
                live.append(torch.stack([a.sum(), b.sum()]))
            case "function":
                live.append(Triple.apply(a))
            case "stash":
                self.kept = a
            case "recall" if self.kept is not None:
                live.append(self.kept)


# -- by the oracle ------------------------------------------------------------------------


@dataclass(eq=False)
class Tainted:
    """One tensor object: the bits of its elements, and of the node that it is bound to."""

    bits: np.ndarray
    node: int

    def read(self, index: Any = ...) -> int:
        return self.node | union(self.bits[index])

    def view(self, bits: np.ndarray, node: int | None = None) -> Tainted:
        return Tainted(bits, self.node | union(bits) if node is None else node)

    def overwrite(self, node: int) -> None:
        self.bits[...] = node
        self.node = node


def union(bits: np.ndarray) -> int:
    return int(np.bitwise_or.reduce(bits.ravel())) if bits.size else 0


def fresh(shape: tuple[int, ...], node: int) -> Tainted:
    return Tainted(np.full(shape, node, dtype=np.int64), node)


@dataclass
class Scope:
    """A call: what was lent in it is given back when it is left, the last first."""

    loans: list[tuple[Tainted, int, int]] = field(default_factory=list)
    kept: Tainted | None = None

    def lend(self, value: Tainted, node: int) -> None:
        self.loans.append((value, value.node, node))
        value.node = node

    def leave(self, returned: list[Tainted], around: Scope) -> None:
        for value, before, lent in reversed(self.loans):
            if any(value is other for other in returned):
                continue
            if value.node == lent:
                value.node = before
        around.loans += [loan for loan in self.loans if any(loan[0] is other for other in returned)]


def expected(program: list[Step]) -> list[int]:
    """The inputs that each output depends on, as bits."""
    root = Scope()
    live = [fresh((SIZE, SIZE), 1 << i) for i in range(INPUTS)]
    found = _block(tuple(program), live, root)
    root.leave([], Scope())
    return [value.read() for value in found]


def _block(program: tuple[Step, ...], given: list[Tainted], around: Scope) -> list[Tainted]:
    scope = Scope()
    live = [*given, fresh((SIZE, SIZE), 0)]
    for step in program:
        a, b = live[step.left % len(live)], live[step.right % len(live)]
        if step.kind == "block":
            live += _block(step.inner, [a, b], scope)[-2:]
        else:
            _taint(step, a, b, INDICES[step.index], live, scope)
    scope.leave(live, around)
    return live


def _taint(step: Step, a: Tainted, b: Tainted, index: Any, live: list[Tainted], scope: Scope) -> None:
    shape = a.bits.shape
    match step.kind:
        case "double" | "function":
            live.append(fresh(shape, a.read()))
        case "mix":
            live.append(fresh(shape, a.read() | b.read()))
        case "write" if fits(shape, index):
            a.bits[index] = a.read(index) | b.read()
        case "write mask":
            a.bits[...] = a.read() | b.read()
        case "add_" | "copy_" | "out" | "foreach":
            a.overwrite(a.read() | b.read())
        case "relu_":
            a.overwrite(a.read())
        case "view" if fits(shape, index):
            live.append(a.view(a.bits[index if Ellipsis in index else (*index, ...)]))
        case "transpose" if a.bits.ndim:
            live.append(a.view(a.bits.swapaxes(0, -1)))
        case "flatten" if a.bits.flags.c_contiguous:
            live.append(a.view(a.bits.reshape(-1)))
        case "chunk" if a.bits.ndim and shape[-1] == SIZE:
            node = a.read()
            live += [a.view(part, node) for part in (a.bits[..., :2], a.bits[..., 2:])]
        case "unbind" if a.bits.ndim:
            node = a.read()
            live += [a.view(a.bits[i, ...], node) for i in range(min(2, shape[0]))]
        case "detach":
            live.append(a.view(a.bits))
        case "data":
            live.append(a.view(a.bits, a.node))
        case "gather" if a.bits.ndim:
            live.append(fresh((2, *shape[1:]), a.read()))
        case "zeros":
            live.append(fresh((SIZE, SIZE), 0))
        case "linear" if a.bits.ndim and shape[-1] == SIZE:
            live.append(fresh(shape, a.read()))
        case "same":
            scope.lend(a, a.read())
            live.append(a)
        case "list":
            live += [fresh((SIZE,), a.read()), fresh(b.bits.shape, b.read())]
        case "dict":
            live += [fresh((SIZE,), a.read() | b.read()), a]
        case "stack":
            live.append(fresh((2,), a.read() | b.read()))
        case "stash":
            scope.kept = a
        case "recall" if scope.kept is not None:
            live.append(scope.kept)
