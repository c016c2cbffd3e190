"""Every argument of `draw_graph`: what it does."""

from __future__ import annotations

import inspect
import math
from collections import UserDict, namedtuple
from pathlib import Path
from typing import Any

import pytest
import torch
from drawn_nets import MLP, Projecting, ResNet, SimpleRNN, clusters, edges, functions, labels
from torch import nn

from torchview_docs import ComputationGraph, TraceError, draw_graph
from torchview_docs.colours import seen
from torchview_docs.computation_graph import FunctionNode, ModuleNode, TensorNode
from torchview_docs.computation_graph.inputs import on_device
from torchview_docs.computation_graph.running import moved
from torchview_docs.errors import OptionError, ViewError
from torchview_docs.spec import OPTIONS, FigureSpec
from torchview_docs.views import view


class Two(nn.Module):
    """Takes two tensors and a flag."""

    def forward(self, a: torch.Tensor, b: torch.Tensor, subtract: bool = False) -> torch.Tensor:
        return a - b if subtract else a + b


def two(**arguments: Any) -> ComputationGraph:
    return draw_graph(Two(), hide_module_functions=False, **arguments)


def shapes(graph: ComputationGraph) -> list[tuple[int, ...]]:
    return [node.tensor_shape for node in graph.root_container]


def dtypes(graph: ComputationGraph) -> list[str]:
    return [node.dtype for node in graph.root_container]


def test_the_arguments_and_defaults_are_those_of_torchview() -> None:
    empty = inspect.Parameter.empty
    expected = {
        "model": empty, "input_data": None, "input_size": None, "graph_name": "model", "depth": 3,
        "device": None, "dtypes": None, "mode": None, "strict": True, "expand_nested": False,
        "graph_dir": None, "hide_module_functions": True, "hide_inner_tensors": True, "roll": False,
        "show_shapes": True, "save_graph": False, "filename": None, "directory": ".",
        "collect_attributes": False,
    }  # fmt: skip
    given = inspect.signature(draw_graph).parameters
    assert {n: p.default for n, p in given.items() if p.kind is p.POSITIONAL_OR_KEYWORD} == expected
    assert list(expected) == list(given)[: len(expected)]


def test_what_scripts_can_say_of_a_figure_draw_graph_takes() -> None:
    known = set(inspect.signature(draw_graph).parameters)
    ours = {"direction": "graph_dir"}
    for option in OPTIONS.values():
        if "api" in option.hosts:
            assert ours.get(option.field, option.field) in known


# -- inputs -------------------------------------------------------------------------------


def test_a_list_or_tuple_is_the_positional_arguments() -> None:
    a, b = torch.ones(2, 3), torch.ones(1, 3)
    assert shapes(two(input_data=[a, b])) == shapes(two(input_data=(a, b))) == [(2, 3), (1, 3)]


def test_a_mapping_is_the_keyword_arguments() -> None:
    a, b = torch.ones(2, 3), torch.ones(1, 3)
    assert shapes(two(input_data={"b": b, "a": a})) == [(1, 3), (2, 3)]
    assert shapes(two(input_data=UserDict(a=a, b=b))) == [(2, 3), (1, 3)]


def test_a_tensor_is_the_one_argument() -> None:
    assert shapes(draw_graph(MLP(), torch.ones(5, 128))) == [(5, 128)]


def test_any_other_object_is_the_one_argument() -> None:
    class Batch:
        def __init__(self) -> None:
            self.x = torch.ones(4)

    def double(batch: Batch) -> torch.Tensor:
        return batch.x * 2

    assert functions(draw_graph(double, Batch())) == ["mul"]


def test_nested_inputs_are_found_and_keep_their_containers() -> None:
    pair = namedtuple("pair", "left right")  # noqa: PYI024  # what users have

    class Nested(nn.Module):
        def forward(self, x: Any) -> Any:
            assert type(x["pair"]) is pair
            return {"sum": x["pair"].left + x["list"][0], "kept": [x["pair"].right * 2]}

    given = {"pair": pair(torch.ones(2), torch.ones(3)), "list": [torch.ones(1)]}
    graph = draw_graph(Nested(), [given], hide_module_functions=False)
    assert sorted(shapes(graph)) == [(1,), (2,), (3,)]
    assert labels(graph)[-2:] == ["output-tensor depth:0 (2,)", "output-tensor depth:0 (3,)"]


