"""The sample site's graph networks, imported before anybody else imports PyTorch Geometric, and a plain one.

Its import raises warnings of torch's, which tests take for errors.
"""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sample_site.sample_models import graphs as sample

__all__ = ["PlainGCN", "sample"]


class PlainGCN(nn.Module):
    """A graph convolution without a library: the matrix says who is near."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, hidden)

    def forward(self, x: Tensor, adj: Tensor) -> Tensor:
        hidden = self.linear(x)
        return (adj @ hidden if adj.layout is torch.strided else torch.sparse.mm(adj, hidden)).relu()
