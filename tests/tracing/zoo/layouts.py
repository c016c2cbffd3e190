"""Tensors that are not plain: packed, complex, sparse, nested."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from zoo.cases import case, f, nasty


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
