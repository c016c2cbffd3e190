"""A Siamese network that compares two images."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # the usual name

__all__ = ["Siamese"]


class Siamese(nn.Module):
    """One encoder, called twice: the weights are shared, the calls are two."""

    def __init__(self, width: int = 32, features: int = 64) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, width, 5, stride=2),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 5, stride=2),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(2 * width, features),
        )
        self.score = nn.Linear(2 * features + 1, 1)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """The probability that both images show the same, `N×1`."""
        a = self.encoder(first)
        b = self.encoder(second)
        similarity = F.cosine_similarity(a, b).unsqueeze(1)
        return torch.sigmoid(self.score(torch.cat([(a - b).abs(), a * b, similarity], dim=1)))
