"""Builder: many figure specs in, drawings out.

What the store holds and is fresh is used; what is missing is traced in one batch. With nothing
to trace, no process is started and torch is imported nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from torchview_docs.drawing.drawing import Drawing
from torchview_docs.engine import drawing_engine
from torchview_docs.errors import Failure, TraceError
from torchview_docs.graph import Graph
from torchview_docs.manifest import Environment
from torchview_docs.messages import TRACE_SPEC
from torchview_docs.modules import search_path
from torchview_docs.records import Record
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec
from torchview_docs.store import Store

if TYPE_CHECKING:
    from torchview_docs.workers import Workers

__all__ = ["Builder", "Figure"]


def _silent(_: str) -> None:
    """Report to nobody."""


class Figure:
    """A figure that can be drawn; what it needs is read when it is asked for.

    Attributes:
        spec: What the author wrote.
        digest: 32 hexadecimal digits that change when anything that is drawn changes.
        sources: The project's files that it depends on.
    """

    def __init__(
        self,
        spec: FigureSpec,
        digest: str,
        sources: tuple[Path, ...],
        store: Store,
        load: Callable[[], Graph],
    ) -> None:
        self.spec = spec
        self.digest = digest
        self.sources = sources
        self._store = store
        self._load = load

    @cached_property
    def graph(self) -> Graph:
        """The graph as it was traced.

        Raises:
            TraceError: Its record has disappeared since, and the model cannot be traced any more.
        """
        return self._load()

    @cached_property
    def view(self) -> Graph:
        """The graph as the spec shows it."""
        from torchview_docs.views import view

        return view(self.graph, self.spec)

    @cached_property
    def drawing(self) -> Drawing:
        """The figure laid out; kept in the cache."""
        found = self._store.drawing(self.digest)
        if found is None:
            from torchview_docs.drawing.cards import scene
            from torchview_docs.drawing.layout import lay_out

            found = lay_out(scene(self.view, self.spec))
            self._store.save_drawing(self.digest, found)
        return found


class Builder:
    """Turns specs into figures, for one project.

    Args:
        project: Where it is, and its settings.
        report: Takes progress and notes, one line each.
        job: The function that workers call, `module:name`.
    """

    def __init__(
        self, project: Project, *, report: Callable[[str], None] = _silent, job: str = TRACE_SPEC
    ) -> None:
        self.project = project
        self.store = Store(project.cache_folder, report)
        self._report = report
        self._job = job
        self._workers: Workers | None = None
        #: Records that could not be written, by digest.
        self._unsaved: dict[str, Record] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; figures can still be drawn."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def resolve(self, specs: Iterable[FigureSpec]) -> dict[FigureSpec, Figure | Failure]:
        """Look all figures up, trace what is missing in one batch, and return them all."""
        figures = list(dict.fromkeys(specs))
        environment = Environment(search_path(self.project.paths), self.project.root, self.store.hashes)
        self.store.refresh()
        found: dict[str, Record | Failure] = {}
        missing: dict[str, FigureSpec] = {}
        for key, spec in {figure.trace_key: figure.trace_spec for figure in figures}.items():
            record = self.store.find(key, lambda head: not environment.stale(head.manifest))
            if record is None:
                missing[key] = spec
            else:
                found[key] = record
        if missing:
            count = sum(figure.trace_key in missing for figure in figures)
            self._report(
                f"torchview: {len(figures)} figure{'s' * (len(figures) != 1)}, "
                f"{len(figures) - count} cached, {count} to trace"
            )
            found |= self._trace(missing, environment)
        engine = drawing_engine(environment)
        resolved = {
            figure: self._figure(figure, found[figure.trace_key], environment, engine) for figure in figures
        }
        self.store.save_hashes()
        return resolved

    def _trace(
        self, missing: Mapping[str, FigureSpec], environment: Environment
    ) -> dict[str, Record | Failure]:
        if not environment.has_torch:
            failure = Failure(
                "import",
                "PyTorch is not installed here, and there is no up-to-date record of this figure.",
                "Run `pip install torchview-docs[trace]`.",
            )
            return dict.fromkeys(missing, failure)
        found: dict[str, Record | Failure] = {}
        for spec, outcome in self._started(environment.resolver.path).run(list(missing.values())):
            found[spec.trace_key] = self._kept(outcome.result)
            for file in outcome.learnt:
                self.store.hashes.learn(*file)
            self._report(
                f"torchview: {len(found)}/{len(missing)} {spec.model} "
                f"{_verdict(found[spec.trace_key])}{outcome.seconds:.1f} s"
            )
        return found

    def _started(self, path: list[str]) -> Workers:
        """The workers, with this `sys.path`."""
        from torchview_docs.workers import Workers

        if self._workers is not None and self._workers.path != path:
            self.close()
        if self._workers is None:
            self._workers = Workers(self.project, path, self._job)
        return self._workers

    def _kept(self, result: Record | Failure) -> Record | Failure:
        """What a worker has found, kept for the next build unless it may be otherwise then."""
        if isinstance(result, Failure):
            return result
        if result.head.failed and not (failure := result.failure()).repeats:
            return failure
        if not self.store.save(result):
            self._unsaved[result.head.digest] = result
        return result

    def _figure(
        self, spec: FigureSpec, found: Record | Failure, environment: Environment, engine: str
    ) -> Figure | Failure:
        if isinstance(found, Failure):
            return found
        head = found.head
        if head.failed:
            return found.failure()
        digest = hashlib.sha256(f"{head.digest}{spec.view_key}{engine}".encode()).hexdigest()[:32]

        def load() -> Graph:
            return self._load(spec.trace_spec, head.digest)

        return Figure(spec, digest, environment.sources(head.manifest), self.store, load)

    def _load(self, spec: FigureSpec, digest: str) -> Graph:
        """The graph of a record that was found before."""
        record = self._unsaved.get(digest)
        if record is None:
            record = self.store.find(spec.trace_key, lambda head: head.digest == digest)
        if record is not None:
            return record.graph()
        # Somebody has cleared the cache since: trace again.
        again = self.resolve([spec])[spec]
        if isinstance(again, Failure):
            raise TraceError(again)
        return again.graph


def _verdict(found: Record | Failure) -> str:
    failed = isinstance(found, Failure) or found.head.failed
    return "failed after " if failed else ""
