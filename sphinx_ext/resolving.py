"""Looks all figures of the project up, in every build, and says which pages to write again.

It happens in the event ``env-updated``, which fires also when nothing was read: only so are
changes of a model noticed that no page knows of, and only so do warnings come back until they are
mended. What is found stays in `Figures`, on the application's side, where forked writers see it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

from torchview_docs import __version__
from torchview_docs.errors import Failure, SpecError, TraceError, ViewError
from torchview_docs.exporting import can_export
from torchview_docs.sphinx_ext.collecting import Collected, collected
from torchview_docs.sphinx_ext.config import read_project
from torchview_docs.sphinx_ext.pages import PageRecord
from torchview_docs.sphinx_ext.shown import Drawn, Failed, Shown

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.builders import Builder as SphinxBuilder
    from sphinx.environment import BuildEnvironment

    from torchview_docs.settings import Project
    from torchview_docs.spec import FigureSpec
    from torchview_docs.sphinx_ext.nodes import Written

__all__ = ["WARNING_TYPE", "Figures", "can_print", "needs_figures", "setup_resolving"]

logger = logging.getLogger(__name__)

#: Type of our warnings; the subtype is the kind of failure (`errors.FailureKind`).
WARNING_TYPE = "torchview"


def needs_figures(builder: SphinxBuilder) -> bool:
    """Whether a builder writes what readers read.

    The others (gettext, linkcheck, dummy, doctest, coverage, changes) have no format, or write the
    doctree as it is.
    """
    return builder.format not in ("", "xml", "pseudoxml")


def can_print(builder: SphinxBuilder) -> bool:
    """Whether figures in what a builder writes are PDFs; see `printed`."""
    return builder.format == "latex" and can_export()


def _fault(error: Exception) -> Failure:
    if isinstance(error, TraceError | ViewError):
        return error.failure
    message = f"The figure could not be drawn: {type(error).__name__}: {error}"
    return Failure("internal", message, "Please report it with the model; another `depth` may avoid it.")


class Figures:
    """The figures of the build that runs: what is shown for what was written."""

    def __init__(self) -> None:
        self._shown: dict[Written, Shown] = {}
        self._record: PageRecord | None = None
        self._digests: dict[str, str] = {}
        self._written: set[str] = set()

    def __getitem__(self, written: Written) -> Shown:
        """What is shown for what was written."""
        if written not in self._shown:
            # Another extension made the node after the pages were read.
            message = "This figure was not in the page when it was read."
            return Failed(None, Failure("internal", message))
        return self._shown[written]

    def resolve(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Look up what is collected, warn of what failed, and give the pages to write again."""
        pages = collected(env)
        everything = {figure.written: None for figures in pages.values() for figure in figures}
        self._shown = {}
        self._written = set()
        project = read_project(app.config, Path(app.confdir))
        specs = self._read(everything, project)
        if specs and needs_figures(app.builder):
            self._look_up(specs, project)
        outdated: list[str] = []
        if needs_figures(app.builder):
            self._record = PageRecord(Path(app.outdir), app.builder.name)
            self._digests = self._digest(pages)
            outdated = self._record.begin(self._digests)
            changed = {docname: pages[docname] for docname in outdated}
            self._draw(app.builder, [figure for figures in changed.values() for figure in figures])
            # Of what was to be drawn and could not, the record says so: it is tried again.
            self._digests |= self._digest(changed)
        self._warn(pages)
        return outdated

    def _read(self, everything: Mapping[Written, None], project: Project) -> dict[Written, FigureSpec]:
        specs: dict[Written, FigureSpec] = {}
        for written in everything:
            try:
                specs[written] = written.spec(project.defaults)
            except SpecError as error:
                self._shown[written] = Failed(None, error.failure)
        return specs

    def _look_up(self, specs: Mapping[Written, FigureSpec], project: Project) -> None:
        from torchview_docs.build import Builder

        with Builder(project, report=logger.info) as builder:
            outcomes = builder.resolve(specs.values())
        for written, spec in specs.items():
            outcome = outcomes[spec]
            self._shown[written] = (
                Failed(spec, outcome) if isinstance(outcome, Failure) else Drawn(spec, outcome)
            )

    def _draw(self, builder: SphinxBuilder, figures: Iterable[Collected]) -> None:
        """Draw what is to be written: a fault found here costs one figure, in a writer the build."""
        for figure in figures:
            shown = self[figure.written]
            if isinstance(shown, Failed):
                continue
            try:
                if builder.format == "html":
                    shown.html(figure.prefix)
                elif can_print(builder):
                    _ = shown.figure.drawing
                else:
                    _ = shown.figure.view  # whose layers are listed
            except Exception as error:
                logger.debug("torchview: %s", figure.written, exc_info=True)
                self._shown[figure.written] = Failed(shown.spec, _fault(error))

    def _warn(self, pages: Mapping[str, tuple[Collected, ...]]) -> None:
        for docname in sorted(pages):
            for figure in pages[docname]:
                shown = self._shown.get(figure.written)
                if isinstance(shown, Failed):
                    failure = shown.failure
                    subject = f"{shown.spec.title}: " if shown.spec else ""
                    logger.warning(
                        "torchview: %s%s",
                        subject,
                        failure,
                        type=WARNING_TYPE,
                        subtype=failure.kind,
                        location=figure.location,
                    )

    def _digest(self, pages: Mapping[str, tuple[Collected, ...]]) -> dict[str, str]:
        digests = {}
        for docname, figures in pages.items():
            parts = [__version__, *(f"{f.prefix} {self[f.written].digest}" for f in figures)]
            digests[docname] = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return digests

    def note_written(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:  # noqa: ARG002
        """Note that a page is being written; Sphinx resolves doctrees in the main process only."""
        self._written.add(docname)

    def keep_record(self, app: Sphinx, exception: Exception | None) -> None:  # noqa: ARG002
        """Keep what the pages show, if they were all written."""
        if exception is None and self._record is not None:
            self._record.end(self._digests, self._written)


def setup_resolving(app: Sphinx, figures: Figures) -> None:
    """Register the lookup."""
    # Late, so that a page that another extension has us forget or add is known.
    app.connect("env-updated", figures.resolve, priority=900)
    app.connect("doctree-resolved", figures.note_written)
    app.connect("build-finished", figures.keep_record)