def test_further_keyword_arguments_reach_the_model() -> None:
    x = torch.ones(3)
    assert functions(two(input_data=[x, x.clone()], subtract=True)) == ["sub"]
    assert functions(two(input_size=[(3,), (3,)], subtract=False)) == ["add"]
    assert functions(two(a=x, b=x.clone())) == ["add"]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ((2, 128), [(2, 128)]),
        ([2, 128], [(2, 128)]),
        (torch.Size([2, 128]), [(2, 128)]),
        ([(2, 128)], [(2, 128)]),
        (((2, 128),), [(2, 128)]),
        ([[2, 128]], [(2, 128)]),
        ([torch.Size([2, 128])], [(2, 128)]),
    ],
    ids=repr,
)
def test_a_size_may_be_written_in_many_ways(given: Any, made: list[tuple[int, ...]]) -> None:
    assert shapes(draw_graph(MLP(), input_size=given)) == made


def test_several_sizes_are_several_inputs() -> None:
    assert shapes(two(input_size=[(2, 3), (3,)])) == shapes(two(input_size=((2, 3), (3,)))) == [(2, 3), (3,)]


def test_dtypes_go_with_the_sizes_and_are_float32_by_default() -> None:
    assert dtypes(two(input_size=[(3,), (3,)])) == ["float32", "float32"]
    graph = two(input_size=[(3,), (3,)], dtypes=[torch.float64, torch.int32])
    assert dtypes(graph) == ["float64", "int32"]


def test_whole_numbers_made_for_a_size_are_indices_into_any_table() -> None:
    for device in ("cpu", "meta"):
        graph = draw_graph(nn.Embedding(1, 4), input_size=(2, 3), dtypes=[torch.long], device=device)
        assert labels(graph)[-1] == "output-tensor depth:0 (2, 3, 4)"


def test_making_inputs_leaves_the_random_numbers_of_the_caller() -> None:
    state = torch.get_rng_state()
    draw_graph(MLP().requires_grad_(False), input_size=(2, 128))
    made = torch.get_rng_state()
    torch.set_rng_state(state)
    MLP()
    assert torch.equal(made, torch.get_rng_state())


def test_a_model_without_given_input_is_drawn_with_its_own_example() -> None:
    model = MLP()
    model.example_input_array = torch.ones(7, 128)
    assert shapes(draw_graph(model)) == [(7, 128)]


def test_a_model_that_wants_no_input_needs_none() -> None:
    class Constant(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2, 2))

        def forward(self) -> torch.Tensor:
            return self.weight.exp()

    graph = draw_graph(Constant(), hide_module_functions=False)
    assert labels(graph) == [
        "exp depth:1 input: output: (2, 2)",
        "output-tensor depth:0 (2, 2)",
    ]


# -- running ------------------------------------------------------------------------------


class Where(nn.Module):
    """Tells where and how it ran: not in itself, since a trace leaves a model as it was."""

    def __init__(self, seen: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 3)
        self.tell = (seen if seen is not None else {}).update

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.tell({"device": x.device.type, "training": self.training, "grad": torch.is_grad_enabled()})
        return self.linear(x)  # type: ignore[no-any-return]


@pytest.mark.parametrize("device", [None, "cpu", torch.device("cpu"), "cpu:0"], ids=str)
def test_on_a_real_device_the_model_runs_there(device: Any) -> None:
    seen: dict[str, Any] = {}
    graph = draw_graph(Where(seen), input_size=(2, 3), device=device)
    wanted = "cuda" if device is None and torch.cuda.is_available() else "cpu"
    assert seen["device"] == graph.graph.device == wanted


def test_the_number_of_a_device_counts() -> None:
    with pytest.raises(RuntimeError):
        draw_graph(Where(), input_size=(2, 3), device="cpu:x")


def test_on_meta_a_model_of_any_size_takes_no_memory() -> None:
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(1 << 20, 1 << 20), nn.ReLU())  # 4 TB
    for device in ("meta", torch.device("meta"), None):
        graph = draw_graph(model, input_size=(1 << 20, 1 << 20), device=device)
        assert graph.graph.device == "meta"
        assert labels(graph)[-1] == "output-tensor depth:0 (1048576, 1048576)"


def test_an_input_without_data_is_run_on_meta() -> None:
    graph = draw_graph(lambda x, n: x * n, [torch.ones(3, device="meta")], n=torch.tensor(2))
    assert graph.graph.device == "meta"


def test_on_meta_lengths_and_masks_keep_their_values() -> None:
    class Cut(nn.Module):
        def forward(self, x: torch.Tensor, length: torch.Tensor) -> torch.Tensor:
            return x[: int(length)]

    for device in ("cpu", "meta"):
        graph = draw_graph(Cut(), [torch.ones(9, 2), torch.tensor(4)], device=device)
        assert labels(graph)[-1] == "output-tensor depth:0 (4, 2)"


