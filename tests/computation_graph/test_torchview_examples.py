"""torchview's README and notebooks: what they do runs with only the import changed."""

from __future__ import annotations

from typing import Any

import drawn_nets
import graphviz
import pytest
import torch
from drawn_nets import clusters, edges, functions, labels

from torchview_docs import ComputationGraph

IMPORT = "from torchview import draw_graph"


def run(code: str, **known: Any) -> ComputationGraph:
    """Run an example with the import changed and nothing else; gives its `model_graph`."""
    assert IMPORT in code
    names: dict[str, Any] = {**vars(drawn_nets), **known}
    exec(code.replace(IMPORT, "from torchview_docs import draw_graph"), names)
    graph = names["model_graph"]
    assert isinstance(graph, ComputationGraph)
    assert isinstance(graph.visual_graph, graphviz.Digraph)
    assert bytes(graph.visual_graph.pipe("svg")).startswith(b"<?xml")
    return graph


def test_the_first_example() -> None:
    graph = run("""
from torchview import draw_graph

model = MLP()
batch_size = 2
# device='meta' -> no memory is consumed for visualization
model_graph = draw_graph(model, input_size=(batch_size, 128), device='meta')
model_graph.visual_graph
""")
    layers = [f"{name} depth:2 input: (2, 128) output: (2, 128)" for name in ("Linear", "ReLU", "Linear")]
    ends = ["input-tensor depth:0 (2, 128)", "output-tensor depth:0 (2, 128)"]
    assert labels(graph) == [ends[0], *layers, ends[1]]


def test_a_rolled_net() -> None:
    graph = run("""
from torchview import draw_graph

model_graph = draw_graph(
    SimpleRNN(), input_size=(2, 3),
    graph_name='RecursiveNet',
    roll=True
)
model_graph.visual_graph
""")
    assert graph.visual_graph.name == "RecursiveNet"
    assert edges(graph)["LeakyReLU → LSTMCell x3"] == 1


def test_the_same_net_unrolled() -> None:
    graph = run("""
from torchview import draw_graph

model_graph = draw_graph(
    SimpleRNN(), input_size=(2, 3),
    graph_name='RecursiveNet',
    roll=False
)
""")
    assert edges(graph)["LSTMCell → LSTMCell"] == 3


def test_inner_tensors_and_functions() -> None:
    graph = run("""
from torchview import draw_graph

# Show inner tensors and Functionals
model_graph = draw_graph(
    MLP(), input_size=(2, 128),
    graph_name='MLP',
    hide_inner_tensors=False,
    hide_module_functions=False,
)

model_graph.visual_graph
""")
    assert edges(graph)["linear → hidden-tensor"] == 1
    assert functions(graph) == ["linear", "relu", "linear"]


def test_a_residual_net_with_nested_modules() -> None:
    graph = run(
        """
from torchview import draw_graph

model_graph = draw_graph(resnet18(), input_size=(1,3,32,32), expand_nested=True)
model_graph.visual_graph
""",
        resnet18=drawn_nets.ResNet,
    )
    assert "Block" in clusters(graph)
    assert edges(graph)["Conv2d → BatchNorm2d"] == 9
    assert edges(graph)["BatchNorm2d → add_"] == 4


def test_the_size_of_the_picture() -> None:
    graph = run(
        """
from torchview import draw_graph
import graphviz

model_graph = draw_graph(resnet18(), input_size=(1,3,224,224), graph_name='resnet18', depth=2, device='meta')
model_graph.resize_graph(scale=1.5, size_per_element=0.4, min_size=12)
model_graph.visual_graph.graph_attr.update(dpi='100')
model_graph.visual_graph
""",
        resnet18=drawn_nets.ResNet,
    )
    assert "dpi=100" in graph.visual_graph.source


@pytest.fixture(scope="module")
def transformers() -> Any:
    return pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def tokenized(transformers: Any) -> Any:
    """What a tokenizer of transformers gives."""
    ids = torch.tensor([[101, 7592, 2088, 999, 102]])
    encoding = transformers.BatchEncoding(
        {"input_ids": ids, "token_type_ids": torch.zeros_like(ids), "attention_mask": torch.ones_like(ids)}
    )
    assert not isinstance(encoding, dict)
    return encoding


LANGUAGE_MODEL = """
from torchview import draw_graph
model_graph = draw_graph(model, input_data=inputs, **options)
"""


@pytest.mark.slow
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_bert_with_the_output_of_a_tokenizer(transformers: Any, tokenized: Any, device: str) -> None:
    config = transformers.BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    model = transformers.BertModel(config)
    graph = run(LANGUAGE_MODEL, model=model, inputs=tokenized, options={"depth": 2, "device": device})
    # All three embeddings are there, also the one whose input is no input of the model.
    assert sum(said.startswith("Embedding ") for said in labels(graph)) == 3
    assert sum(said.startswith("BertLayer depth:2") for said in labels(graph)) == 2
    assert labels(graph)[-2:] == ["output-tensor depth:0 (1, 5, 32)", "output-tensor depth:0 (1, 32)"]


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 2, 3, float("inf")])
def test_gpt2_at_every_depth(transformers: Any, tokenized: Any, depth: float) -> None:
    config = transformers.GPT2Config(n_embd=32, n_layer=2, n_head=2)
    model = transformers.GPT2Model(config)
    inputs = {name: tokenized[name] for name in ("input_ids", "attention_mask")}
    graph = run(LANGUAGE_MODEL, model=model, inputs=inputs, options={"depth": depth})
    assert labels(graph)[-1] == "output-tensor depth:0 (1, 5, 32)"
    (last,) = (head for _, head in graph.edge_list if head.name == "output-tensor")
    assert last.node_id in graph.id_dict
    blocks = sum(said.startswith("GPT2Block ") for said in labels(graph))
    assert blocks == (2 if depth == 1 else 0)


@pytest.mark.slow
def test_shared_layers_are_one_loop(transformers: Any, tokenized: Any) -> None:
    config = transformers.AlbertConfig(
        hidden_size=32, num_hidden_layers=6, num_attention_heads=2, intermediate_size=64, embedding_size=16
    )
    model = transformers.AlbertModel(config)
    graph = run(LANGUAGE_MODEL, model=model, inputs=tokenized, options={"depth": 3, "roll": True})
    assert edges(graph)["AlbertLayer → AlbertLayer x5"] == 1


def test_a_picture_for_editors_that_show_no_svg() -> None:
    graphviz.set_jupyter_format("png")
    try:
        graph = run("""
from torchview import draw_graph
model_graph = draw_graph(MLP(), input_size=(2, 128))
""")
        assert list(graph.visual_graph._repr_mimebundle_()) == ["image/png"]
    finally:
        graphviz.set_jupyter_format("svg")
