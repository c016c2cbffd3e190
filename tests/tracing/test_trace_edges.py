"""Exact graphs of small models: names, targets, scopes, edges and configuration."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from zoo import CASES

from torchview_docs.graph import Graph, Node
from torchview_docs.tracing import trace


def traced(name: str, device: str = "auto") -> Graph:
    case = CASES[name]()
    return trace(case.model, *case.args, **case.kwargs, device=device)


def edges(node: Node) -> list[tuple[str, str]]:
    return [(use.arg, use.node) for use in node.args]


def test_names_follow_the_module_tree() -> None:
    graph = traced("residual CNN")
    assert [n.name for n in graph.nodes] == [
        "x",
        "Residual",
        "conv1",
        "conv1/conv2d",
        "norm",
        "norm/batch_norm",
        "act",
        "act/relu",
        "conv2",
        "conv2/conv2d",
        "shortcut",
        "add_",
        "act@2",
        "act@2/relu",
        "output",
    ]
    assert graph.by_name["act@2"].call == 2
    assert graph.by_name["act@2"].target == "act"
    assert edges(graph.by_name["add_"]) == [("0", "conv2/conv2d"), ("1", "shortcut")]
    assert graph.by_name["shortcut"].outputs == graph.by_name["x"].outputs


def test_own_parameters_of_leaf_modules_are_no_nodes() -> None:
    for name in ("residual CNN", "LSTM", "MultiheadAttention", "Transformer", "tied weights"):
        assert not [n for n in traced(name).nodes if n.op == "get_attr"], name


def test_parameters_buffers_and_constants_used_directly_are_sources() -> None:
    graph = traced("parameters used directly")
    found = [(n.target, n.type, n.scope) for n in graph.nodes if n.op == "get_attr"]
    assert found == [
        ("token", "parameter", "DirectParameters"),
        ("position", "parameter", "DirectParameters"),
        ("ids", "buffer", "DirectParameters"),
        ("scale", "constant", "DirectParameters"),
    ]
    assert edges(graph.by_name["table"]) == [("input", "ids")]
    assert edges(graph.by_name["mul"]) == [("0", "add_1"), ("1", "scale")]


def test_parameters_of_weight_norm_are_seen() -> None:
    graph = traced("weight norm")
    assert [n.target for n in graph.nodes if n.op == "get_attr"] == [
        "layer.parametrizations.weight.original1",
        "layer.parametrizations.weight.original0",
    ]


def test_writes_through_views_are_precise() -> None:
    graph = traced("writes through views")
    assert edges(graph.by_name["setitem"]) == [("0", "zeros"), ("2", "left/linear")]
    assert edges(graph.by_name["setitem_1"]) == [("0", "zeros"), ("2", "right/linear")]
    assert edges(graph.by_name["output[0]"]) == [("0", "setitem"), ("0", "setitem_1")]
    assert edges(graph.by_name["getitem"]) == [("0", "setitem")]
    assert graph.by_name["setitem"].config == "[:, :8]"


def test_write_into_one_view_does_not_reach_a_disjoint_one() -> None:
    graph = traced("disjoint views")
    first, total, changed = (n for n in graph.nodes if n.op == "output")
    assert edges(graph.by_name["mul_1"]) == [("0", "chunk")]
    assert graph.by_name["mul_1"].args[0].output == 1
    assert edges(graph.by_name["sum"]) == [("0", "mul"), ("0", "add_")]
    assert edges(graph.by_name["mul_2"]) == [("0", "add_")]
    assert [edges(n) for n in (first, total, changed)] == [[("0", "mul_1")], [("0", "sum")], [("0", "mul_2")]]


def test_a_result_that_is_not_written_later_stays() -> None:
    graph = traced("write through transpose, out=, zero_ afterwards")
    assert edges(graph.by_name["output"]) == [("0", "mul")]
    # The product reads the clone after it was changed through its transpose.
    assert edges(graph.by_name["mul"])[0] == ("0", "clone")
    assert ("0", "add_") in edges(graph.by_name["mul"])
    assert edges(graph.by_name["zero_"])[0] == ("0", "clone")


def test_operators_are_called_as_python_writes_them() -> None:
    graph = traced("operators")
    ops = [(n.target, n.config, [u.arg for u in n.args]) for n in graph.nodes if n.op.startswith("call_f")]
    assert ops == [
        ("operator.sub", "1", ["1"]),
        ("operator.pow", "2", ["0"]),
        ("operator.add", "2", ["0"]),
        ("operator.truediv", "3", ["1"]),
        ("operator.matmul", "", ["0", "1"]),
        ("operator.mod", "5", ["0"]),
        ("operator.neg", "", ["0"]),
        ("operator.sub", "", ["0", "1"]),
    ]


def test_functions_have_the_names_people_know() -> None:
    def function(x: torch.Tensor) -> torch.Tensor:
        x = F.gelu(F.layer_norm(x, (4,)))
        x = F.max_pool1d(F.pad(x, (1, 1)), 2)
        x = torch.einsum("ij,kj->ik", x, x)
        x = torch.fft.fft(x).real + torch.linalg.norm(x) + torch.special.expm1(x)
        x = F.scaled_dot_product_attention(x[None], x[None], x[None])
        return torch.softmax(x.flatten(1).unsqueeze(0), dim=-1).mT.to(torch.float64)

    graph = trace(function, torch.randn(2, 4))
    assert graph.name == "function"
    assert graph.root is None
    assert [n.target for n in graph.nodes if n.op in ("call_function", "call_method")] == [
        "torch.nn.functional.layer_norm",
        "torch.nn.functional.gelu",
        "torch.nn.functional.pad",
        "torch.nn.functional.max_pool1d",
        "torch.einsum",
        "torch.fft.fft",
        "real",
        "torch.linalg.norm",
        "operator.add",
        "torch.special.expm1",
        "operator.add",
        "operator.getitem",
        "operator.getitem",
        "operator.getitem",
        "torch.nn.functional.scaled_dot_product_attention",
        "flatten",
        "unsqueeze",
        "torch.softmax",
        "mT",
        "to",
    ]
    by = graph.by_name
    assert by["layer_norm"].config == "normalized_shape=(4,)"
    assert by["pad"].config == "pad=(1, 1)"
    assert by["max_pool1d"].config == "kernel_size=2"
    assert by["softmax"].config == "dim=-1"
    assert by["to"].config == "float64"
    assert all(n.scope is None for n in graph.nodes)


def test_an_autograd_function_is_one_node_with_its_name() -> None:
    graph = traced("autograd.Function")
    assert [n.target for n in graph.nodes if n.op == "call_function"] == [
        "torch.nn.functional.linear",
        "zoo.transforms.Double",
        "operator.add",
    ]


def test_vmap_is_one_node() -> None:
    assert [n.target for n in traced("vmap").nodes if n.op == "call_function"] == [
        "torch.func.vmap",
        "operator.add",
    ]


def test_modules_in_a_plain_list_have_the_path_that_python_writes() -> None:
    graph = traced("modules in a plain list")
    assert [n.name for n in graph.nodes if n.op == "call_module"] == ["PlainList", "layers.0", "layers.1"]


def test_a_shared_module_keeps_its_first_path_and_counts_its_calls() -> None:
    graph = traced("Siamese, shared under two names")
    assert [n.name for n in graph.nodes if n.op == "call_module"] == [
        "Shared",
        "encoder",
        "encoder.0",
        "encoder.1",
        "encoder@2",
        "encoder.0@2",
        "encoder.1@2",
    ]
    assert graph.root is not None
    assert graph.root.parameters is not None
    assert graph.root.parameters.total == 4 * 8 + 8


def test_shared_parameters_count_once() -> None:
    root = traced("tied weights").root
    assert root is not None
    assert root.parameters is not None
    assert (root.parameters.own, root.parameters.total, root.parameters.trainable) == (0, 40, 40)


def test_outputs_are_named_by_key_and_field() -> None:
    def outputs(name: str) -> list[str]:
        return [n.target for n in traced(name).nodes if n.op == "output"]

    assert outputs("dicts and lists in and out") == ["sum", "parts[0]", "parts[1][0]", "same"]
    assert outputs("dataclass out") == ["logits", "hidden[0]"]
    assert outputs("dataclass between modules, named tuple out") == ["first", "second"]
    assert outputs("cell called three times") == ["[0]", "[1]"]
    assert outputs("U-Net") == ["output"]


def test_a_container_tells_what_goes_in_and_comes_out() -> None:
    graph = traced("stack of residuals")
    block = graph.by_name["1"]
    assert [(u.arg, u.node) for u in block.args] == [("x", "0.act@2/relu")]
    assert [(u.arg, u.node) for u in block.results] == [("0", "1.act@2/relu")]
    assert block.outputs == graph.by_name["1.act@2/relu"].outputs


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_modes_differ(device: str) -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout())
    model[0].eval()
    evaluated = trace(model, torch.randn(2, 3), device=device)
    trained = trace(model, torch.randn(2, 3), device=device, mode="train")
    assert (evaluated.mode, trained.mode) == ("eval", "train")
    assert (model.training, model[0].training, model[1].training) == (True, False, True)
    assert "training=False" in evaluated.by_name["1/dropout"].config
    assert "training" not in trained.by_name["1/dropout"].config


class CastingNorm(nn.Module):
    """Casts to what the tensor is already, as norms of transformers do: the same object comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.to(torch.float32).contiguous()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True)) * self.weight.to(torch.float32)