def test_the_model_is_left_as_it_was() -> None:
    model = Where()
    model.linear.eval()
    weight = model.linear.weight
    draw_graph(model, input_size=(2, 3), device="meta", mode="eval")
    assert model.linear.weight is weight
    assert weight.device.type == "cpu"
    assert (model.training, model.linear.training) == (True, False)


class Traveller(nn.Linear):
    """Tells where it is sent; for want of a second device it stays."""

    def __init__(self) -> None:
        super().__init__(3, 3)
        self.ways: list[str] = []

    def to(self, device: Any) -> Any:  # type: ignore[override]
        self.ways.append(str(device))
        return self


def test_a_model_that_is_elsewhere_is_moved_and_moved_back() -> None:
    model = Traveller()
    with pytest.raises(KeyError), moved(model, torch.device("cuda:1")):
        raise KeyError
    assert model.ways == ["cuda:1", "cpu"]
    with moved(model, torch.device("cpu")):
        assert model.ways == ["cuda:1", "cpu"]


class Sample:
    """As PyTorch Geometric's Data: it moves itself."""

    def __init__(self) -> None:
        self.x = torch.ones(2)

    def to(self, device: Any) -> Sample:
        self.x = self.x.to(device)
        return self


def test_inputs_are_moved_and_what_the_caller_holds_is_not() -> None:
    pair = namedtuple("pair", "left right")  # noqa: PYI024  # what users have
    there, sample, generator = torch.ones(1, device="meta"), Sample(), (x for x in [1])
    given = [{"a": torch.ones(2)}, pair(torch.ones(3), "text"), (there,), sample, generator, Traveller()]
    moved = on_device(given, torch.device("meta"))
    assert moved[0]["a"].is_meta
    assert type(moved[1]) is pair
    assert moved[1].left.is_meta
    assert moved[2] is given[2]
    assert moved[3].x.is_meta
    assert not sample.x.is_meta
    assert moved[4:] == given[4:]
    assert next(generator) == 1
    assert on_device(given[0], torch.device("cpu")) is given[0]


class Faraway:
    """A batch whose data is elsewhere: here it is only when it is moved."""

    def __init__(self) -> None:
        self.x = torch.ones(2, device="meta")

    def to(self, device: Any) -> Faraway:
        self.x = torch.zeros(2, device=device)
        return self


def test_inputs_of_every_kind_are_where_the_model_runs() -> None:
    far = Faraway()
    for given in ({"input_data": [far]}, {"input_data": {"batch": far}}, {"batch": far}):
        seen: list[str] = []

        def double(batch: Faraway, seen: list[str] = seen) -> torch.Tensor:
            seen.append(batch.x.device.type)
            return batch.x * 2

        draw_graph(double, device="cpu", **given)
        assert seen == ["cpu"]
        assert far.x.is_meta


class Elsewhere(nn.Linear):
    """Its parameters are elsewhere."""

    def __init__(self) -> None:
        super().__init__(3, 3, device="meta")

    def to(self, device: Any) -> Any:  # type: ignore[override]
        return self.to_empty(device=device)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return self(x)  # type: ignore[no-any-return]


@pytest.mark.parametrize("method", ["forward", "encode"])
def test_the_model_is_where_it_runs_and_afterwards_where_it_was(method: str) -> None:
    model = Elsewhere()
    graph = draw_graph(getattr(model, method), torch.ones(2, 3), device="cpu")
    assert graph.graph.device == "cpu"
    assert all(parameter.is_meta for parameter in model.parameters())
    assert draw_graph(getattr(model, method), torch.ones(2, 3)).graph.device == "meta"


def test_a_model_on_several_devices_stays_where_it_is() -> None:
    model = Traveller()
    model.register_buffer("far", torch.ones(1, device="meta"))
    with moved(model, torch.device("cuda")):
        assert model.ways == []


@pytest.mark.parametrize(("mode", "training"), [(None, False), ("eval", False), ("train", True)])
def test_the_mode_is_that_of_the_run(mode: str | None, training: bool) -> None:
    seen: dict[str, Any] = {}
    draw_graph(Where(seen), input_size=(2, 3), mode=mode)
    assert seen == {"device": "cpu", "training": training, "grad": False}


# -- what is shown ------------------------------------------------------------------------


