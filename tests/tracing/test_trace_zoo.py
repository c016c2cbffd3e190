"""The zoo: calls, shapes, dependences and edges are those that hooks and perturbed inputs tell."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from truth import (
    Untouched,
    dependencies,
    module_calls,
    output_shapes,
    paths,
    shapes,
    traced_calls,
    without_device,
)
from zoo import CASES

from torchview_docs.graph import Graph
from torchview_docs.tracing import ladder, trace
from torchview_docs.tracing.ladder import attempt
from torchview_docs.tracing.memo import Memo
from torchview_docs.tracing.run import Subject

ON_META = [name for name, make in CASES.items() if make().device == "meta"]


@pytest.mark.parametrize("name", CASES)
def test_calls_shapes_and_dependences_are_the_true_ones(name: str) -> None:
    case = CASES[name]()
    graph = trace(case.model, *case.args, **case.kwargs, device="auto")
    graph.validate()
    assert graph.device == case.device
    hidden = Counter(case.inside)
    assert traced_calls(graph) + hidden == module_calls(case.model, *case.args, **case.kwargs)
    assert [n.target for n in graph.nodes if n.op == "placeholder"] == list(case.inputs)
    with Untouched(case.model), torch.no_grad():
        result = case.model(*case.args, **case.kwargs)
    assert output_shapes(graph) == shapes(result)
    true = dependencies(case.model, case.inputs, *case.args, **case.kwargs)
    floats = {name for name, t in case.inputs.items() if t.is_floating_point() and t.layout is torch.strided}
    drawn = {path for path in paths(graph) if path[0] in floats}
    assert true - drawn == case.lost
    assert drawn - true == case.more


@pytest.mark.parametrize("name", [name for name, make in CASES.items() if make().edges])
def test_edges_are_exactly_those_of_the_code(name: str) -> None:
    case = CASES[name]()
    graph = trace(case.model, *case.args, **case.kwargs)
    found = {node: " ".join(use.node for use in graph.by_name[node].args) for node in case.edges}
    assert found == case.edges


@pytest.mark.parametrize("name", ON_META)
def test_meta_and_cpu_give_the_same_graph(name: str) -> None:
    case = CASES[name]()
    on_meta = trace(case.model, *case.args, **case.kwargs, device="meta")
    on_cpu = trace(case.model, *case.args, **case.kwargs, device="cpu")
    assert on_cpu.device == "cpu"
    assert without_device(on_meta) == without_device(on_cpu)
    assert Graph.from_json(on_meta.to_json()) == on_meta


@pytest.mark.parametrize("name", ON_META)
def test_what_is_remembered_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def traced() -> Graph:
        case = CASES[name]()
        return attempt(Subject(case.model, case.args, case.kwargs), meta=True)

    monkeypatch.setattr(ladder, "MEMO", None)
    forgetful = traced()
    monkeypatch.setattr(ladder, "MEMO", Memo())
    assert traced() == forgetful
    assert traced() == forgetful
