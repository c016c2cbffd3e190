"""A U-Net for segmentation."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

__all__ = ["UNet"]


class DoubleConv(nn.Sequential):
    """Two convolutions, each with normalisation and activation."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_out, 3, padding=1),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels_out, channels_out, 3, padding=1),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        )


class Up(nn.Module):
    """Doubles the size, joins the skip, convolves."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(channels_in, channels_out, 2, stride=2)
        self.conv = DoubleConv(2 * channels_out, channels_out)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Features of the skip's size."""
        return self.conv(torch.cat([skip, self.up(x)], dim=1))


class UNet(nn.Module):
    """An encoder and a decoder with skips between equal sizes, after Ronneberger et al. (2015)."""

    def __init__(self, channels: int = 1, classes: int = 2, width: int = 16, levels: int = 3) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(levels + 1)]
        self.inc = DoubleConv(channels, width)
        self.down = nn.ModuleList(DoubleConv(a, b) for a, b in pairwise(widths))
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(Up(b, a) for a, b in reversed(list(pairwise(widths))))
        self.outc = nn.Conv2d(width, classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        """A score for each class and pixel, `N×classes×H×W`."""
        skips = [self.inc(image)]
        for down in self.down:
            skips.append(down(self.pool(skips[-1])))
        x = skips.pop()
        for up in self.up:
            x = up(x, skips.pop())
        return self.outc(x)
