"""Workers: processes that trace, so that nothing a model does can hurt the build.

Each worker imports torch once and traces one figure after the other. A job that takes too long,
uses too much memory or kills its process costs that figure only: a new worker goes on.
"""

from __future__ import annotations

import collections
import os
import queue
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from torchview_docs.errors import Failure, RecordError
from torchview_docs.hashes import Stamp
from torchview_docs.messages import TRACE_SPEC, Reply, Setup, read_line
from torchview_docs.records import Record
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec
from torchview_docs.worker import Events, Job, Worker

__all__ = ["Outcome", "Workers"]

#: Seconds between two looks at the limits.
_TICK = 0.1
#: How often a job is given to a new worker because the source has changed meanwhile.
_ATTEMPTS = 3
_MB = 1024 * 1024
#: Bytes that no machine has and that systems still take for a number, for `memory: inf`.
_NO_LIMIT = 1 << 60


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        result: What the worker has found, or why it has found nothing.
        seconds: How long it took.
        learnt: See `messages.Reply`.
    """

    result: Record | Failure
    seconds: float
    learnt: tuple[tuple[str, Stamp, str], ...] = ()


class Workers:
    """A few processes that trace.

    Args:
        project: For its limits.
        path: `sys.path` of the workers.
        job: The function that they call, `module:name`.
    """

    def __init__(self, project: Project, path: Sequence[str], job: str = TRACE_SPEC) -> None:
        #: `sys.path` of the workers.
        self.path = list(path)
        self._settings = project.settings
        self._setup = Setup(
            path=self.path,
            folder=str(project.root),
            memory=int(min(self._settings.memory * _MB, _NO_LIMIT)),
            threads=max(1, (os.cpu_count() or 1) // self._settings.workers),
            pythonpath=os.environ.get("PYTHONPATH"),
            job=job,
        )
        self._events: Events = queue.SimpleQueue()
        self._workers: list[Worker] = []
        #: Why workers could not be started, since the last one that could.
        self._false_starts: list[Failure] = []

    def run(self, specs: Sequence[FigureSpec]) -> Generator[tuple[FigureSpec, Outcome], None, None]:
        """Trace each of these; outcomes come as they are ready.

        Whatever interrupts this, Ctrl-C too, ends the workers.
        """
        waiting = collections.deque(Job(spec) for spec in specs)
        try:
            while waiting or self._busy():
                self._employ(waiting)
                for job, outcome in self._news():
                    if outcome is None:
                        waiting.appendleft(job)
                    else:
                        yield job.spec, outcome
                if len(self._false_starts) > self._settings.workers:
                    failure = self._false_starts.pop()
                    yield from ((job.spec, Outcome(failure, 0.0)) for job in waiting)
                    waiting.clear()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the workers and whatever they have started."""
        for worker in list(self._workers):
            self._drop(worker)
        self._false_starts.clear()

    def _busy(self) -> int:
        return sum(worker.job is not None for worker in self._workers)

    def _employ(self, waiting: collections.deque[Job]) -> None:
        """Start workers for what waits, and give a job to each that has none."""
        while len(self._workers) < min(self._settings.workers, self._busy() + len(waiting)):
            try:
                self._workers.append(Worker(self._setup, self._events))
            except OSError as error:
                self._false_starts.append(Failure("internal", f"No worker could be started: {error}."))
                break
        for worker in list(self._workers):
            if not waiting or not worker.ready or worker.job is not None:
                continue
            if waiting[0].alone and worker.served:
                self._drop(worker)
            else:
                worker.give(waiting.popleft())

    def _news(self) -> Iterator[tuple[Job, Outcome | None]]:
        """Wait a moment; outcomes of jobs, None where another worker must do the job again."""
        try:
            worker, line = self._events.get(timeout=_TICK)
        except queue.Empty:
            pass
        else:
            if worker in self._workers:
                yield from self._heard(worker, line)
        for worker in list(self._workers):
            failure = worker.exceeded(self._settings)
            if failure is not None or worker.has_died():
                yield from self._lost(worker, failure)

    def _heard(self, worker: Worker, line: bytes | None) -> Iterator[tuple[Job, Outcome | None]]:
        if line is None:
            yield from self._lost(worker, None)
            return
        try:
            reply = Reply.from_data(read_line(line))
        except RecordError as error:
            yield from self._lost(worker, Failure("internal", f"The worker said something else: {error}."))
            return
        if not worker.ready:
            worker.is_ready()
            self._false_starts.clear()
            return
        job = worker.take()
        if reply.record is None or worker.grown(self._setup.memory):
            self._drop(worker)
        if job is not None:
            yield job, self._outcome(job, reply)

    def _outcome(self, job: Job, reply: Reply) -> Outcome | None:
        took = time.monotonic() - job.started
        if reply.record is not None:
            return Outcome(reply.record, took, reply.learnt)
        if job.attempts < _ATTEMPTS:
            return None
        return Outcome(Failure("internal", "The source of the model changes while it is traced."), took)

    def _lost(self, worker: Worker, failure: Failure | None) -> Iterator[tuple[Job, Outcome | None]]:
        """A worker has died (no failure) or must; what that says of its job."""
        job, crashed = worker.take(), failure is None
        self._drop(worker)
        failure = failure or worker.crash()
        if job is None:
            # One that was ready has died of something that an earlier model has left in it.
            if not worker.ready:
                message = f"No worker could be started. {failure.message}"
                self._false_starts.append(Failure("internal", message, failure.advice))
        elif crashed and worker.served > 1 and not job.alone:
            # It may have died of what an earlier model has left in it.
            job.alone = True
            yield job, None
        else:
            yield job, Outcome(failure, time.monotonic() - job.started)

    def _drop(self, worker: Worker) -> None:
        worker.end()
        if worker in self._workers:
            self._workers.remove(worker)
