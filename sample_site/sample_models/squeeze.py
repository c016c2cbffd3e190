"""A residual block with squeeze and excitation, to be compared with the plain one."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # the usual name

from sample_models.residual import ResidualBlock

__all__ = ["SqueezeBlock"]


class SqueezeBlock(ResidualBlock):
    """A residual block that weighs its channels, after Hu et al., *Squeeze-and-Excitation* (2018)."""

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1, reduction: int = 4) -> None:
        super().__init__(channels_in, channels_out, stride)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 5, stride, padding=2, bias=False)
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels_out, channels_out // reduction, 1),
            nn.SiLU(),
            nn.Conv2d(channels_out // reduction, channels_out, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """The block's features, `N×channels_out×H/stride×W/stride`."""
        y = F.silu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        y = y * self.squeeze(y)
        skip = x if self.skip is None else self.skip(x)
        return F.silu(y + skip)
