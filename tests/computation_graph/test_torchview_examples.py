"""torchview's README and notebooks: what they do runs with only the import changed.

The nets that they get from elsewhere are made here of the same classes or the same layers: torchvision's
ResNet-18 of `drawn_nets`, BERT, RoBERTa and GPT-2 of transformers' classes from small configurations,
with what a tokenizer gives.
"""

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


def test_mlp() -> None:
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


def test_simple_rnn_rolled() -> None:
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


def test_simple_rnn_unrolled() -> None:
    graph = run("""
from torchview import draw_graph

model_graph = draw_graph(
    SimpleRNN(), input_size=(2, 3),
    graph_name='RecursiveNet',
    roll=False
)
""")
    assert edges(graph)["LSTMCell → LSTMCell"] == 3


def test_mlp_with_inner_tensors_and_functions() -> None:
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


def test_resnet() -> None:
    graph = run("""
from torchview import draw_graph

model_graph = draw_graph(resnet18(), input_size=(1,3,32,32))
model_graph.visual_graph
""")
    # What torchvision publishes of its ResNet-18.
    root = graph.graph.root
    assert root is not None
    assert root.parameters is not None
    assert root.parameters.total == 11_689_512
    assert sum(said.startswith("Conv2d depth:3") for said in labels(graph)) == 16
    assert labels(graph)[-2:] == [
        "Linear depth:1 input: (1, 512) output: (1, 1000)",
        "output-tensor depth:0 (1, 1000)",
    ]


def test_resnet_with_nested_modules() -> None:
    graph = run("""
from torchview import draw_graph

model_graph = draw_graph(resnet18(), input_size=(1,3,32,32), expand_nested=True)
model_graph.visual_graph
""")
    assert clusters(graph).count("Block") == 8
    assert edges(graph)["Conv2d → BatchNorm2d"] == 17
    # Of the eight skips three go through convolutions; of the others one comes from the stem.
    skips = {
        name: edges(graph)[f"{name} → add_"] for name in ("BatchNorm2d", "Sequential", "ReLU", "MaxPool2d")
    }
    assert skips == {"BatchNorm2d": 8, "Sequential": 3, "ReLU": 4, "MaxPool2d": 1}


def test_the_size_of_the_picture() -> None:
    graph = run("""
from torchview import draw_graph
import graphviz

model_graph = draw_graph(resnet18(), input_size=(1,3,224,224), graph_name='resnet18', depth=2, device='meta')
model_graph.resize_graph(scale=1.5, size_per_element=0.4, min_size=12)
model_graph.visual_graph.graph_attr.update(dpi='100')
model_graph.visual_graph
""")
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
@pytest.mark.parametrize("nested", [False, True])
def test_gpt2_with_its_head_and_the_output_of_a_tokenizer(
    transformers: Any, tokenized: Any, nested: bool
) -> None:
    config = transformers.GPT2Config(n_embd=32, n_layer=2, n_head=2, vocab_size=200)
    model = transformers.GPT2LMHeadModel(config)
    inputs = transformers.BatchEncoding({"input_ids": tokenized["input_ids"] % 200})
    graph = run(
        """
from torchview import draw_graph
model_graph = draw_graph(
    model, input_data=inputs, graph_name='gpt2', depth=3, expand_nested=nested
)
""",
        model=model,
        inputs=inputs,
        nested=nested,
    )
    assert labels(graph)[-1] == "output-tensor depth:0 (1, 5, 200)"
    assert sum(said.startswith("GPT2Attention depth:3") for said in labels(graph)) == 2
    assert ("GPT2Block" in clusters(graph)) == nested
    assert edges(graph)["Linear → output-tensor"] == 1


@pytest.mark.slow
def test_roberta_in_the_place_of_the_one_of_torchtext(transformers: Any) -> None:
    config = transformers.RobertaConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    graph = run(
        """
from torchview import draw_graph
model_graph_3 = model_graph = draw_graph(model, input_data=model_input, depth=2)
""",
        model=transformers.RobertaModel(config),
        model_input=torch.tensor([[0, 713, 16, 2]]),
    )
    assert sum(said.startswith("RobertaLayer depth:2") for said in labels(graph)) == 2


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
