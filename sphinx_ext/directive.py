"""The directive ``torchview``.

It parses nothing but the caption and leaves a node with what was written. What is wrong with it is
found, told and shown with every other failure in `resolving`: so a bad option is reported in each
build until it is mended, in the same way in RST, MyST and docstrings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from torchview_docs.sphinx_ext.nodes import torchview_figure

from torchview_docs.spec import OPTIONS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["TorchviewDirective", "setup_directive"]


def _as_written(value: str | None) -> str:
    return value or ""


class _OptionSpec(dict[str, Callable[[str | None], str]]):
    """The options of a page, and any other name.

    docutils would answer an unknown option with a message that names no other; ours names the
    nearest right one.
    """

    def __missing__(self, name: str) -> Callable[[str | None], str]:
        return _as_written


class TorchviewDirective(SphinxDirective):
    """A figure of a model: its argument, which may go over several lines, is the model expression.

    The content of the directive continues the argument, because a MyST argument is one line.
    """

    required_arguments = 0
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = _OptionSpec(
        {name: _as_written for name, option in OPTIONS.items() if "page" in option.hosts}
    )

    def run(self) -> list[nodes.Node]:
        """The figure with its node and caption."""
        node = torchview_figure()
        lines = "\n".join([*self.arguments, *self.content]).splitlines()
        node["model"] = "\n".join(line.strip() for line in lines)
        node["options"] = {str(name): str(value) for name, value in self.options.items()}
        figure = nodes.figure("", node)
        for element in (node, figure):
            self.set_source_info(element)
        if caption := self.options.get("caption"):
            figure += self._caption(caption)
        if self.options.get("name"):
            self.add_name(figure)
        return [figure]

    def _caption(self, text: str) -> nodes.caption:
        inline, messages = self.parse_inline(text, lineno=self.lineno)
        caption = nodes.caption(text, "", *inline, *messages)
        # gettext takes the text from here.
        self.set_source_info(caption)
        return caption


def setup_directive(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("torchview", TorchviewDirective)
