"""The input that nobody wrote: what a model, or its configuration, says of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from torch import nn

from torchview_docs.errors import TraceError
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.constructing import meta_parameters
from torchview_docs.tracing.inputs import inputs_of
from torchview_docs.tracing.job import trace_spec

#: Of each model class the shapes that its configuration asks for.
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "BertModel": {"input_ids": (1, 16)},
    "T5Model": {"input_ids": (1, 16), "decoder_input_ids": (1, 16)},
    "BartModel": {"input_ids": (1, 16), "decoder_input_ids": (1, 16)},
    "ViTModel": {"pixel_values": (1, 3, 224, 224)},
    "ResNetModel": {"pixel_values": (1, 3, 224, 224)},
    "VideoMAEModel": {"pixel_values": (1, 16, 3, 224, 224)},
    "CLIPModel": {"input_ids": (1, 16), "pixel_values": (1, 3, 224, 224)},
    "Wav2Vec2Model": {"input_values": (1, 16000)},
    "ASTModel": {"input_values": (1, 1024, 128)},
    "WhisperModel": {"input_features": (1, 80, 3000), "decoder_input_ids": (1, 16)},
    "EncodecModel": {"input_values": (1, 1, 16000)},
}


def model(name: str) -> Any:
    cls = getattr(transformers, name)
    with meta_parameters():
        return cls(cls.config_class())


@pytest.mark.parametrize("name", SHAPES)
def test_a_configuration_says_how_large_the_input_is_and_the_model_runs_with_it(name: str) -> None:
    args, kwargs = inputs_of(FigureSpec(f"transformers.{name}"), model(name), meta=True)
    assert not args
    assert {key: tuple(value.shape) for key, value in kwargs.items()} == SHAPES[name]
    graph = trace_spec(FigureSpec(f"transformers.{name}(transformers.{name[:-5]}Config())"))
    assert [node.target for node in graph.nodes if node.op == "placeholder"] == list(kwargs)


class FromTimm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pretrained_cfg = {"input_size": (3, 96, 80)}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class FromLightning(nn.Module):
    def __init__(self, example: Any) -> None:
        super().__init__()
        self.example_input_array = example

    def forward(self, first: torch.Tensor, second: torch.Tensor | None = None) -> torch.Tensor:
        return first if second is None else first + second


def test_timms_configuration_has_the_size_of_one_picture() -> None:
    (picture,), kwargs = inputs_of(FigureSpec("pkg.Net"), FromTimm(), meta=False)
    assert picture.shape == (1, 3, 96, 80)
    assert not kwargs


@pytest.mark.parametrize("form", ["tensor", "tuple", "dict"])
def test_lightnings_example_is_a_tensor_several_or_named_ones(form: str) -> None:
    x = torch.ones(2, 3)
    example = {"tensor": x, "tuple": (x, x), "dict": {"first": x, "second": x}}[form]
    args, kwargs = inputs_of(FigureSpec("pkg.Net"), FromLightning(example), meta=False)
    assert FromLightning(example)(*args, **kwargs).shape == (2, 3)
    assert len(args) + len(kwargs) == (1 if form == "tensor" else 2)


class FaultyDummy(nn.Module):
    @property
    def dummy_inputs(self) -> Any:
        raise OSError("no network")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def test_a_dummy_that_raises_is_told() -> None:
    with pytest.raises(TraceError, match=r"FaultyDummy\.dummy_inputs.*no network"):
        inputs_of(FigureSpec("pkg.Net"), FaultyDummy(), meta=False)
