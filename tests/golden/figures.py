"""The figures whose drawings are kept: models from sample code and configurations, traced here."""

from __future__ import annotations

from functools import cache

from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.page import fits
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.job import trace_spec
from torchview_docs.views import view

__all__ = ["FIGURES", "SLOW", "figure"]

_SAMPLES = "sample_site.sample_models"

#: Model and options by the name of the file.
FIGURES: dict[str, tuple[str, dict[str, str]]] = {
    "residual": (f"{_SAMPLES}.residual.ResidualNet", {"input": "float32[1, 3, 32, 32]", "legend": "true"}),
    "unet": (f"{_SAMPLES}.unet.UNet", {"input": "float32[1, 1, 128, 128]"}),
    "lstm": (f"{_SAMPLES}.recurrent.Tagger", {"input": "int64[1, 40]"}),
    "siamese": (
        f"{_SAMPLES}.siamese.Siamese",
        {"input": "first=float32[1, 1, 105, 105], second=float32[1, 1, 105, 105]"},
    ),
    "densenet": (
        "gallery.gallery_models.DenseNet",
        {"input": "float32[1, 3, 224, 224]", "highlight": "head"},
    ),
    "gcn": (
        f"{_SAMPLES}.graphs.GCN",
        {"input-from": f"{_SAMPLES}.graphs.karate_club", "depth": "1", "show-input-graph": "true"},
    ),
    "resnet": (
        "transformers.ResNetForImageClassification(transformers.ResNetConfig())",
        {"input": "float32[1, 3, 224, 224]"},
    ),
    "bert": ("transformers.BertModel(transformers.BertConfig())", {"input": "int64[1, 128]"}),
    "gpt2": (
        "transformers.GPT2Model(transformers.GPT2Config())", {"input": "int64[1, 128]", "direction": "LR"}
    ),
    "t5": (
        "transformers.T5Model(transformers.T5Config())",
        {"input": "input_ids=int64[1, 64], decoder_input_ids=int64[1, 32]"},
    ),
}  # fmt: skip

#: Those that import a large library.
SLOW = frozenset({"gcn", "resnet", "bert", "gpt2", "t5"})


@cache
def figure(name: str) -> Drawing:
    """A figure by its name, as a page would show it."""
    model, options = FIGURES[name]
    spec = FigureSpec.read(model, options)
    graph = trace_spec(spec)
    return draw(graph, view(graph, spec, fits), spec)[0]
