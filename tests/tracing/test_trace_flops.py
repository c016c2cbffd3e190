"""FLOPs: the same as torch's own counter gives for the same model, whatever way an operation takes."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from torchview_docs import trace
from torchview_docs.graph import Graph
from torchview_docs.tracing.ladder import COUNTED

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script")


def counted_by_torch(model: nn.Module, *args: Any) -> dict[str, int]:
    """By path of each module, the root's empty: what `FlopCounterMode` counts in all calls of it.

    On real tensors, without kernels of which it knows no formula: those of MKL-DNN, the fast path of
    nn.TransformerEncoder, and the fused attention, for which it gets the two products.
    """
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    torch._C._set_mkldnn_enabled(False)  # `torch.backends.mkldnn.flags` warns of something else
    fused = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    try:
        with (
            torch.no_grad(),
            FlopCounterMode(display=False, custom_mapping={fused: products}) as counter,
        ):
            model.eval()(*args)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        torch._C._set_mkldnn_enabled(True)
    root = type(model).__name__
    counts = {name: sum(of.values()) for name, of in counter.get_flop_counts().items()}
    return {name.removeprefix(root).removeprefix("."): n for name, n in counts.items() if name != "Global"}


def products(query: torch.Size, key: torch.Size, value: torch.Size, *_: Any, **__: Any) -> int:
    """Each query meets each key, and each of these weights a value."""
    *heads, queries, width = query
    return 2 * torch.Size(heads).numel() * queries * key[-2] * (width + value[-1])


def told(graph: Graph) -> dict[str, int]:
    """By path of each module, what the graph says of all calls of it, where it is something."""
    found: dict[str, int] = defaultdict(int)
    for node in graph.nodes:
        if node.op == "call_module" and node.flops:
            found[node.target] += node.flops
    return dict(found)


class Attention(nn.Module):
    def forward(self, q: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
        return F.scaled_dot_product_attention(q, k, k, is_causal=True)


class Grouped(nn.Module):
    def forward(self, q: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
        return F.scaled_dot_product_attention(q, k, k, enable_gqa=True)


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a @ b @ b


class WithFunction(nn.Module):
    def forward(self, a: torch.Tensor) -> torch.Tensor:
        return Twice.apply(a, a) + a @ a  # type: ignore[no-any-return]


class Cond(nn.Module):
    def forward(self, a: torch.Tensor, which: torch.Tensor) -> torch.Tensor:
        return torch.cond(which.sum() > 0, lambda a: a @ a, lambda a: a.sin(), (a,))  # type: ignore[no-any-return]


class Vmapped(nn.Module):
    def forward(self, a: torch.Tensor) -> torch.Tensor:
        return torch.vmap(lambda row: row @ a[0])(a)


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(5, 7, 2, batch_first=True, bidirectional=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([4, 2]), batch_first=True)
        return nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0]


class Scripted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.jit.script(nn.Sequential(nn.Linear(8, 8), nn.Conv1d(2, 3, 1)))
        self.last = nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.inner(x))  # type: ignore[no-any-return]


class AsksForData(nn.Module):
    def forward(self, a: torch.Tensor) -> torch.Tensor:
        return a @ a if (a @ a).isfinite().all().item() else a


class Reused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(3):
            x = self.layer(x)
        return x


class Gradient(nn.Module):
    def forward(self, a: torch.Tensor) -> torch.Tensor:
        with torch.enable_grad():
            a = a.detach().requires_grad_()
            return torch.autograd.grad((a @ a).sum(), a)[0]


class Constants(nn.Module):
    """Large known tensors, which are tried on meta before they are computed."""

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        return a * (torch.ones(200, 100) @ torch.ones(100, 200)).sum()


class MixedConvolutions(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ConvTranspose2d(8, 4, 2, 2),
            nn.Conv2d(4, 4, 3, groups=4),
        )


def x(*shape: int) -> torch.Tensor:
    return torch.ones(*shape)


MODELS: dict[str, tuple[Callable[[], nn.Module], tuple[torch.Tensor, ...]]] = {
    "layers": (lambda: nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)), (x(2, 8),)),
    "convolutions": (MixedConvolutions, (x(2, 3, 16, 16),)),
    "attention": (Attention, (x(2, 4, 10, 8), x(2, 4, 12, 8))),
    "grouped queries": (Grouped, (x(2, 4, 10, 8), x(2, 2, 10, 8))),
    "multi-head": (lambda: nn.MultiheadAttention(16, 4, batch_first=True), (x(2, 5, 16),) * 3),
    "encoder": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), 2),
        (x(2, 5, 16),),
    ),
    "lstm": (lambda: nn.LSTM(5, 7, 2, bidirectional=True), (x(4, 3, 5),)),
    "lstm, projected": (lambda: nn.LSTM(5, 7, 2, proj_size=3), (x(4, 3, 5),)),
    "gru": (lambda: nn.GRU(5, 7, 2, bidirectional=True, batch_first=True), (x(4, 3, 5),)),
    "rnn": (lambda: nn.RNN(5, 7, nonlinearity="relu", bias=False), (x(4, 3, 5),)),
    "lstm cell": (lambda: nn.LSTMCell(5, 7), (x(4, 5),)),
    "packed": (Packed, (x(2, 4, 5),)),
    "autograd function": (WithFunction, (x(4, 4),)),
    "vmap": (Vmapped, (x(3, 4, 4),)),
    "scripted": (Scripted, (x(1, 2, 8),)),
    "asks for data": (AsksForData, (x(4, 4),)),
    "reused": (Reused, (x(4, 8),)),
    "gradient": (Gradient, (x(4, 4),)),
    "constants": (Constants, (x(4),)),
}


@pytest.mark.parametrize("device", ["auto", "cpu"])
@pytest.mark.parametrize("name", MODELS)
def test_every_module_takes_what_torchs_counter_says(name: str, device: str) -> None:
    make, args = MODELS[name]
    model = make()
    expected = counted_by_torch(copy.deepcopy(model), *args)
    graph = trace(model, *args, device=device, show_flops=True)
    assert graph.root
    assert graph.root.flops == expected[""] > 0
    hidden = {path for path in expected if path not in {n.target for n in graph.nodes}}
    # Of what a scripted module contains nothing is known.
    assert hidden == (
        {path for path in expected if path.startswith("inner.")} if name == "scripted" else set()
    )
    assert told(graph) == {path: n for path, n in expected.items() if n and path not in hidden}


@pytest.mark.parametrize("name", MODELS)
def test_what_is_remembered_of_an_earlier_run_changes_nothing(name: str) -> None:
    make, args = MODELS[name]
    model = make()
    COUNTED.__init__()  # type: ignore[misc]  # a worker's first figure
    first = trace(model, *args, show_flops=True)
    assert trace(model, *args, show_flops=True) == first
    plain = trace(model, *args)
    assert first.with_nodes(n._replace(flops=None) for n in first.nodes) == plain
    assert all(node.flops is None for node in plain.nodes)


def test_a_step_takes_nothing_where_nothing_is_computed() -> None:
    graph = trace(nn.Sequential(nn.Linear(8, 16), nn.ReLU()), x(2, 8), show_flops=True)
    flops = {node.name: node.flops for node in graph.nodes if node.op.startswith("call_")}
    assert flops == {"Sequential": 512, "0": 512, "0/linear": 512, "1": 0, "1/relu": 0}


def test_of_two_branches_only_the_one_that_is_taken_counts() -> None:
    taken = trace(Cond(), x(4, 4), torch.ones(1, dtype=torch.long), show_flops=True)
    other = trace(Cond(), x(4, 4), torch.zeros(1, dtype=torch.long), show_flops=True)
    assert (taken.device, other.device) == ("meta", "meta")
    assert [graph.root and graph.root.flops for graph in (taken, other)] == [2 * 4**3, 0]


def test_a_loop_of_torch_counts_as_often_as_it_runs() -> None:
    from torch._higher_order_ops.while_loop import while_loop

    class Loop(nn.Module):
        def forward(self, a: torch.Tensor) -> torch.Tensor:
            return while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a @ a), (torch.tensor(0), a))[1]  # type: ignore[no-any-return]

    graph = trace(Loop(), x(4, 4), show_flops=True)
    assert graph.root
    assert graph.root.flops == 3 * 2 * 4**3


def test_grouped_products_of_experts_count() -> None:
    def experts(tokens: torch.Tensor, weights: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
        return torch._grouped_mm(tokens, weights, ends)

    ends = torch.tensor([3, 16], dtype=torch.int32)
    half = {"dtype": torch.bfloat16}
    graph = trace(experts, torch.ones(16, 8, **half), torch.ones(2, 8, 24, **half), ends, show_flops=True)  # type: ignore[call-overload]
    [step] = [node for node in graph.nodes if node.op == "call_function"]
    assert step.flops == 2 * 16 * 8 * 24  # each token goes to one expert


def test_an_operation_that_is_run_again_on_real_zeros_counts_once() -> None:
    """On meta its second half fails, when its first has been counted."""
    with torch.library._scoped_library("torchview_docs_tests", "DEF") as library:
        library.define("no_meta(Tensor a) -> Tensor")
        library.impl("no_meta", torch.clone, "CPU")
        library.define("square(Tensor a) -> Tensor")
        library.impl("square", lambda a: operators.no_meta(a @ a), "CompositeImplicitAutograd")
        operators = torch.ops.torchview_docs_tests
        graph = trace(operators.square, x(4, 4), show_flops=True, device="meta")
    [step] = [node for node in graph.nodes if node.op == "call_function"]
    assert step.flops == 2 * 4**3


def test_what_left_a_counting_run_is_torch_as_it_was() -> None:
    from torch.utils._python_dispatch import _get_current_dispatch_mode

    class Fails(nn.Module):
        def forward(self, a: torch.Tensor) -> torch.Tensor:
            raise ValueError("no")

    with pytest.raises(RuntimeError):
        trace(Fails(), x(2), show_flops=True)
    assert _get_current_dispatch_mode() is None
