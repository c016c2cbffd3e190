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

from torchview_docs.content import Content
from torchview_docs.spec import FigureSpec

__all__ = ["Written", "torchview_figure"]


class torchview_figure(nodes.General, nodes.Element):  # noqa: N801  # docutils names nodes so
    """A figure of a model, inside a `nodes.figure`.

    Attributes of the node: `text` and `options`, as written; `compares`, whether two models are
    compared; `prefix`, of the ids in its SVG, set by `collecting`.
    """


@dataclass(frozen=True, slots=True)
class Written:
    """What the author wrote of one figure.

    Attributes:
        text: The directive's argument and body, as `Content.read` takes them.
        options: The directive's options, by name.
        compares: Whether two models are compared.
    """

    text: str
    options: tuple[tuple[str, str], ...]
    compares: bool = False

    @classmethod
    def of(cls, node: nodes.Element) -> Written:
        """What a `torchview_figure` holds."""
        options: Mapping[str, Any] = node["options"]
        return cls(
            str(node["text"]), tuple((str(k), str(v)) for k, v in options.items()), bool(node["compares"])
        )

    def spec(self, defaults: Mapping[str, Any]) -> FigureSpec:
        """The figure, with the project's defaults for options that are not given.

        Raises:
            SpecError: What was written cannot be understood.
        """
        return Content.read(self.text, dict(self.options)).spec(defaults, compares=self.compares)

    def __str__(self) -> str:
        lines = [self.text, *(f"{name}: {value}".rstrip() for name, value in self.options)]
        return "\n".join(line for line in lines if line)