class Gated(nn.Module):
    """Hands its input through a module that does nothing, and returns something else."""

    def __init__(self) -> None:
        super().__init__()
        self.pass_on = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.pass_on(x))


class Residual(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.again = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(x)
        y = x + self.inner(x)
        return torch.cat([x, y + self.again(y)])


@pytest.mark.parametrize("inner", [CastingNorm, Gated])
@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_what_a_module_hands_on_inside_is_read_outside_from_where_it_was_made(
    inner: type[nn.Module], device: str
) -> None:
    graph = trace(Residual(inner()), torch.randn(2, 4), device=device)
    graph.validate()
    outside = [n for n in graph.leaves if n.scope == "Residual" and n.op != "get_attr"]
    sources = {n.name: [use.node for use in n.args if not use.node.startswith("inner")] for n in outside}
    assert sources == {"tanh": ["x"], "add": ["tanh"], "add_1": ["add"], "cat": ["tanh", "add_1"]}
    # Where it is seen, what hands it on stands between it and its readers.
    assert edges(next(n for n in graph.leaves if n.target in ("square", "torch.sigmoid"))) == [
        ("0", "inner/contiguous" if inner is CastingNorm else "inner.pass_on")
    ]


def test_what_a_module_returns_as_it_got_it_comes_from_the_module() -> None:
    class Cast(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.to(torch.float32)

    graph = trace(nn.Sequential(nn.Sequential(nn.Tanh(), Cast()), nn.ReLU()), torch.randn(2, 4))
    relu = next(n for n in graph.leaves if n.scope == "1")
    assert edges(relu) == [("0", "0.1/to")]


def test_a_write_outside_is_seen_though_a_module_has_handed_the_tensor_on() -> None:
    class Writing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = CastingNorm()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = torch.tanh(x)
            y = self.norm(x)
            x.mul_(2)
            return x + y

    graph = trace(Writing(), torch.randn(2, 4))
    assert [use.node for use in graph.by_name["mul_"].args] == ["tanh"]
    assert graph.by_name["add"].args[0].node == "mul_"
