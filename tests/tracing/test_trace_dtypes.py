"""Products of tensors of several dtypes fail as they do on CPU, and are not drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from torchview_docs.errors import TraceError
from torchview_docs.tracing import trace

MADE = torch.zeros


class Product(nn.Module):
    """Computes something of its input and a weight."""

    def __init__(self, compute: Callable[..., Any], shape: tuple[int, ...]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))
        self.compute = compute

    def forward(self, x: torch.Tensor) -> Any:
        return self.compute(x, self.weight)


class Called(nn.Module):
    """Calls a layer with its input alone."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> Any:
        return self.layer(x)


class Attention(nn.Module):
    """Attends to its input."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.MultiheadAttention(4, 2)

    def forward(self, x: torch.Tensor) -> Any:
        return self.layer(x, x, x, key_padding_mask=MADE(2, 3, dtype=torch.bool))[0]


def recurrent(x: torch.Tensor, w: torch.Tensor) -> Any:
    weights = [w, w[:, :1], w[:, 0], w[:, 0]]
    return torch.gru(x, x[:1, :, :1], weights, True, 1, 0.0, False, False, False)


#: A model, and the shape of its input.
MODELS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "linear": (lambda: Called(nn.Linear(3, 4)), (2, 3)),
    "linear without bias": (lambda: Called(nn.Linear(3, 4, bias=False)), (2, 5, 3)),
    "convolution": (lambda: Called(nn.Conv2d(3, 4, 3)), (1, 3, 8, 8)),
    "transposed convolution": (lambda: Called(nn.ConvTranspose2d(3, 4, 3)), (1, 3, 8, 8)),
    "LSTM": (lambda: Called(nn.LSTM(3, 4)), (5, 2, 3)),
    "GRU": (lambda: Called(nn.GRU(3, 4)), (5, 2, 3)),
    "recurrent function": (lambda: Product(recurrent, (3, 3)), (5, 2, 3)),
    "attention": (Attention, (3, 2, 4)),
    "operator": (lambda: Product(lambda x, w: x @ w, (3, 4)), (2, 3)),
    "reflected operator": (lambda: Product(lambda x, w: w @ x, (4, 2)), (2, 3)),
    "mm": (lambda: Product(torch.mm, (3, 4)), (2, 3)),
    "bmm": (lambda: Product(torch.bmm, (2, 3, 4)), (2, 5, 3)),
    "mv": (lambda: Product(torch.mv, (3,)), (2, 3)),
    "addmm": (lambda: Product(lambda x, w: torch.addmm(w[0], x, w), (3, 4)), (2, 3)),
    "einsum": (lambda: Product(lambda x, w: torch.einsum("ij,jk->ik", x, w), (3, 4)), (2, 3)),
    "dot product attention": (
        lambda: Product(lambda x, w: F.scaled_dot_product_attention(x, w, w), (1, 2, 3, 4)), (1, 2, 3, 4),
    ),
    "sum": (lambda: Product(lambda x, w: x + w, (2, 3)), (2, 3)),
    "joined": (lambda: Product(lambda x, w: torch.cat([x, w]), (2, 3)), (2, 3)),
}  # fmt: skip
DTYPES = (torch.float32, torch.float16, torch.float64, torch.bfloat16, torch.int64)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_what_cpu_refuses_is_not_drawn_on_meta_and_what_it_takes_is(name: str, dtype: torch.dtype) -> None:
    make, shape = MODELS[name]
    model, x = make(), torch.zeros(shape, dtype=dtype)
    try:
        with torch.no_grad():
            model(x)
    except (RuntimeError, ValueError):
        for device in ("meta", "auto"):
            with pytest.raises(TraceError):
                trace(model, x, device=device)
    else:
        assert trace(model, x, device="meta").device == "meta"


def test_the_dtypes_are_named() -> None:
    with pytest.raises(
        TraceError, match=r"linear of tensors of float16 and float32: they must have the same"
    ):
        trace(nn.Linear(3, 4), torch.zeros(2, 3, dtype=torch.float16), device="meta")


def test_autocast_makes_dtypes_agree() -> None:
    class Cast(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            with torch.autocast("cpu", torch.bfloat16):
                return self.layer(x.to(torch.bfloat16))

    graph = trace(Cast(), torch.zeros(2, 3), device="meta")
    assert graph.by_name["layer"].outputs[0].dtype == "bfloat16"


def test_lengths_of_packed_sequences_are_no_operands() -> None:
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.GRU(3, 4, batch_first=True)

        def forward(self, x: torch.Tensor) -> Any:
            packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([2, 1]), batch_first=True)
            return nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0])[0]

    assert trace(Packed(), torch.zeros(2, 2, 3), device="meta").device == "meta"
