"""Named sizes: what is said to follow them does, at sizes at which nobody has looked."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sized_nets import IMAGE_STEPS, SEQUENCE_STEPS, steps
from torch import nn

from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.dimensions import Forms
from torchview_docs.tracing.job import trace_spec


def traced(model: str, given_as: str, **options: Any) -> Graph:
    graph = trace_spec(FigureSpec.read(model, {"input": given_as, **options}))
    graph.validate()
    assert Graph.from_json(graph.to_json()) == graph
    return graph


def outputs(graph: Graph) -> list[str]:
    return [graph.tensor(node.args[0]).written for node in graph.nodes if node.op == "output"]


def true_shapes(model: nn.Module, *args: torch.Tensor) -> dict[str, tuple[int, ...]]:
    """The shape of what each part gives, as hooks see it when it runs."""
    found: dict[str, tuple[int, ...]] = {}
    for path, part in model.named_modules():

        def seen(_: nn.Module, __: object, out: torch.Tensor, path: str = path) -> None:
            found[path] = tuple(out.shape)

        part.register_forward_hook(seen)
    with torch.no_grad():
        model(*args)
    return found


def value(dim: str, sizes: dict[str, int]) -> float:
    return float(eval(dim, {"__builtins__": {}}, dict(sizes)))


def wrong(graph: Graph, shapes: dict[str, tuple[int, ...]], sizes: dict[str, int]) -> list[str]:
    """Where a dimension is not what the graph says it is at these sizes; divisions that do not come out
    even may be rounded."""
    found = []
    for node in graph.nodes:
        if node.op != "call_module":
            continue
        (meta,) = node.outputs
        for dim, size in zip(meta.dims, shapes[node.target], strict=False):
            off = abs(value(dim, sizes) - size) if dim else 0
            if off and not ("/" in dim and off < 1):
                found.append(f"{node.target}: {meta.written} is {shapes[node.target]} at {sizes}")
    return found


# The nets are small and quick, but each is traced a dozen times.
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(IMAGE_STEPS)), min_size=1, max_size=5),
    st.tuples(st.integers(1, 4), *[st.sampled_from([16, 24, 32, 48])] * 2),
    st.tuples(st.integers(1, 5), *[st.integers(16, 70)] * 2),
)
def test_images_have_the_sizes_that_are_said_of_them(
    names: list[str], known: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    n, h, w = known
    call = f"sized_nets.steps({', '.join(map(repr, names))})"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # lazy modules are new, says torch
        graph = traced(call, f"float32[N={n}, 2, H={h}, W={w}]")
        n, h, w = other
        shapes = true_shapes(steps(*names), torch.zeros(n, 2, h, w))
    assert set(graph.named) | set(graph.fixed) == {"N", "H", "W"}
    assert wrong(graph, shapes, {"N": n, "H": h, "W": w}) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(SEQUENCE_STEPS)), min_size=1, max_size=5),
    st.tuples(st.integers(1, 4), st.integers(5, 20)),
    st.tuples(st.integers(1, 5), st.integers(5, 40)),
)
def test_sequences_have_the_sizes_that_are_said_of_them(
    names: list[str], known: tuple[int, int], other: tuple[int, int]
) -> None:
    call = f"sized_nets.steps({', '.join(map(repr, names))})"
    graph = traced(call, f"float32[N={known[0]}, T={known[1]}, 8]")
    shapes = true_shapes(steps(*names), torch.zeros(*other, 8))
    assert wrong(graph, shapes, {"N": other[0], "T": other[1]}) == []


@pytest.mark.parametrize(
    ("names", "given_as", "last"),
    [
        ("'same', 'pool'", "float32[N=1, 2, H=32, W=32]", "N×4×H/2×W/2"),
        ("'turn'", "float32[N=1, 2, H=32, W=32]", "N×2×W×H"),
        ("'valid', 'valid'", "float32[N=1, 2, H=32, W=16]", "N×4×(H−4)×(W−4)"),
        ("'twice', 'up'", "float32[N=3, 2, H=32, W=16]", "N·2×2×H·2×W·2"),
        ("'fixed'", "float32[N=1, 2, H=32, W=32]", "N×2×6×6"),
        ("'class', 'flat'", "float32[N=2, T=7, 8]", "1×16×8"),  # N·(T+1) is none of the forms
        ("'flat'", "float32[N=2, T=7, 8]", "1×N·T×8"),
        ("'class', 'linear'", "float32[N=2, T=7, 8]", "N×(T+1)×8"),
        ("'swap', 'last'", "float32[N=2, T=7, 8]", "1×N×8"),
        # Padded to a multiple of 8, which at 16 is the length itself.
        ("'window'", "float32[N=2, T=16, 8]", "N×16×8"),
    ],
)
def test_forms_are_written_as_people_write_them(names: str, given_as: str, last: str) -> None:
    assert outputs(traced(f"sized_nets.steps({names})", given_as)) == [last]


def test_sizes_that_a_model_refuses_stay_numbers() -> None:
    assert outputs(traced("sized_nets.Positions", "float32[N=2, T=16, 8]")) == ["N×T×8"]
    graph = traced("sized_nets.Positions(16)", "float32[N=2, T=16, 8]")
    assert (outputs(graph), graph.named, graph.fixed) == (["N×16×8"], {"N": 2}, {"T": 16})
    assert [n.outputs[0].written for n in graph.nodes if n.op == "placeholder"] == ["N×16×8"]


def test_names_that_cannot_be_told_from_each_other_stay_numbers() -> None:
    graph = traced("sized_nets.Square", "float32[N=1, 3, H=32, W=32]")
    assert (outputs(graph), graph.fixed) == (["N×3×32×32"], {"H": 32, "W": 32})


def test_a_size_that_decides_what_runs_stays_a_number() -> None:
    graph = traced("sized_nets.Loop", "float32[N=2, T=3, 8]")
    assert (outputs(graph), graph.named, graph.fixed) == (["N×8"], {"N": 2}, {"T": 3})
    assert sum(node.op == "call_module" and node.target == "cell" for node in graph.nodes) == 3


def test_one_name_in_several_inputs() -> None:
    graph = traced(
        "sized_nets.Both", "float32[N=2, S=5, 8], float32[N=2, T=5, 8], mask=ones(float32[N=2, S=5])"
    )
    assert outputs(graph) == ["N×(S+T)×8", "N×S×T", "N·S×8", "N×S×8"]


def test_a_model_that_remembers_its_last_call_is_made_anew() -> None:
    graph = traced("sized_nets.Remembers", "float32[N=2, T=5, 8]")
    assert outputs(graph) == ["N×T×8"]


def test_names_are_followed_on_real_tensors_too() -> None:
    graph = traced("sized_nets.AsksForData", "float32[N=2, T=5, 8]")
    assert (graph.device, outputs(graph)) == ("cpu", ["N×T×8"])


def test_a_model_without_names_is_traced_once_and_says_nothing_of_them() -> None:
    graph = traced("sized_nets.steps('same')", "float32[1, 2, 16, 16]")
    assert (graph.named, graph.fixed) == ({}, {})
    assert "named" not in graph.to_json()
    assert all(meta.dims == () for node in graph.nodes for meta in node.outputs)


def test_names_change_nothing_but_the_names() -> None:
    model = "torch.nn.Transformer(16, 2, 3, 3, 32, batch_first=True)"
    plain = traced(model, "float32[1, 5, 16], float32[1, 7, 16]", show_flops=True)
    named = traced(model, "float32[N=1, S=5, 16], float32[N=1, T=7, 16]", show_flops=True)
    assert plain.nodes == tuple(
        node._replace(outputs=tuple(meta._replace(dims=()) for meta in node.outputs)) for node in named.nodes
    )
    assert outputs(named) == ["N×T×16"]


# -- the forms themselves -------------------------------------------------------------------

POINTS = [{"N": 1, "H": 224, "T": 7}, {"N": 2, "H": 288, "T": 9}, {"N": 3, "H": 192, "T": 13}]
POINTS += [{"N": 5, "H": 256, "T": 8}, {"N": 4, "H": 320, "T": 11}]
ODD = {"N": 7, "H": 227, "T": 17}


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("N", "N"),
        ("N*8", "N*8"),
        ("H//2", "H/2"),
        ("H*3//4+2", "H*3/4+2"),
        ("(H-2)//2", "H/2-1"),
        ("N*T", "N*T"),
        ("T*T", "T*T"),
        ("T*2-1", "T*2-1"),
        ("512-T", "512-T"),
        ("N+T+3", "N+T+3"),
        ("N*T+T", ""),
        ("T*T+N", ""),
        ("5", ""),
        ("H if H % 2 == 0 else H + 1", ""),
    ],
)
def test_a_form_is_told_from_its_values(code: str, form: str) -> None:
    def at(point: dict[str, int]) -> int:
        return int(eval(code, {}, dict(point)))

    forms = Forms(POINTS, ODD)
    assert forms.of(tuple(map(at, POINTS)), at(ODD)) == form


def test_a_fraction_is_written_so_that_python_reads_it() -> None:
    points = [{"T": t} for t in (7, 9, 13, 21)]
    written = Forms(points).of(tuple((p["T"] - 3) // 2 for p in points))
    assert written == "(T-3)/2"
    assert all(value(written, p) == (p["T"] - 3) // 2 for p in points)


@given(st.lists(st.integers(0, 400), min_size=5, max_size=5))
def test_a_form_gives_the_values_that_it_was_told_from(sizes: list[int]) -> None:
    form = Forms(POINTS).of(tuple(sizes))
    if form:
        assert [value(form, p) for p in POINTS] == pytest.approx(sizes)


def test_names_with_the_same_values_are_not_told_apart() -> None:
    points = [{"H": h, "W": h} for h in (8, 16, 24, 32, 40)]
    assert Forms(points).of((8, 16, 24, 32, 40)) == ""


def test_distinct_names_take_distinct_values() -> None:
    from torchview_docs.tracing.following import _pick, _ways  # what is tried is no matter of callers

    for first, second in itertools.combinations_with_replacement([1, 2, 7, 16, 128, 224, 512], 2):
        for way, other in itertools.product(_ways(first), _ways(second)):
            one = [first, *(_pick(way, 0, k) for k in range(4))]
            two = [second, *(_pick(other, 1, k) for k in range(4))]
            forms = Forms([{"A": a, "B": b} for a, b in zip(one, two, strict=True)])
            assert (forms.of(tuple(one)), forms.of(tuple(two))) == ("A", "B")