def test_depth_is_the_deepest_level_shown() -> None:
    def first(depth: float) -> str:
        return labels(draw_graph(MLP(), input_size=(2, 128), depth=depth))[1].partition(" input")[0]

    assert [first(d) for d in (0, 1, 2, 3, math.inf)] == [
        "MLP depth:0",
        "Sequential depth:1",
        "Linear depth:2",
        "Linear depth:2",
        "Linear depth:2",
    ]


def test_at_depth_0_inputs_and_outputs_are_those_of_the_model() -> None:
    assert edges(two(input_size=[(3,), (3,)], depth=0)) == {"input-tensor → Two": 2, "Two → output-tensor": 1}


def test_functions_of_modules_without_submodules_are_hidden_unless_asked_for() -> None:
    assert functions(draw_graph(MLP(), input_size=(2, 128))) == []
    shown = draw_graph(MLP(), input_size=(2, 128), hide_module_functions=False)
    assert functions(shown) == ["linear", "relu", "linear"]
    assert functions(draw_graph(MLP(), input_size=(2, 128), hide_module_functions=False, depth=2)) == []


def test_functions_between_modules_are_never_hidden() -> None:
    assert functions(draw_graph(ResNet(), input_size=(1, 3, 32, 32))) == ["add_"] * 4 + ["flatten"]


def test_a_module_that_has_submodules_and_calls_none_shows_its_functions() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.MultiheadAttention(8, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.inner(x, x, x)[0]  # type: ignore[no-any-return]

    assert functions(draw_graph(Attention(), input_size=(5, 1, 8))) == ["multi_head_attention_forward"]


def test_inner_tensors_are_shown_when_asked_for() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128), hide_inner_tensors=False)
    assert edges(graph) == {
        "input-tensor → Linear": 1, "Linear → hidden-tensor": 1, "hidden-tensor → ReLU": 1,
        "ReLU → hidden-tensor": 1, "hidden-tensor → Linear": 1, "Linear → output-tensor": 1,
    }  # fmt: skip
    assert labels(graph).count("hidden-tensor depth:2 (2, 128)") == 2


