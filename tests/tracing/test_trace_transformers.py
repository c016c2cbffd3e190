"""Transformers built from small configurations: on meta, and the same graph on CPU."""

from __future__ import annotations

import pytest
from truth import without_device

from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.job import trace_spec

pytestmark = [
    pytest.mark.slow,
    # transformers and its dependencies warn when they are imported.
    pytest.mark.filterwarnings("ignore"),
]

WIDTHS = "hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37"
GPT2 = "transformers.GPT2Config(vocab_size=99, n_layer=2, n_embd=32, n_head=4)"
BERT = f"transformers.BertConfig(vocab_size=99, {WIDTHS})"
LLAMA = f"transformers.LlamaConfig(vocab_size=99, {WIDTHS})"
VIT = f"transformers.ViTConfig(image_size=32, patch_size=8, {WIDTHS})"
RESNET = "transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 2])"
T5 = "transformers.T5Config(vocab_size=99, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4)"
WHISPER = """transformers.WhisperConfig(
    vocab_size=99, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
    decoder_attention_heads=4, encoder_ffn_dim=37, decoder_ffn_dim=37, pad_token_id=0,
    max_source_positions=50
)"""
CLIP = """transformers.CLIPConfig(
    text_config={
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37,
    },
    vision_config={
        "image_size": 32, "patch_size": 8,
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37,
    },
)"""

MODELS = {
    "gpt2": (f"transformers.GPT2Model({GPT2})", "int64[1, 7]"),
    "gpt2 lm": (f"transformers.GPT2LMHeadModel({GPT2})", "int64[1, 7], attention_mask=int64[1, 7]"),
    "bert": (f"transformers.BertModel({BERT})", "int64[1, 7]"),
    "vit": (f"transformers.ViTModel({VIT})", None),
    "resnet": (f"transformers.ResNetModel({RESNET})", "float32[1, 3, 32, 32]"),
    "t5": (f"transformers.T5Model({T5})", "input_ids=int64[1, 7], decoder_input_ids=int64[1, 5]"),
    "llama": (f"transformers.LlamaModel({LLAMA})", "int64[1, 7]"),
    "whisper": (
        f"transformers.WhisperModel({WHISPER})",
        "float32[1, 80, 100], decoder_input_ids=int64[1, 5]",
    ),
    "clip": (f"transformers.CLIPModel({CLIP})", "input_ids=int64[1, 7], pixel_values=float32[1, 3, 32, 32]"),
}


def traced(name: str, device: str) -> Graph:
    model, given = MODELS[name]
    options: dict[str, object] = {"device": device} | ({"input": given} if given else {})
    graph = trace_spec(FigureSpec.read(model, options))
    graph.validate()
    return graph


@pytest.mark.parametrize("name", MODELS)
def test_auto_traces_on_meta_what_runs_on_cpu(name: str) -> None:
    graph = traced(name, "auto")
    assert graph.device == "meta"
    assert without_device(graph) == without_device(traced(name, "cpu"))


@pytest.mark.parametrize("name", MODELS)
def test_every_input_and_every_layer_reaches_the_output(name: str) -> None:
    graph = traced(name, "auto")
    reached: set[str] = set()
    open_ = [n.name for n in graph.nodes if n.op == "output"]
    while open_:
        here = open_.pop()
        if here not in reached:
            reached.add(here)
            open_ += [use.node for use in graph.by_name[here].args]
    # A mask that masks nothing is asked `all()` and then left out.
    inputs = [n.name for n in graph.nodes if n.op == "placeholder" and n.name != "attention_mask"]
    cut = [name for name in inputs if name not in reached]
    weighted = (
        "linear.Linear",
        "conv.Conv2d",
        "conv.Conv1d",
        "sparse.Embedding",
        "normalization.LayerNorm",
        "Conv1D",
    )
    for node in graph.nodes:
        if node.op == "call_module" and node.type.endswith(weighted):
            inside = [n.name for n in graph.children.get(node.name, ())] or [node.name]
            if not reached.intersection(inside):
                cut.append(node.name)
    assert not cut


def test_embeddings_of_bert_are_all_there() -> None:
    graph = traced("bert", "auto")
    found = [n.target for n in graph.nodes if n.type.endswith("sparse.Embedding")]
    assert found == [
        "embeddings.word_embeddings",
        "embeddings.token_type_embeddings",
        "embeddings.position_embeddings",
    ]


def test_a_large_llama_takes_no_memory_for_its_weights() -> None:
    import resource

    traced("llama", "auto")  # what importing and first use take does not count
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graph = trace_spec(
        FigureSpec.read(
            "transformers.LlamaForCausalLM(transformers.LlamaConfig(hidden_size=4096, num_hidden_layers=8))",
            {"input": "int64[1, 64]"},
        )
    )
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert graph.root is not None
    assert graph.root.parameters is not None
    assert graph.root.parameters.total > 1_800_000_000
    assert grown < 200_000  # kilobytes; the weights are 7 GB
