"""A residual network for small images."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # the usual name

__all__ = ["ResidualBlock", "ResidualNet"]


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions around a skip connection.

    Where the size or the number of channels changes, the skip is a 1×1 convolution.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels_out)
        self.skip: nn.Module | None = None
        if stride != 1 or channels_in != channels_out:
            self.skip = nn.Conv2d(channels_in, channels_out, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The block's features, `N×channels_out×H/stride×W/stride`."""
        y = F.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        skip = x if self.skip is None else self.skip(x)
        return F.relu(y + skip)


class ResidualNet(nn.Module):
    """A ResNet in miniature, after He et al., *Deep Residual Learning* (2016).

    .. torchview:: sample_models.residual.ResidualNet
       :input: float32[1, 3, 32, 32]
       :caption: The residual network at a glance.
    """

    def __init__(self, classes: int = 10, width: int = 16, blocks: int = 2) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.stage1 = self._stage(width, width, blocks, stride=1)
        self.stage2 = self._stage(width, 2 * width, blocks, stride=2)
        self.stage3 = self._stage(2 * width, 4 * width, blocks, stride=2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(4 * width, classes)

    @staticmethod
    def _stage(channels_in: int, channels_out: int, blocks: int, stride: int) -> nn.Sequential:
        rest = [ResidualBlock(channels_out, channels_out) for _ in range(blocks - 1)]
        return nn.Sequential(ResidualBlock(channels_in, channels_out, stride), *rest)

    def forward(self, image: Tensor) -> Tensor:
        """Class scores, `N×classes`, of images `N×3×H×W`."""
        x = self.stem(image)
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.head(self.pool(x).flatten(1))