def test_hidden_sources_are_tensors_and_what_they_feed_is_shown() -> None:
    class Positions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(9, 3)
            self.scale = nn.Parameter(torch.ones(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.scale + self.table(torch.arange(4))

    hidden = draw_graph(Positions(), input_size=(4, 3))
    assert edges(hidden) == {
        "input-tensor → mul": 1, "mul → add": 1, "Embedding → add": 1, "add → output-tensor": 1,
    }  # fmt: skip
    shown = draw_graph(Positions(), input_size=(4, 3), hide_inner_tensors=False)
    assert edges(shown)["scale → mul"] == edges(shown)["hidden-tensor → Embedding"] == 1


def test_strict_draws_one_edge_with_a_count_and_otherwise_one_for_every_tensor() -> None:
    class Split(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.LSTMCell(3, 3), Two()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.second(*self.first(x))  # type: ignore[no-any-return]

    once = draw_graph(Split(), input_size=(2, 3))
    each = draw_graph(Split(), input_size=(2, 3), strict=False)
    assert edges(once)["LSTMCell → Two x2"] == 1
    assert edges(each)["LSTMCell → Two"] == 2
    assert once.visual_graph.source.startswith("strict digraph")
    assert each.visual_graph.source.startswith("digraph")
    assert len(once.edge_list) == len(each.edge_list) == 4


def test_expand_nested_draws_open_modules_as_boxes() -> None:
    assert clusters(draw_graph(ResNet(), input_size=(1, 3, 32, 32))) == []
    boxes = clusters(draw_graph(ResNet(), input_size=(1, 3, 32, 32), expand_nested=True))
    assert sorted(boxes) == ["Block"] * 4 + ["Sequential"] * 2
    assert clusters(draw_graph(ResNet(), input_size=(1, 3, 32, 32), expand_nested=True, depth=1)) == []


def test_graph_dir_is_the_direction() -> None:
    for direction in (None, "TB", "LR", "BT", "RL"):
        graph = draw_graph(MLP(), input_size=(2, 128), graph_dir=direction)
        assert graph.visual_graph.graph_attr["rankdir"] == (direction or "TB")


def test_upwards_inputs_stand_below_outputs() -> None:
    up = draw_graph(nn.Linear(3, 4), input_size=(2, 3), graph_dir="BT")
    assert labels(up)[1] == "Linear depth:0 output: (2, 4) input: (2, 3)"


def test_roll_draws_the_calls_of_one_module_as_one_node() -> None:
    assert len(labels(draw_graph(Projecting(), input_size=(2, 3)))) == 14
    graph = draw_graph(Projecting(), input_size=(2, 3), roll=True)
    assert edges(graph) == {
        "input-tensor → LSTMCell": 1, "LSTMCell → LSTMCell x3": 1, "LSTMCell → LeakyReLU x4": 1,
        "LeakyReLU → LSTMCell x3": 1, "LeakyReLU → Linear x4": 1, "Linear → LSTMCell x3": 1,
        "Linear → output-tensor": 1,
    }  # fmt: skip


def test_show_shapes_writes_shapes() -> None:
    assert labels(draw_graph(MLP(), input_size=(2, 128)))[:2] == [
        "input-tensor depth:0 (2, 128)",
        "Linear depth:2 input: (2, 128) output: (2, 128)",
    ]
    plain = draw_graph(MLP(), input_size=(2, 128), show_shapes=False)
    assert labels(plain)[:2] == ["input-tensor depth:0", "Linear depth:2"]


def test_equal_shapes_are_counted() -> None:
    said = labels(draw_graph(SimpleRNN(), input_size=(2, 3)))[1]
    assert said == "LSTMCell depth:1 input: (2, 3), 2 x (2, 2) output: 2 x (2, 2)"


def test_collect_attributes_keeps_them_in_nodes() -> None:
    def attributes(**arguments: Any) -> dict[str, str | None]:
        found = {}

        def note(cur_node: Any, subgraph: Any) -> None:
            if isinstance(cur_node, ModuleNode | FunctionNode):
                found[cur_node.name] = cur_node.attributes

        draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", **arguments).traverse_graph(note)
        return found

    assert set(attributes().values()) == {None}
    assert not draw_graph(MLP(), input_size=(2, 128)).collect_attributes
    assert draw_graph(MLP(), input_size=(2, 128), collect_attributes=True).collect_attributes
    kept = attributes(collect_attributes=True)
    assert "in_features=128, out_features=10" in (kept["Linear"] or "")
    assert (kept["Linear"] or "").startswith("Linear(")
    assert kept["flatten"] == "0=Tensor(shape=(1, 128, 1, 1), dtype=torch.float32), start_dim=1"


def test_attributes_of_any_kind_are_told_in_short() -> None:
    class Silent:
        __slots__ = ()

        def __repr__(self) -> str:
            raise RuntimeError

    class Holding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = {str(k): k for k in range(1000)}
            self.silent, self.scale, self.kind = Silent(), (torch.ones(2),), nn.ReLU
            self.act = torch.relu
            self.itself = self.words
            self._private = 1

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * 2

    graph = draw_graph(Holding(), input_size=(2,), collect_attributes=True)
    (said,) = (node.attributes for node in graph.root_container for node in node.children)  # type: ignore[attr-defined]
    assert said == (
        "Holding(training=True, words={0: 0, 1: 1, 2: 2, 3: 3, 4: 4...}, silent=<Silent>, "
        "scale=[Tensor(shape=(2,), dtype=torch.float32)], kind=ReLU, act=relu, "
        "itself={0: 0, 1: 1, 2: 2, 3: 3, 4: 4...})"
    )


def test_simplify_leaves_out_what_passes_on_and_fold_draws_a_run_once() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(6))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x.view(-1, 4)
            for layer in self.layers:
                x = layer(x)
            return x

    assert functions(draw_graph(Net(), input_size=(2, 4))) == ["view"]
    assert functions(draw_graph(Net(), input_size=(2, 4), simplify=True)) == []
    folded = draw_graph(Net(), input_size=(2, 4), fold=True, depth=1)
    assert [said.partition(" depth")[0] for said in labels(folded)] == [
        "input-tensor", "view", "Sequential × 6", "output-tensor",
    ]  # fmt: skip


#: For each option of a figure that scripts have, values worth a look; the others have tests above.
VIEWED: dict[str, list[Any]] = {
    "depth": [0, 1, 2, math.inf, "auto", "1, layers.1: inf"],
    "focus": [None, "layers", "layers.2"],
    "hide": [(), "ReLU", ["layers.0", "*.1"]],
    "collapse": [(), "Sequential", ("layers",)],
    "simplify": [True, False],
    "fold": [True, False],
    "highlight": [(), "layers.2", ["layers.0", "Linear"]],
    "color": [(), "layers.2=red", "Linear=#123 ReLU=teal"],
    "note": [(), "layers.2 = Here"],
}
ELSEWHERE = {
    *("direction", "show_shapes", "hide_inner_tensors", "hide_module_functions", "device", "mode"),
    *("show_flops", "show_memory", "show_input_graph", "roll"),
    *("show_names", "show_params", "show_dtypes", "show_outputs", "shade", "legend"),
}


def test_every_option_that_scripts_have_is_tested() -> None:
    assert {o.field for o in OPTIONS.values() if "api" in o.hosts} == {*VIEWED, *ELSEWHERE}


@pytest.mark.parametrize(
    ("option", "value"), [(option, value) for option, values in VIEWED.items() for value in values]
)
def test_an_option_does_in_scripts_what_it_does_in_pages(option: str, value: Any) -> None:
    options = {"depth": math.inf, option: value}
    drawn = draw_graph(MLP(), input_size=(2, 128), hide_module_functions=False, **options)
    plain = {"simplify": "no", "fold": "no", "hide-module-functions": "no", "depth": "inf"}
    written = (
        value
        if isinstance(value, str)
        else OPTIONS[option].write(tuple(value) if isinstance(value, list) else value)
    )
    given = {**plain, option: written} if written else plain
    assert drawn.view == view(drawn.graph, FigureSpec.read("drawn_nets.MLP", given))


def test_show_input_graph_draws_a_graph_that_is_an_input() -> None:
    def neighbours(x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])

    given = [torch.ones(3, 2), torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])]
    plain, shown = draw_graph(neighbours, given), draw_graph(neighbours, given, show_input_graph=True)
    assert (plain.show_input_graph, shown.show_input_graph) == (False, True)
    assert plain.visual_graph.source.count("dir=none") == 0
    assert shown.visual_graph.source.count("dir=none") == 2  # both directions of an edge are one line
    assert labels(plain) == labels(shown)
    # In a notebook the picture of the graph has its three nodes as dots.
    assert [graph._repr_svg_().count("<circle") for graph in (plain, shown)] == [0, 3]


