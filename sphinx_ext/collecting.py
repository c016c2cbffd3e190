"""Which figures each page has, kept in Sphinx's environment.

Looking for the nodes in the doctrees would cost more than everything else in a build without
changes; so what is needed of them is noted once, when a page is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector

from torchview_docs.sphinx_ext.nodes import Written, torchview_figure

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["ENV_VERSION", "Collected", "collected", "setup_collecting"]

#: Version of what is kept in the environment and in doctrees: with another one all pages are read
#: again.
ENV_VERSION = 3


@dataclass(frozen=True, slots=True)
class Collected:
    """A figure of a page.

    Attributes:
        written: What the author wrote.
        prefix: Of the ids in its SVG; unique in the project.
        location: `file:line` for messages; in a docstring as autodoc gives it.
    """

    written: Written
    prefix: str
    location: str


_ATTRIBUTE = "torchview_figures"


def collected(env: BuildEnvironment) -> dict[str, tuple[Collected, ...]]:
    """The figures of the project by docname, in the order of the page; pages without are left out."""
    if not hasattr(env, _ATTRIBUTE):
        setattr(env, _ATTRIBUTE, {})
    pages: dict[str, tuple[Collected, ...]] = getattr(env, _ATTRIBUTE)
    return pages


class FigureCollector(EnvironmentCollector):
    """Keeps `collected` up to date, also where pages are read by several processes."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:  # noqa: ARG002
        """Forget a page that is read again or gone."""
        collected(env).pop(docname, None)

    def merge_other(
        self,
        app: Sphinx,  # noqa: ARG002
        env: BuildEnvironment,
        docnames: AbstractSet[str],
        other: BuildEnvironment,
    ) -> None:
        """Take over the pages that another process has read."""
        theirs = collected(other)
        collected(env).update({name: theirs[name] for name in docnames if name in theirs})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note the figures of a page that has just been read."""
        figures = list(doctree.findall(torchview_figure))
        if not figures:
            return
        docname = app.env.docname
        for index, node in enumerate(figures):
            node["prefix"] = _prefix(docname, index, node)
        collected(app.env)[docname] = tuple(
            Collected(Written.of(node), node["prefix"], _location(node)) for node in figures
        )


def _location(node: nodes.Element) -> str:
    # Of an included file docutils gives a path that is relative to the folder of the process.
    return f"{Path(node.source or '').absolute()}:{node.line}"


def _prefix(docname: str, index: int, node: nodes.Element) -> str:
    """The id of a named figure, else one of the page's name and the figure's place in the page.

    Made when the page is read: a builder that puts all pages into one writes them as one page. The
    ids that Sphinx gives figures with a caption and without a name are those of every page: `id1`.
    """
    if node.parent and node.parent["names"] and node.parent["ids"]:
        return str(node.parent["ids"][0])
    return f"tv-{hashlib.sha256(docname.encode()).hexdigest()[:6]}-{index + 1}"


def setup_collecting(app: Sphinx) -> None:
    """Register the collector."""
    app.add_env_collector(FigureCollector)
