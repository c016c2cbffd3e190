"""A run that is counted gives the graph and the figure of one that is not, and the numbers add up."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from test_trace_transformers import MODELS
from zoo import CASES

from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.tracing.job import trace_spec
from torchview_docs.views import view

MIXTRAL_MODEL = """transformers.MixtralModel(transformers.MixtralConfig(
    vocab_size=99, hidden_size=32, num_hidden_layers=2, intermediate_size=64, num_attention_heads=4,
    num_key_value_heads=2, num_local_experts=4
))"""
MIXTRAL = (MIXTRAL_MODEL, "int64[1, 7]")


def uncounted(graph: Graph) -> Graph:
    return replace(graph, nodes=tuple(n._replace(flops=None, memory=None) for n in graph.nodes), peak=None)


def of_cards(graph: Graph) -> int:
    """FLOPs of all cards, each as often as it stands for."""
    return sum(
        (leaf.flops or 0) * math.prod(part.repeat for part in (leaf, *graph.scopes(leaf)))
        for leaf in graph.leaves
    )


@pytest.mark.parametrize("name", CASES)
def test_the_graph_is_the_same_where_it_is_counted(name: str) -> None:
    case = CASES[name]()
    plain = trace(case.model, *case.args, **case.kwargs)
    case = CASES[name]()
    counted = trace(case.model, *case.args, **case.kwargs, show_flops=True, show_memory=True)
    assert uncounted(counted) == plain
    assert counted.device == plain.device
    assert all(node.flops is not None and node.memory is not None for node in counted.nodes)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # transformers and its dependencies warn when they are imported
@pytest.mark.parametrize("name", [*MODELS, "mixtral"])
def test_figures_fold_and_close_as_without_counting_and_count_all(name: str) -> None:
    model, given = MIXTRAL if name == "mixtral" else MODELS[name]
    options: dict[str, object] = {"input": given} if given else {}
    plain = trace_spec(FigureSpec.read(model, options))
    counted = trace_spec(FigureSpec.read(model, {**options, "show-flops": "yes", "show-memory": "yes"}))
    assert uncounted(counted) == plain
    for depth in (0, 1, "auto", math.inf):
        for simplify in (True, False):
            spec = FigureSpec("m.M", depth=depth, simplify=simplify)
            shown = view(counted, spec)
            assert counted.root
            assert of_cards(shown) == counted.root.flops
            if simplify:
                assert [n.name for n in shown.nodes] == [n.name for n in view(plain, spec).nodes]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_each_token_goes_through_the_experts_that_are_chosen_for_it() -> None:
    model, given = MIXTRAL
    graph = trace_spec(FigureSpec.read(model, {"input": given, "show-flops": "yes"}))
    tokens, width, inner, heads, groups, experts, chosen = 7, 32, 64, 4, 2, 4, 2
    size = width // heads
    attention = 2 * tokens * width * (2 * width + 2 * groups * size) + 4 * heads * tokens**2 * size
    mixture = 2 * tokens * width * experts + chosen * tokens * 3 * 2 * width * inner
    assert graph.root
    assert graph.root.flops == 2 * (attention + mixture)
