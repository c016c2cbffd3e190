"""Builder: many figure specs in, drawings out.

What the store holds and is fresh is used; what is missing is traced in one batch. With nothing
to trace, no process is started and torch is imported nowhere.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from torchview_docs.engine import drawing_engine
from torchview_docs.errors import Failure, RecordError, TraceError
from torchview_docs.figure import ComparedFigure, Figure
from torchview_docs.manifest import Environment, Manifest
from torchview_docs.modules import search_path
from torchview_docs.records import Record
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec
from torchview_docs.store import Store

if TYPE_CHECKING:
    from torchview_docs.graph import Graph
    from torchview_docs.workers import Workers

__all__ = ["Builder", "Figure"]


def _silent(_: str) -> None:
    """Report to nobody."""


_NO_TORCH = Failure(
    "import",
    "PyTorch is not installed here, and the cache has no record of this figure that is up to date.",
    "Run `pip install torchview-docs[trace]`.",
)


@dataclass(frozen=True)
class _Found:
    """What is known of a trace: the digest of its graph, or why there is none."""

    result: str | Failure
    manifest: Manifest | None = None

    @classmethod
    def of(cls, record: Record) -> _Found:
        head = record.head
        return cls(record.failure() if head.failed else head.digest, head.manifest)


class Builder:
    """Turns specs into figures, for one project.

    Args:
        project: Where it is, and its settings.
        report: Takes progress and notes, one line each.
        job: The function that workers call, `module:name`; by default the tracer's.
    """

    def __init__(
        self, project: Project, *, report: Callable[[str], None] = _silent, job: str | None = None
    ) -> None:
        self.project = project
        self.store = Store(project.cache_folder, report)
        self._report = report
        self._job = job
        #: The project's files that the figures of the last `resolve` depend on, failed ones included.
        self.sources: tuple[Path, ...] = ()
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
        if not figures:
            self.sources = ()
            return {}
        environment = Environment(search_path(self.project.paths), self.project.root, self.store.hashes)
        self.store.refresh()
        found: dict[str, _Found] = {}
        missing: dict[str, FigureSpec] = {}
        generous = sorted(figures, key=lambda figure: figure.limits)  # of equal keys the last one counts
        traces = [side for figure in generous for side in figure.sides]
        for key, spec in {side.trace_key: side.trace_spec for side in traces}.items():
            record = self.store.find(key, lambda head: not environment.stale(head.manifest))
            if record is None:
                missing[key] = spec
            else:
                found[key] = _Found.of(record)
        if missing:
            count = sum(any(side.trace_key in missing for side in figure.sides) for figure in figures)
            self._report(_announcement(len(figures), count, len(missing)))
            found |= self._trace(missing, environment)
        manifests = [each.manifest for each in found.values() if each.manifest]
        self.sources = tuple(sorted({path for each in manifests for path in environment.sources(each)}))
        engine = drawing_engine(environment)
        resolved = {
            figure: self._figure(
                figure, [found[side.trace_key] for side in figure.sides], environment, engine
            )
            for figure in figures
        }
        self.store.save_hashes()
        return resolved

    def _trace(self, missing: Mapping[str, FigureSpec], environment: Environment) -> dict[str, _Found]:
        if not environment.has_torch:
            return dict.fromkeys(missing, _Found(_NO_TORCH))
        found: dict[str, _Found] = {}
        workers = self._started(environment.resolver.path)
        # Closed in time, whatever is raised here: that ends the workers.
        with contextlib.closing(workers.run(list(missing.values()))) as outcomes:
            for spec, outcome in outcomes:
                here = found[spec.trace_key] = self._kept(outcome.result)
                for file in outcome.learnt:
                    self.store.hashes.learn(*file)
                verdict = "failed after " if isinstance(here.result, Failure) else ""
                count = f"{len(found)}/{len(missing)}"
                self._report(f"torchview: {count} {spec.model} {verdict}{outcome.seconds:.1f} s")
        self.store.prune()
        return found

    def _started(self, path: list[str]) -> Workers:
        """The workers, with this `sys.path`."""
        from torchview_docs.messages import TRACE_SPEC
        from torchview_docs.workers import Workers

        if self._workers is not None and self._workers.path != path:
            self.close()
        if self._workers is None:
            self._workers = Workers(self.project, path, self._job or TRACE_SPEC)
        return self._workers

    def _kept(self, result: Record | Failure) -> _Found:
        """What a worker has found, kept for the next build unless it may be otherwise then."""
        if isinstance(result, Failure):
            return _Found(result)
        found = _Found.of(result)
        lasting = not isinstance(found.result, Failure) or found.result.repeats
        if lasting and not self.store.save(result):
            self._unsaved[result.head.digest] = result
        return found

    def _figure(
        self, spec: FigureSpec, found: Sequence[_Found], environment: Environment, engine: str
    ) -> Figure | Failure:
        failures = [each.result if isinstance(each.result, Failure) else None for each in found]
        if failure := _failure(spec, failures):
            return _with_missing_folders(failure, self.project.paths)
        traced = [str(each.result) for each in found]
        digest = hashlib.sha256(f"{''.join(traced)}{spec.view_key}{engine}".encode()).hexdigest()[:32]
        manifests = [each.manifest for each in found if each.manifest]
        sources = tuple(sorted({path for each in manifests for path in environment.sources(each)}))
        loads = [
            functools.partial(self._load, side.trace_spec, name)
            for side, name in zip(spec.sides, traced, strict=True)
        ]
        if spec.old is not None:
            return ComparedFigure(spec, digest, sources, self.store, (loads[0], loads[1]))
        return Figure(spec, digest, sources, self.store, loads[0])

    def _load(self, spec: FigureSpec, digest: str) -> Graph:
        """The graph of a record that was found before."""
        record = self._unsaved.get(digest)
        if record is None:
            record = self.store.find(spec.trace_key, lambda head: head.digest == digest)
        if record is not None:
            try:
                return record.graph()
            except RecordError as error:
                self.store.reject(record, error)
        # It is forged, or somebody has cleared the cache since: trace again.
        started = self._workers is None
        again = self.resolve([spec])[spec]
        if started:
            self.close()
        if isinstance(again, Failure):
            raise TraceError(again)
        return again.graph


def _failure(spec: FigureSpec, failures: Sequence[Failure | None]) -> Failure | None:
    """Why there is no figure; of a comparison with the side that failed."""
    if spec.old is None:
        return failures[0]
    told = [
        replace(failure, message=f"The model {side} (`{model}`) failed: {failure.message}")
        for side, model, failure in zip(
            ("before", "after"), (spec.old.model, spec.model), failures, strict=True
        )
        if failure is not None
    ]
    if len(told) < 2:
        return told[0] if told else None
    return replace(told[0], message=f"{_sentence(told[0])} {told[1]}", where="")


def _sentence(failure: Failure) -> str:
    """All that is said of a failure but its advice, which stands at the end."""
    where = f" (at {failure.where})" if failure.where else ""
    message = f"{failure.message}{where}"
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _with_missing_folders(failure: Failure, paths: Iterable[str]) -> Failure:
    """A failed import also says which folders of `paths` do not exist: that is most likely why.

    Said here and not where it is traced, since what is remembered outlives the setting.
    """
    gone = [os.path.normpath(path) for path in paths if not Path(path).exists()]
    if failure.kind != "import" or not gone:
        return failure
    said = f"The setting `paths` names {', '.join(gone)}, which {'do' if gone[1:] else 'does'} not exist."
    return replace(failure, advice=f"{failure.advice} {said}".strip())


def _announcement(figures: int, missing: int, traces: int) -> str:
    plural = "" if figures == 1 else "s"
    shared = f" ({traces} trace{'' if traces == 1 else 's'})" if traces != missing else ""
    return f"torchview: {figures} figure{plural}, {figures - missing} cached, {missing} to trace{shared}"
