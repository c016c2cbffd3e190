"""Random programs with reuse, views and writes: paths are exactly those that a taint analysis finds.

The oracle runs the same program on numpy arrays of bit masks, one bit per input. Views of them
share memory as the tensors' do, so overlap is numpy's business, not the tracer's. An operation
reads all of its operands; what it makes carries all that it has read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from truth import ancestors, module_calls, traced_calls, without_device

from torchview_docs.tracing import trace

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
    *["double", "mix", "mix", "write", "write", "add_", "add_", "relu_", "view", "view", "view"],
    *["transpose", "flatten", "zeros", "linear", "same", "list"],
]


@dataclass(frozen=True)
class Step:
    kind: str
    left: int
    right: int
    index: int


# What is new is made contiguous, as it is in numpy, so that both may be flattened where one may.
steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(KINDS),
        st.integers(0, 20),
        st.integers(0, 20),
        st.integers(0, len(INDICES) - 1),
    ),
    min_size=1,
    max_size=12,
)


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(SIZE, SIZE)

    def forward(self, parts: list[torch.Tensor]) -> list[torch.Tensor]:
        return [self.linear(torch.zeros(SIZE) + parts[0].sum()), (parts[1] * 2).contiguous()]


class Program(nn.Module):
    def __init__(self, program: list[Step]) -> None:
        super().__init__()
        self.program = program
        self.linear = nn.Linear(SIZE, SIZE)
        self.same = nn.Identity()
        self.pair = Pair()

    def forward(self, *inputs: torch.Tensor) -> list[torch.Tensor]:
        live = list(inputs)
        for step in self.program:
            a, b, index = live[step.left % len(live)], live[step.right % len(live)], INDICES[step.index]
            match step.kind:
                case "double":
                    live.append((a * 2).contiguous())
                case "mix":
                    live.append((a + b.sum()).contiguous())
                case "write" if fits(a.shape, index):
                    a[index] = b.sum()
                case "add_":
                    a.add_(b.sum())
                case "relu_":
                    torch.nn.functional.relu(a, inplace=True)
                case "view" if fits(a.shape, index):
                    live.append(a[index])
                case "transpose" if a.ndim:
                    live.append(a.transpose(0, -1))
                case "flatten" if a.is_contiguous():
                    live.append(a.view(-1))
                case "zeros":
                    live.append(torch.zeros(SIZE, SIZE))
                case "linear" if a.shape[-1] == SIZE:
                    live.append(self.linear(a))
                case "same":
                    live.append(self.same(a))
                case "list":
                    live += self.pair([a, b])
        return live


def fits(shape: tuple[int, ...], index: Any) -> bool:
    wanted = sum(1 for part in index if part is not None and part is not Ellipsis)
    return (
        wanted <= len(shape) and not (1 in index and shape[0] < 2) and 0 not in np.zeros(shape)[index].shape
    )


class Tainted:
    """One tensor object: the bits of its elements, and of the node that it is bound to."""

    def __init__(self, bits: np.ndarray, node: int) -> None:
        self.bits = bits
        self.node = node

    def read(self, index: Any = ...) -> int:
        part = self.bits[index]
        return self.node | (int(np.bitwise_or.reduce(part.ravel())) if part.size else 0)

    @classmethod
    def fresh(cls, shape: tuple[int, ...], node: int) -> Tainted:
        return cls(np.full(shape, node, dtype=np.int64), node)

    def view(self, bits: np.ndarray) -> Tainted:
        return Tainted(bits, self.node | (int(np.bitwise_or.reduce(bits.ravel())) if bits.size else 0))

    def overwrite(self, node: int) -> None:
        self.bits[...] = node
        self.node = node


def expected(program: list[Step]) -> list[int]:
    live = [Tainted.fresh((SIZE, SIZE), 1 << i) for i in range(INPUTS)]
    for step in program:
        a, b, index = live[step.left % len(live)], live[step.right % len(live)], INDICES[step.index]
        match step.kind:
            case "double":
                live.append(Tainted.fresh(a.bits.shape, a.read()))
            case "mix":
                live.append(Tainted.fresh(a.bits.shape, a.read() | b.read()))
            case "write" if fits(a.bits.shape, index):
                a.bits[index] = a.read(index) | b.read()
            case "add_":
                a.overwrite(a.read() | b.read())
            case "relu_":
                a.overwrite(a.read())
            case "view" if fits(a.bits.shape, index):
                live.append(a.view(a.bits[index if Ellipsis in index else (*index, ...)]))
            case "transpose" if a.bits.ndim:
                live.append(a.view(a.bits.swapaxes(0, -1)))
            case "flatten" if a.bits.flags.c_contiguous:
                live.append(a.view(a.bits.reshape(-1)))
            case "zeros":
                live.append(Tainted.fresh((SIZE, SIZE), 0))
            case "linear" if a.bits.shape[-1] == SIZE:
                live.append(Tainted.fresh(a.bits.shape, a.read()))
            case "same":
                a.node = a.read()
                live.append(a)
            case "list":
                live += [Tainted.fresh((SIZE,), a.read()), Tainted.fresh(b.bits.shape, b.read())]
    return [value.read() for value in live]


@given(steps)
def test_paths_are_those_of_a_taint_analysis(program: list[Step]) -> None:
    model = Program(program)
    inputs = [torch.randn(SIZE, SIZE) for _ in range(INPUTS)]
    graph = trace(model, *inputs)
    graph.validate()
    assert graph.device == "meta"
    outputs = [node for node in graph.nodes if node.op == "output"]
    found = []
    for output in outputs:
        reached = ancestors(graph, output.name)
        found.append(sum(1 << i for i in range(INPUTS) if f"inputs[{i}]" in reached))
    assert found == expected(program)
    with torch.no_grad():
        result = model(*inputs)
    assert [graph.tensor(output.args[0]).shape for output in outputs] == [tuple(t.shape) for t in result]


@given(steps)
def test_calls_are_counted_and_meta_equals_cpu(program: list[Step]) -> None:
    model = Program(program)
    inputs = [torch.randn(SIZE, SIZE) for _ in range(INPUTS)]
    graph = trace(model, *inputs)
    assert traced_calls(graph) == module_calls(model, *[t.clone() for t in inputs])
    assert without_device(graph) == without_device(trace(model, *inputs, device="cpu"))
