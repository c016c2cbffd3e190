"""The node of a figure, and what it holds.

A node holds what the author wrote and nothing that was made of it: the defaults of conf.py and
pyproject.toml are applied in every build anew, so that a page need not be read again when they
change. Plain data only: doctrees are pickled and outlive a version of this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docutils import nodes

__all__ = ["Written", "torchview_figure"]


class torchview_figure(nodes.General, nodes.Element):  # noqa: N801  # docutils names nodes so
    """A figure of a model, inside a `nodes.figure`.

    Attributes of the node: `model` and `options`, as written; `prefix`, of the ids in its SVG,
    set by `collecting`.
    """


@dataclass(frozen=True, slots=True)
class Written:
    """What the author wrote of one figure: the model expression, and options by name."""

    model: str
    options: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, node: nodes.Element) -> Written:
        """What a `torchview_figure` holds."""
        options: Mapping[str, Any] = node["options"]
        return cls(str(node["model"]), tuple((str(k), str(v)) for k, v in options.items()))

    def __str__(self) -> str:
        return "\n".join([self.model, *(f"{name}: {value}".rstrip() for name, value in self.options)])
