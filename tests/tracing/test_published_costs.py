"""Parameters and FLOPs of well-known models, beside the numbers that were published of them.

A multiply-add is two FLOPs here, as in `torch.utils.flop_counter`; where a source counts it as one
(MACs), its number is doubled. Where each number is from:

- ResNet-50 (He et al. 2016, with the stride in the 3×3 convolution as torchvision has it): torchvision's
  `ResNet50_Weights`, 25,557,032 parameters and 4.09 GMACs ("GFLOPS" there); biases, norms and
  activations count nothing.
- ViT-B/16 (Dosovitskiy et al. 2021): torchvision's `ViT_B_16_Weights`, 86,567,656 parameters with the
  head of 1000 classes, and 17.56 GMACs ("GFLOPS" there).
- BERT-base (Devlin et al. 2019, "110 M"): 109,482,240 parameters with pooler; 22.5 GFLOPs at 128 tokens
  in the papers on MobileBERT (Sun et al. 2020) and TinyBERT (Jiao et al. 2020).
- GPT-2 (Radford et al. 2019): 124,439,808 parameters; FLOPs by the formulas of "Scaling Laws for
  Neural Language Models" (Kaplan et al. 2020, table 1) and of the Chinchilla paper (Hoffmann et al. 2022,
  appendix F).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from torchview_docs.expression_parser import parse_model
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.job import trace_spec
from torchview_docs.tracing.resolve import build

pytestmark = [
    pytest.mark.slow,
    # transformers and its dependencies warn when they are imported.
    pytest.mark.filterwarnings("ignore"),
]

MODELS: dict[str, tuple[str, str, tuple[int, ...], torch.dtype]] = {
    "ResNet-50": (
        "transformers.ResNetForImageClassification(transformers.ResNetConfig(num_labels=1000))",
        "float32[1, 3, 224, 224]",
        (1, 3, 224, 224),
        torch.float32,
    ),
    "ViT-B/16": (
        "transformers.ViTForImageClassification(transformers.ViTConfig(num_labels=1000))",
        "float32[1, 3, 224, 224]",
        (1, 3, 224, 224),
        torch.float32,
    ),
    "BERT-base": (
        "transformers.BertModel(transformers.BertConfig())",
        "int64[1, 128]",
        (1, 128),
        torch.int64,
    ),
    "GPT-2": (
        "transformers.GPT2LMHeadModel(transformers.GPT2Config())",
        "int64[1, 1024]",
        (1, 1024),
        torch.int64,
    ),
}
EVERY_MODEL = pytest.mark.parametrize("name", MODELS)


@cache
def traced(name: str) -> Graph:
    model, given, *_ = MODELS[name]
    return trace_spec(FigureSpec.read(model, {"input": given, "show-flops": "yes", "show-memory": "yes"}))


@cache
def made(name: str) -> nn.Module:
    with torch.device("meta"):
        model: Any = build(parse_model(MODELS[name][0]))
    return model.eval()  # type: ignore[no-any-return]


PARAMETERS = {
    "ResNet-50": 25_557_032,
    "ViT-B/16": 86_567_656,
    "BERT-base": 109_482_240,
    "GPT-2": 124_439_808,
}


@EVERY_MODEL
def test_parameters_are_the_published_ones(name: str) -> None:
    root = traced(name).root
    assert root
    assert root.parameters
    assert root.parameters.total == PARAMETERS[name]


#: Billions of FLOPs, and how much the last digit that was published leaves open.
PUBLISHED = {
    "ResNet-50": (2 * 4.089, 0.001),
    "ViT-B/16": (2 * 17.564, 0.001),
    "BERT-base": (22.5, 0.01),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_flops_are_the_published_ones(name: str) -> None:
    root = traced(name).root
    assert root
    assert root.flops
    billions, tolerance = PUBLISHED[name]
    assert root.flops / 1e9 == pytest.approx(billions, rel=tolerance)


def test_flops_of_gpt2_are_those_of_the_papers_formulas() -> None:
    layers, width, context, words = 12, 768, 1024, 50_257
    root = traced("GPT-2").root
    assert root
    # Kaplan et al., table 1, per token: 2 N for the N parameters but embeddings, N = 12 layers width².
    # Attention is 2 layers context width there for the scores; the weighted sum of values is as much.
    per_token = 2 * (12 * layers * width**2) + 2 * (2 * layers * context * width)
    # "De-embed" is in the table and not in their sum.
    assert root.flops == context * (per_token + 2 * width * words)
    # Hoffmann et al., appendix F, without the lookup of embeddings as a product, and without softmax.
    attention = 2 * 3 * context * width * width + 2 * context**2 * width + 2 * context**2 * width
    block = attention + 2 * context * width * width + 2 * context * (width * 4 * width + 4 * width * width)
    assert root.flops == layers * block + 2 * context * width * words


def test_flops_of_bert_are_those_of_its_formula() -> None:
    layers, width, tokens = 12, 768, 128
    root = traced("BERT-base").root
    assert root
    pooler = 2 * width * width
    assert root.flops == layers * (2 * tokens * 12 * width**2 + 4 * tokens**2 * width) + pooler


@EVERY_MODEL
def test_every_module_takes_what_torchs_counter_says(name: str) -> None:
    _, _, shape, dtype = MODELS[name]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        made(name)(torch.zeros(shape, dtype=dtype, device="meta"))
    root = type(made(name)).__name__
    expected = {
        path.removeprefix(root).removeprefix("."): sum(counts.values())
        for path, counts in counter.get_flop_counts().items()
        if path != "Global"
    }
    told: dict[str, int] = defaultdict(int)
    for node in traced(name).nodes:
        if node.op == "call_module" and node.flops:
            told[node.target] += node.flops
    assert told == {path: flops for path, flops in expected.items() if flops}
    assert len(told) > 50


@EVERY_MODEL
def test_every_module_has_the_parameters_that_torch_counts(name: str) -> None:
    modules = dict(made(name).named_modules())
    calls = [node for node in traced(name).nodes if node.op == "call_module"]
    assert len(calls) > 50
    for node in calls:
        assert node.parameters
        assert node.parameters.total == sum(p.numel() for p in modules[node.target].parameters())


@EVERY_MODEL
def test_a_module_has_its_own_parameters_and_those_of_its_submodules(name: str) -> None:
    graph = traced(name)
    tied = {"GPT-2": {"GPT2LMHeadModel": 50_257 * 768}}.get(name, {})
    for call in graph.nodes:
        if call.op == "call_module" and call.name in graph.children:
            inner = {n.target: n.parameters for n in graph.children[call.name] if n.op == "call_module"}
            below = sum(p.total for p in inner.values() if p)
            assert call.parameters
            # The output layer of GPT-2 is its table of embeddings, which the model has once.
            assert call.parameters.total == call.parameters.own + below - tied.get(call.name, 0)


@EVERY_MODEL
def test_a_module_takes_what_its_steps_take(name: str) -> None:
    graph = traced(name)
    for call in graph.nodes:
        inner = graph.children.get(call.name)
        if inner:
            assert call.flops == sum(node.flops or 0 for node in inner)
            assert call.memory == sum(node.memory or 0 for node in inner)
