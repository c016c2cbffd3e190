"""The directives ``torchview`` and ``torchview-diff``.

It parses nothing but the caption and leaves a node with what was written. What is wrong with it is
found, told and shown with every other failure in `resolving`: so a bad option is reported in each
build until it is mended, in the same way in RST, MyST and docstrings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from torchview_docs.content import Content, ContentError
from torchview_docs.spec import OPTIONS
from torchview_docs.sphinx_ext.nodes import torchview_figure

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["TorchviewDiffDirective", "TorchviewDirective", "setup_directive"]


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
    """A figure of a model.

    Its argument, which may go over several lines, is the model expression. Its body goes on where
    the argument ends, as in a Markdown fence: a MyST argument is one line, and a fence that MyST
    takes for a directive (`myst_fence_as_directive`) has model and options in its body.
    """

    compares: ClassVar[bool] = False
    required_arguments = 0
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = _OptionSpec(
        {name: _as_written for name, option in OPTIONS.items() if "page" in option.hosts}
    )

    def run(self) -> list[nodes.Node]:
        """The figure with its node and caption."""
        argument = [line.strip() for text in self.arguments for line in text.splitlines()]
        node = torchview_figure()
        node["compares"] = self.compares
        node["text"] = "\n".join([*argument, *self.content])
        node["options"] = {str(name): str(value) for name, value in self.options.items()}
        figure = nodes.figure("", node)
        for element in (node, figure):
            self.set_source_info(element)
        options = self._options(node)
        if options.get("caption"):
            figure += self._caption(options["caption"])
        if options.get("name"):
            self.options["name"] = options["name"]
            self.add_name(figure)
        elif options.get("caption"):
            # Sphinx would call it `id1`, as on each page, and a builder may write all pages as one.
            page = hashlib.sha256(self.env.docname.encode()).hexdigest()[:6]
            figure["ids"].append(f"tv-{page}-figure-{self.env.new_serialno('torchview') + 1}")
        return [figure]

    def _options(self, node: torchview_figure) -> dict[str, str]:
        """The options of head and body, as far as they can be read."""
        try:
            content = Content.read(node["text"], node["options"])
        except ContentError:
            return dict(node["options"])
        return {name: entry.value for name, entry in content.options.items()}

    def _caption(self, text: str) -> nodes.caption:
        inline, messages = self.parse_inline(text, lineno=self.lineno)
        caption = nodes.caption(text, "", *inline, *messages)
        # gettext takes the text from here.
        self.set_source_info(caption)
        return caption


class TorchviewDiffDirective(TorchviewDirective):
    """A figure of what was added, removed and changed between two models."""

    compares = True


def setup_directive(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("torchview", TorchviewDirective)
    app.add_directive("torchview-diff", TorchviewDiffDirective)
