"""Workers: processes that trace, so that nothing a model does can hurt the build.

Each worker imports torch once and traces one figure after the other. A job that takes too long,
uses too much memory or kills its process costs that figure only: a new worker goes on.
"""

from __future__ import annotations

import collections
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import torchview_docs
from torchview_docs.errors import Failure, RecordError
from torchview_docs.hashes import Stamp
from torchview_docs.messages import TRACE_SPEC, Reply, Setup, read_line, write_line
from torchview_docs.processes import death, kill_tree, used_memory
from torchview_docs.records import Record
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec

__all__ = ["Outcome", "Workers"]

#: Seconds that a worker may take to import torch, which is no figure's fault.
_START = 300.0
#: Seconds between two looks at the clock and at the memory.
_TICK = 0.1
#: How often a job is given to a new worker because the source has changed meanwhile.
_ATTEMPTS = 3
_MB = 1024 * 1024


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


@dataclass
class _Job:
    spec: FigureSpec
    started: float = 0.0
    attempts: int = 0
    memory: int = 0


class Workers:
    """A few processes that trace.

    Args:
        project: For its limits.
        path: `sys.path` of the workers.
        job: The function that they call, `module:name`.
    """

    def __init__(self, project: Project, path: Sequence[str], job: str = TRACE_SPEC) -> None:
        settings = project.settings
        #: `sys.path` of the workers.
        self.path = list(path)
        self._project = project
        self._setup = Setup(
            path=self.path,
            folder=str(project.root),
            memory=int(settings.memory * _MB),
            threads=max(1, (os.cpu_count() or 1) // settings.workers),
            pythonpath=os.environ.get("PYTHONPATH"),
            job=job,
        )
        self._events: queue.SimpleQueue[tuple[_Worker, bytes | None]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []

    def run(self, specs: Sequence[FigureSpec]) -> Generator[tuple[FigureSpec, Outcome], None, None]:
        """Trace each of these; outcomes come as they are ready.

        Whatever interrupts this, Ctrl-C too, ends the workers.
        """
        waiting = collections.deque(_Job(spec) for spec in specs)
        failed_starts = 0
        try:
            while waiting or any(worker.job for worker in self._workers):
                while len(self._workers) < min(self._project.settings.workers, self._busy() + len(waiting)):
                    self._workers.append(_Worker(self._setup, self._events))
                for worker in self._workers:
                    if worker.ready and worker.job is None and waiting:
                        worker.give(waiting.popleft())
                for worker, job, outcome in self._happened():
                    if outcome is None:
                        # Its source has changed since the worker has imported it.
                        self._drop(worker)
                        if job is not None:
                            waiting.appendleft(job)
                    elif job is None:
                        failed_starts += 1
                        if failed_starts > self._project.settings.workers:
                            yield from ((job.spec, outcome) for job in waiting)
                            waiting.clear()
                    else:
                        failed_starts = 0
                        yield job.spec, outcome
        except BaseException:
            self.close()
            raise

    def _busy(self) -> int:
        return sum(worker.job is not None for worker in self._workers)

    def close(self) -> None:
        """End the workers and whatever they have started."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def _happened(self) -> list[tuple[_Worker, _Job | None, Outcome | None]]:
        """Wait a moment; what became of jobs, or of workers that didn't start."""
        found = []
        try:
            worker, line = self._events.get(timeout=_TICK)
        except queue.Empty:
            pass
        else:
            if worker in self._workers:
                found += self._heard(worker, line)
        for worker in list(self._workers):
            failure = worker.exceeded(self._project)
            if failure is not None:
                found.append((worker, *self._lost(worker, failure)))
        return found

    def _heard(
        self, worker: _Worker, line: bytes | None
    ) -> list[tuple[_Worker, _Job | None, Outcome | None]]:
        if line is None:
            return [(worker, *self._lost(worker, None))]
        try:
            reply = Reply.from_data(read_line(line))
        except RecordError as error:
            return [(worker, *self._lost(worker, Failure("internal", f"The worker said: {error}")))]
        if not worker.ready:
            worker.is_ready()
            return []
        job = worker.take()
        if job is None:
            return []
        took = time.monotonic() - job.started
        if reply.record is None:
            if job.attempts < _ATTEMPTS:
                return [(worker, job, None)]
            message = "The source of the model changes while it is traced."
            return [(worker, job, Outcome(Failure("internal", message), took))]
        return [(worker, job, Outcome(reply.record, took, reply.learnt))]

    def _lost(self, worker: _Worker, failure: Failure | None) -> tuple[_Job | None, Outcome]:
        """A worker has died (no failure) or must; what that says of its job."""
        started, job = worker.since, worker.take()
        self._drop(worker)
        if failure is None:
            failure = worker.crash()
        if job is None:
            failure = Failure("internal", f"No worker could be started. {failure.message}", failure.advice)
        return job, Outcome(failure, time.monotonic() - started)

    def _drop(self, worker: _Worker) -> None:
        worker.end()
        if worker in self._workers:
            self._workers.remove(worker)


class _Worker:
    """A worker as the build process sees it."""

    def __init__(self, setup: Setup, events: queue.SimpleQueue[tuple[_Worker, bytes | None]]) -> None:
        self.ready = False
        self.job: _Job | None = None
        self.since = time.monotonic()
        self._said: collections.deque[str] = collections.deque(maxlen=200)
        # -P: nothing in the working folder may stand in for a module of Python's own.
        command = [sys.executable, "-P", "-X", "faulthandler", "-m", "torchview_docs.tracing.worker"]
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            # Its own session, or group on Windows: Ctrl-C is ours, and it can be ended with its children.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._jobs, replies, said = _pipes(self._process)
        self._readers = [
            threading.Thread(target=_pass_on, args=(replies, self, events), daemon=True),
            threading.Thread(target=_keep, args=(said, self._said), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self._send(vars(setup))

    def _send(self, data: object) -> None:
        try:
            self._jobs.write(write_line(data))
            self._jobs.flush()
        except OSError:
            # It has died, and the end of its output says so.
            return

    def is_ready(self) -> None:
        """It has imported torch."""
        self.ready = True

    def give(self, job: _Job) -> None:
        """Let it do a job."""
        self.since = job.started = time.monotonic()
        job.attempts += 1
        job.memory = used_memory(self._process.pid) or 0
        self.job = job
        self._send(job.spec.to_data())

    def take(self) -> _Job | None:
        """The job that it did; it has none now."""
        job, self.job = self.job, None
        return job

    def exceeded(self, project: Project) -> Failure | None:
        """Which limit it has passed, if any."""
        took = time.monotonic() - self.since
        if not self.ready:
            return Failure("timeout", f"It took more than {_START:g} s.") if took > _START else None
        if self.job is None:
            return None
        settings = project.settings
        if took > settings.timeout:
            return Failure(
                "timeout",
                f"Tracing took longer than {settings.timeout:g} s.",
                "Show a smaller model or input, or raise the setting `timeout`.",
            )
        used = used_memory(self._process.pid)
        if used is not None and used - self.job.memory > settings.memory * _MB:
            return Failure(
                "memory",
                f"Tracing used more than {settings.memory:g} MB.",
                "Show a smaller model or input, pin `device: meta`, or raise the setting `memory`.",
            )
        return None

    def crash(self) -> Failure:
        """What is known of its death, after `end`."""
        said = [line for line in self._said if line.strip()]
        where = ""
        for number, line in enumerate(said):
            if line.startswith("Fatal Python error"):
                where = _innermost(said[number:])
                said = said[:number]
                break
        last = f" Its last words: {said[-1].strip()}" if said else ""
        return Failure("crash", f"The process that traced it ended {death(self.code)}.{last}", where=where)

    @property
    def code(self) -> int:
        """Its exit code, after `end`."""
        return self._process.returncode

    def end(self) -> None:
        """End it and whatever it has started; nothing if it has ended."""
        if self._process.returncode is None:
            # One that has died by itself keeps its own code.
            self._process.poll()
            kill_tree(self._process)
        for reader in self._readers:
            reader.join(timeout=5)
        for pipe in _pipes(self._process):
            # Closing writes what the dead one has not read.
            with contextlib.suppress(OSError):
                pipe.close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("the worker was started without pipes")
    return process.stdin, process.stdout, process.stderr


def _pass_on(
    pipe: IO[bytes], worker: _Worker, events: queue.SimpleQueue[tuple[_Worker, bytes | None]]
) -> None:
    for line in pipe:
        events.put((worker, line))
    events.put((worker, None))


def _keep(pipe: IO[bytes], lines: collections.deque[str]) -> None:
    while line := pipe.readline(4096):
        lines.append(line.decode(errors="replace").rstrip())


def _innermost(stack: Sequence[str]) -> str:
    """`file:line` of the innermost frame outside site-packages, as faulthandler tells it."""
    starts = [number for number, line in enumerate(stack) if line.startswith("Current thread")]
    for line in stack[starts[0] :] if starts else ():
        parts = line.strip().split('"')
        if len(parts) == 3 and parts[0] == "File " and "site-packages" not in parts[1]:
            return f"{parts[1]}:{parts[2].removeprefix(', line ').split(' ')[0]}"
    return ""


def _environment() -> dict[str, Any]:
    """The worker's environment: it must find this package, and hashing must not be random."""
    home = str(Path(torchview_docs.__file__).parent.parent)
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([home, path] if path else [home]),
        "PYTHONHASHSEED": "0",
    }
