"""Tensors that are not plain: packed, complex, sparse, nested."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from zoo.cases import case, f, nasty, quietly


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = self.rnn(packed)
        return nn.utils.rnn.pad_packed_sequence(out, batch_first=True)[0]


case(Packed, f(3, 7, 3), lambda: torch.tensor([5, 7, 2]), names="x lengths", name="packed sequences")


@nasty("complex numbers")
def complex_numbers(self: Any, x: Any) -> Any:
    z = torch.complex(x, self.layer(x))
    return z.real * z.imag.abs() + torch.view_as_real(z)[..., 0]


def _sparse() -> torch.Tensor:
    return torch.eye(3).to_sparse()


class SparseProduct(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, adjacency: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return torch.sparse.mm(adjacency, self.layer(x))


case(
    SparseProduct, _sparse, f(3, 3),
    names="adjacency x",
    name="sparse input",
    edges={"_sparse_mm": "adjacency layer/linear"},
)  # fmt: skip


@nasty("sparse tensor made inside", (3, 3), (2,))
def sparse_inside(self: Any, x: Any, y: Any) -> Any:
    adjacency = torch.sparse_coo_tensor(torch.tensor([[0, 1], [2, 0]]), y, (3, 3))
    return torch.sparse.mm(adjacency, self.layer(x)) + adjacency.to_dense()


@nasty("compressed rows", (3, 3), lambda: quietly(torch.eye(3).to_sparse_csr))
def compressed(self: Any, x: Any, y: Any) -> Any:
    return y @ self.layer(x)


@nasty("jagged tensor", (2, 3), (4, 3), device="cpu")
def jagged(self: Any, x: Any, y: Any) -> Any:
    both = torch.nested.nested_tensor([x, y], layout=torch.jagged)
    return quietly(lambda: self.layer(both).to_padded_tensor(0.0))


@nasty("strided nested tensor", (2, 3), (4, 3))
def nested(self: Any, x: Any, y: Any) -> Any:
    return quietly(lambda: torch.nested.nested_tensor([x, y]).to_padded_tensor(0.0))


@nasty("nested tensor of what is there", (2, 3), (4, 3))
def as_nested(self: Any, x: Any, y: Any) -> Any:
    return quietly(lambda: torch.nested.as_nested_tensor([x, y]).to_padded_tensor(0.0))


@nasty("jagged tensor of what is there", (2, 3), (4, 3), device="cpu")
def as_jagged(self: Any, x: Any, y: Any) -> Any:
    both = torch.nested.as_nested_tensor([x, y], layout=torch.jagged)
    return quietly(lambda: self.layer(both).to_padded_tensor(0.0))


@nasty("jagged view of one tensor", (6, 3), device="cpu")
def jagged_view(self: Any, x: Any) -> Any:
    parts = torch.nested.nested_tensor_from_jagged(x, torch.tensor([0, 2, 6]))
    return quietly(lambda: torch.nested.to_padded_tensor(self.layer(parts), 0.0))


@nasty("jagged parts by length", (2, 4, 3))
def narrowed(self: Any, x: Any) -> Any:
    parts = torch.nested.narrow(x, 1, torch.tensor([0, 1]), torch.tensor([2, 3]), layout=torch.jagged)
    return torch.nested.to_padded_tensor(torch.relu(parts.contiguous()), 0.0)


class Ragged(nn.Module):
    """Hands packed sequences from module to module."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = PackedLayer()

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, (hidden, _) = self.inner(packed)
        return nn.utils.rnn.pad_packed_sequence(out, batch_first=True)[0].sum(1) + hidden[0]


class PackedLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(3, 4, batch_first=True)

    def forward(self, packed: nn.utils.rnn.PackedSequence) -> Any:
        doubled = nn.utils.rnn.PackedSequence(packed.data * 2, *packed[1:])
        return self.rnn(doubled)


case(
    Ragged, f(3, 5, 3), lambda: torch.tensor([2, 5, 3]),
    names="x lengths",
    name="packed sequence between modules",
)  # fmt: skip


@nasty("fourier transform and back", (2, 8))
def fourier(self: Any, x: Any) -> Any:
    spectrum = torch.fft.rfft(x, norm="ortho")
    filtered = spectrum * torch.polar(torch.ones(5), torch.linspace(0, 1, 5))
    return torch.fft.irfft(filtered, n=8), spectrum.conj().angle()


@nasty("short-time fourier transform and back", (1, 64))
def short_time(self: Any, x: Any) -> Any:
    window = torch.hann_window(16)
    spectrum = torch.stft(x, 16, 4, window=window, return_complex=True)
    return torch.istft(spectrum, 16, 4, 16, window, length=64), torch.istft(
        spectrum * 2, 16, 4, window=window
    )


@nasty("rotary positions as complex numbers", (1, 4, 2, 8))
def rotary(self: Any, x: Any) -> Any:
    freqs = 1.0 / 10000 ** (torch.arange(0, 8, 2).float() / 8)
    turns = torch.polar(torch.ones(4, 4), torch.outer(torch.arange(4), freqs))
    pairs = torch.view_as_complex(x.reshape(1, 4, 2, 4, 2)) * turns[:, None]
    return torch.view_as_real(pairs).flatten(-2)


@nasty("empty batch", (0, 3), more="x>0")
def empty_batch(self: Any, x: Any) -> Any:
    return torch.cat([self.layer(x), torch.zeros(1, 3)])


@nasty("numbers without dimension", ())
def scalars(self: Any, x: Any) -> Any:
    return (self.layer.weight * x).sum() + torch.tensor(1.0)


@nasty("channels last and strange strides", (1, 3, 4, 5), conv=lambda: nn.Conv2d(3, 2, 1))
def strides(self: Any, x: Any) -> Any:
    y = self.conv(x.to(memory_format=torch.channels_last))
    z = y.permute(0, 2, 3, 1)[:, ::2].flip(1)
    return z.contiguous().view(-1), y.is_contiguous(memory_format=torch.channels_last)


@nasty(
    "half precision", lambda: torch.randn(2, 3).to(torch.bfloat16), layer16=lambda: nn.Linear(3, 3).bfloat16()
)
def half(self: Any, x: Any) -> Any:
    return self.layer16(x).float() + self.layer(x.float())


@nasty("float8 and back")
def float8(self: Any, x: Any) -> Any:
    return self.layer(x).to(torch.float8_e4m3fn).to(torch.float32)


@nasty("quantised and back")
def quantised(self: Any, x: Any) -> Any:
    q = torch.fake_quantize_per_tensor_affine(self.layer(x), 0.1, 0, -128, 127)
    bytes_ = (q * 10).round().clamp(-128, 127).to(torch.int8)
    return bytes_.float() * 0.1


@nasty("unfold, fold and strided windows", (1, 1, 6, 6))
def windows(self: Any, x: Any) -> Any:
    patches = F.unfold(x, 3, stride=3)
    return F.fold(patches * 2, (6, 6), 3, stride=3), x.unfold(2, 2, 2).sum(-1)


@nasty("einsum, tensordot and broadcasting", (2, 3, 4), (4, 3))
def products(self: Any, x: Any, y: Any) -> Any:
    a = torch.einsum("bij,jk->bik", x, y)
    return torch.tensordot(x, y, dims=([2], [0])) + a, x * y.T[None]


@nasty("output that is no tensor", (2, 3))
def mixed_output(self: Any, x: Any) -> Any:
    y = self.layer(x)
    return {"value": y, "shape": y.shape, "name": "text", "count": 3, "none": None, "nested": {"y": [y * 2]}}