def test_focus_draws_one_module() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", focus="layer2.0.downsample")
    assert labels(graph) == [
        "input-tensor depth:0 (1, 64, 8, 8)",
        "Conv2d depth:1 input: (1, 64, 8, 8) output: (1, 128, 4, 4)",
        "BatchNorm2d depth:1 input: (1, 128, 4, 4) output: (1, 128, 4, 4)",
        "output-tensor depth:0 (1, 128, 4, 4)",
    ]


def test_hide_leaves_out_and_collapse_closes() -> None:
    hidden = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", hide=["BatchNorm2d", "*.relu"])
    assert not any(said.startswith("BatchNorm2d") for said in labels(hidden))
    assert edges(hidden)["Conv2d → Conv2d"] == 4
    closed = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", collapse="Block")
    assert edges(closed)["Block → Block"] == 3
    assert functions(closed) == ["flatten"]


def test_depth_auto_shows_as_much_as_a_figure_holds() -> None:
    model = nn.Sequential(*(nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3)) for _ in range(30)))
    sizes = [len(labels(draw_graph(model, (torch.ones(2, 3)), depth=d))) for d in ("auto", 1, math.inf)]
    assert sizes == [32, 32, 62]


def test_parts_have_a_depth_of_their_own() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", depth="1, layer2.0: 1")
    names = [said.partition(" ")[0] for said in labels(graph)]
    assert names.count("Block") == 1
    assert names.count("Sequential") == 2


# -- names and files ----------------------------------------------------------------------


def test_graph_name_is_the_name_of_the_digraph() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128), graph_name="A name: <b>")
    assert graph.visual_graph.name == "A name: <b>"
    assert graph.visual_graph.source.startswith('strict digraph "A name: <b>" {')


