"""trace_spec: what a model expression means, where its input comes from, where it runs."""

from __future__ import annotations

import resource

import pytest
import torch

from torchview_docs.expressions import DTYPES
from torchview_docs.graph import Graph, TensorMeta
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.inputs import inputs_of
from torchview_docs.tracing.job import trace_spec


def traced(model: str, **options: object) -> Graph:
    graph = trace_spec(FigureSpec.read(model, options))
    graph.validate()
    return graph


def inputs(graph: Graph) -> list[tuple[str, tuple[int, ...], str]]:
    return [(n.target, n.outputs[0].shape, n.outputs[0].dtype) for n in graph.nodes if n.op == "placeholder"]


def test_a_class_a_call_a_factory_an_instance_and_a_function() -> None:
    x = "float32[2, 10]"
    for model, hidden in {
        "written.nets.Net": 64,
        "written.nets:Net(hidden=7)": 7,
        "written.nets.make_net": 32,
        "written.nets.make_net(9)": 9,
        "written.nets.instance": 16,
    }.items():
        graph = traced(model, input=x)
        assert graph.name == "Net"
        assert graph.device == "meta"
        assert graph.by_name["first/linear"].outputs[0].shape == (2, hidden)
    graph = traced("written.nets.scaled", input=x + ", factor=3.0")
    assert graph.name == "scaled"
    assert [n.target for n in graph.nodes] == ["x", "torch.tanh", "operator.mul", "output"]
    assert graph.by_name["mul"].config == "3"


def test_a_method_a_partial_and_a_factory_of_functions() -> None:
    graph = traced("written.nets.encode", input="float32[2, 10]")
    assert (graph.name, [n.name for n in graph.leaves]) == ("encode", ["x", "first/linear", "output"])
    assert graph.nodes == traced("written.nets.coder.encode", input="float32[2, 10]").nodes
    graph = traced("written.nets.squared", input="float32[2, 3], float32[3, 4]")
    assert graph.name == "weighted"
    assert inputs(graph) == [("x", (2, 3), "float32"), ("weight", (3, 4), "float32")]
    assert graph.by_name["pow"].config == "2"
    written = "functools.partial(written.nets.weighted, power=2.0)"
    assert graph.nodes == traced(written, input="float32[2, 3], float32[3, 4]").nodes
    for model in ("written.nets.made", "written.nets.made()"):
        assert traced(model, input="float32[2, 10]").by_name["matmul"].outputs[0].shape == (2, 10)


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("dtype", sorted(set(DTYPES.values())))
def test_a_tensor_and_a_scalar_of_every_dtype(dtype: str, device: str) -> None:
    graph = traced("torch.clone", input=f"{dtype}[2, 3]", device=device)
    assert inputs(graph) == [("0", (2, 3), dtype)]
    assert graph.tensor(graph.by_name["output"].args[0]) == TensorMeta((2, 3), dtype)
    assert inputs(traced("torch.clone", input=f"{dtype}[()]", device=device)) == [("0", (), dtype)]


def test_arguments_can_be_names_and_calls() -> None:
    graph = traced("torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.GELU())", input="float32[1, 3]")
    assert [n.name for n in graph.nodes if n.op == "call_module"] == ["Sequential", "0", "1"]


def test_inputs_are_nested_as_written() -> None:
    graph = traced("zoo.containers.Containers", input="[float32[2, 4], 3], {'deep': {'er': float32[2, 5]}}")
    assert inputs(graph) == [("batch[0]", (2, 4), "float32"), ("options.deep.er", (2, 5), "float32")]


def test_input_from_a_function() -> None:
    assert inputs(traced("written.nets.Net", input_from="written.nets.batch")) == [("x", (2, 10), "float32")]


def test_input_from_the_models_own_example() -> None:
    assert inputs(traced("written.nets.Example")) == [("x", (3, 10), "float32")]


def test_lengths_masks_and_positions_keep_their_values_on_meta() -> None:
    graph = traced("written.nets.Lengths", input="int64[2, 5], attention_mask=int64[2, 5]")
    assert graph.device == "meta"
    assert graph.tensor(graph.by_name["output"].args[0]).shape == (2, 16, 8)


def test_data_dependent_models_run_on_cpu_by_themselves() -> None:
    graph = traced("written.nets.DataDependent", input="float32[2, 4]")
    assert graph.device == "cpu"
    assert graph == traced("written.nets.DataDependent", input="float32[2, 4]", device="cpu")


def test_a_constructor_that_reads_its_parameters_is_traced_on_meta_all_the_same() -> None:
    assert traced("written.nets.ReadsParameters", input="float32[2, 4]").device == "meta"


def test_lazy_modules() -> None:
    for device in ("auto", "cpu"):
        graph = traced("written.nets.Lazy", input="float32[2, 6]", device=device)
        assert graph.by_name["layer"].outputs[0].shape == (2, 4)


@pytest.mark.parametrize("layer", ["LSTM(3, 4)", "GRU(3, 4)", "RNN(3, 4)"])
def test_recurrent_layers_are_built_without_memory(layer: str) -> None:
    graph = traced(f"torch.nn.{layer}", input="float32[2, 5, 3]")
    assert graph.device == "meta"
    assert [n.target for n in graph.nodes if n.target.startswith("torch.") and n.target != "torch.zeros"] == [
        f"torch.{layer[:4].strip('(').lower()}" if "RNN" not in layer else "torch.rnn_tanh"
    ]


def test_ties_and_wrappers_survive_the_swap_to_meta() -> None:
    root = traced("zoo.networks.Tied", input="int64[1, 5]").root
    assert root is not None
    assert root.parameters is not None
    assert root.parameters.total == 40
    assert traced("zoo.wrappers.WeightNorm", input="float32[2, 3]").device == "meta"


def test_the_global_random_state_is_untouched_and_results_repeat() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one = traced("zoo.callers.Passing", input="float32[2, 3]", device="cpu", mode="train")
    two = traced("zoo.callers.Passing", input="float32[2, 3]", device="cpu", mode="train")
    assert one == two
    assert torch.equal(before, torch.get_rng_state())


def test_weights_take_no_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    layer = "torch.nn.TransformerEncoderLayer(8192, 8, 32768)"
    graph = traced(f"torch.nn.TransformerEncoder({layer}, 4)", input="float32[16, 1, 8192]")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    root = graph.root
    assert root is not None
    assert root.parameters is not None
    assert root.parameters.total > 3_000_000_000
    assert grown < 300_000  # kilobytes; the weights are 12 GB


def test_a_tensor_has_the_values_that_the_author_says() -> None:
    text = (
        "int64[1000] < 7, ones(bool[2]), zeros(float32[2]), arange(int32[2, 2]), arange(bfloat16[3]), "
        "ones(complex64[1]), uint8[50] < 3"
    )
    for meta in (True, False):
        made, _ = inputs_of(FigureSpec("pkg.Net", input=text), lambda *args: args, meta=meta)
        bounded, ones, zeros, counted, floats, complexes, small = made
        assert set(bounded.tolist()) == set(range(7))
        assert (ones.tolist(), zeros.tolist()) == ([True, True], [0.0, 0.0])
        assert (counted.tolist(), counted.dtype) == ([[0, 1], [2, 3]], torch.int32)
        assert (floats.tolist(), floats.dtype) == ([0.0, 1.0, 2.0], torch.bfloat16)
        assert complexes.tolist() == [1 + 0j]
        assert small.dtype is torch.uint8
        assert set(small.tolist()) == {0, 1, 2}