def test_nothing_is_written_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw_graph(MLP(), input_size=(2, 128))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        ({}, "model.gv"),
        ({"graph_name": "net"}, "net.gv"),
        ({"filename": "mine"}, "mine"),
        ({"directory": "deep/er"}, "deep/er/model.gv"),
        ({"directory": Path("deep"), "filename": "mine.dot"}, "deep/mine.dot"),
    ],
    ids=str,
)
def test_save_graph_writes_the_source_and_a_picture(
    arguments: dict[str, Any], source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    graph = draw_graph(MLP(), input_size=(2, 128), save_graph=True, **arguments)
    assert Path(source).read_text() == graph.visual_graph.source
    assert Path(f"{source}.png").read_bytes().startswith(b"\x89PNG")


# -- errors -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input_data": torch.ones(2, 128), "input_size": (2, 128)}, RuntimeError, "Only one of"),
        ({}, RuntimeError, "One of .input_data, input_size. should be specified"),
        ({"input_size": (2, 0)}, ValueError, "0 in it"),
        ({"input_size": [(2, 128), (-1, 3)]}, ValueError, "-1 in it"),
        ({"input_size": []}, ValueError, "empty"),
        ({"input_size": 128}, TypeError, "input_size is int"),
        ({"input_size": "2, 128"}, TypeError, "input_size is str"),
        ({"input_size": {2, 128}}, TypeError, "input_size is set"),
        ({"input_size": torch.ones(2, 128)}, TypeError, "input_size is Tensor"),
        ({"input_size": (2, 128.0)}, TypeError, "128.0"),
        ({"input_size": (2, (128,))}, TypeError, "no whole number"),
        ({"input_size": (2, True)}, TypeError, "no whole number"),
        ({"input_size": (2, 128), "dtypes": [torch.float32] * 2}, ValueError, "2 dtypes .* 1 size"),
        ({"input_size": (2, 128), "dtypes": ["float32"]}, TypeError, "no torch.dtype"),
        (
            {"input_size": (2, 128), "dtypes": torch.float32},
            TypeError,
            "dtypes is torch.float32; it is a list",
        ),
        ({"input_size": (2, 128), "device": 1.5}, TypeError, "device"),
        ({"input_size": (2, 128), "graph_dir": 3}, ValueError, "graph_dir is 3"),
        ({"input_size": (2, 128), "mode": True}, RuntimeError, "mode not recognized: True"),
        ({"input_size": (2, 128), "graph_name": 3}, TypeError, "graph_name is 3; it is text"),
        ({"input_size": (2, 128), "filename": 3}, TypeError, "filename is 3; it is text"),
        ({"input_size": (2, 128), "directory": 3}, TypeError, "directory is 3; it is text"),
        ({"input_size": (2, 128), "depth": -1}, ValueError, "depth must be a non-negative"),
        ({"input_size": (2, 128), "depth": -math.inf}, ValueError, "depth must be a non-negative"),
        ({"input_size": (2, 128), "depth": math.nan}, ValueError, "depth must be a non-negative"),
        ({"input_size": (2, 128), "depth": None}, TypeError, "depth is None"),
        ({"input_size": (2, 128), "depth": True}, TypeError, "depth is True"),
        ({"input_size": (2, 128), "depth": "deep"}, OptionError, "'depth' cannot be 'deep'"),
        ({"input_size": (2, 128), "depth": "1, tail: 2"}, ViewError, "tail"),
        ({"input_size": (2, 128), "focus": "a b"}, OptionError, "'focus' cannot be 'a b'"),
        ({"input_size": (2, 128), "focus": "layer"}, ViewError, "layer"),
        ({"input_size": (2, 128), "hide": "{"}, OptionError, "'hide' cannot be"),
        ({"input_size": (2, 128), "hide": "Dropout"}, ViewError, "Dropout"),
        ({"input_size": (2, 128), "collapse": ["Lin", "Nothing"]}, ViewError, "Lin"),
        ({"input_size": (2, 128), "mode": "test"}, RuntimeError, "mode not recognized: test"),
        ({"input_size": (2, 128), "device": "nowhere"}, RuntimeError, "nowhere"),
        ({"input_size": (2, 128), "graph_dir": "BR"}, ValueError, "not one of TB, LR, BT, RL"),
        ({"input_size": (2, 128), "graph_dir": "lr"}, ValueError, "did you mean 'LR'"),
        ({"input_size": (2, 127)}, RuntimeError, "shapes cannot be multiplied"),
        ({"input_size": (2, 127), "device": "meta"}, RuntimeError, "forward of drawn_nets.MLP"),
        ({"input_data": [torch.ones(2, 128)] * 2}, RuntimeError, "forward"),
        ({"input_size": (2, 128), "colour": "red"}, RuntimeError, "colour"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw_graph(MLP(), **arguments)


FLAGS = [
    name
    for name, parameter in inspect.signature(draw_graph).parameters.items()
    if isinstance(parameter.default, bool)
]


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_no_text(flag: str) -> None:
    with pytest.raises(TypeError, match=f"{flag} is 'no'; it is True or False"):
        draw_graph(MLP(), input_size=(2, 128), **{flag: "no"})
    given: dict[str, Any] = {flag: inspect.signature(draw_graph).parameters[flag].default}
    said = {flag: int(given[flag])}
    plain = draw_graph(MLP(), input_size=(2, 128))
    for arguments in (given, said):  # 0 and 1 are as good
        drawn = draw_graph(MLP(), input_size=(2, 128), **arguments)
        assert drawn.visual_graph.source == plain.visual_graph.source


def test_flags_are_many() -> None:
    assert len(FLAGS) == 18


@pytest.mark.parametrize("model", [nn.Linear, "mypkg.Net", None, torch.ones(3)], ids=str)
def test_a_model_is_an_instance_or_a_function(model: Any) -> None:
    with pytest.raises(TypeError, match="it is a module, or a function of tensors"):
        draw_graph(model, input_size=(2, 3))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_an_error() -> None:
    with pytest.raises((RuntimeError, AssertionError), match="CUDA"):
        draw_graph(MLP(), input_size=(2, 128), device="cuda")


def test_an_error_of_the_model_has_its_cause_and_its_place() -> None:
    class Broken(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise KeyError("hidden")

    with pytest.raises(TraceError) as caught:
        draw_graph(Broken(), input_size=(2,))
    assert caught.value.failure.kind == "forward"
    assert "test_draw_graph_arguments.py:" in caught.value.failure.where
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_model_that_raised_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout())
    with pytest.raises(RuntimeError):
        draw_graph(model, input_size=(2, 4), mode="eval")
    assert all(module.training for module in model.modules())


def test_a_picture_without_graphviz_is_an_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(RuntimeError, match="dot") as caught:
        draw_graph(MLP(), input_size=(2, 128), save_graph=True, directory=tmp_path)
    assert "torchview-docs[graphviz]" in caught.value.__notes__[0]


def test_tensor_nodes_are_light_yellow_modules_green_functions_blue() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32))
    source = graph.visual_graph.source
    assert source.count("fillcolor=lightyellow") == 2
    assert source.count("fillcolor=aliceblue") == len(functions(graph)) == 5
    assert source.count("fillcolor=darkseagreen1") == len(labels(graph)) - 7
    assert all(isinstance(node, TensorNode) for node in graph.root_container)


def test_what_is_folded_and_shown_open_is_a_box_with_its_count() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(6))
            self.heads = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.layers:
                x = layer(x)
            return torch.cat([head(x).sin() for head in self.heads], -1).sin().sin()

    drawn = draw_graph(Net(), input_size=(2, 4), fold=True)
    boxes = [line for line in drawn.visual_graph.body if "style=dashed" in line]
    assert ["Sequential × 6" in line for line in boxes] == [True, False]
    assert "heads.0 – heads.2 × 3" in boxes[1]
    assert [said.partition(" depth")[0] for said in labels(drawn)] == [
        "input-tensor", "Linear", "ReLU", "Linear", "sin", "cat", "sin × 2", "output-tensor",
    ]  # fmt: skip
    assert [node.repeat for node in drawn.node_hierarchy if node.repeat > 1] == []
    assert "style=dashed" not in draw_graph(Net(), input_size=(2, 4)).visual_graph.source


def test_parts_may_be_given_as_a_dict_and_stand_out_in_the_graphviz_source_too() -> None:
    drawn = draw_graph(
        MLP(),
        input_size=(2, 128),
        depth=2,
        highlight=["layers.2"],
        color={"layers.0": "#c2410c"},
        note={"layers.0": "The first; of two"},
        shade="Flops",
    )
    figure = drawn._repr_svg_()
    assert 'class="tv-lin tv-hi' in figure
    assert "The first; of two" in figure
    assert f"stroke:{seen('#c2410c')}" in figure  # the colour, as far as it is seen on a dark page too
    source = drawn.visual_graph.source
    assert source.count("penwidth=3") == 1
    assert source.count("xlabel") == source.count("①") == 1
    assert f'color="{seen("#c2410c")}"' in source
    plain = draw_graph(MLP(), input_size=(2, 128), depth=2).visual_graph.source
    assert not {"penwidth", "xlabel", "fontcolor"} & set(plain.replace("=", " ").split())


def test_how_deep_a_figure_fits_on_a_page_depends_on_its_direction() -> None:
    layers = nn.Sequential(*(nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Softmax(-1)) for _ in range(6)))
    found = {
        way: draw_graph(layers, torch.ones(2, 8), depth="auto", graph_dir=way, device="cpu").view
        for way in ("TB", "LR")
    }
    cards = {way: sum(leaf.op == "call_module" for leaf in view.leaves) for way, view in found.items()}
    assert cards == {"TB": 18, "LR": 6}  # a card is wider than it is high
