"""Pool: each case in a process of its own, forked from one that has imported everything.

A case goes through its stages in one forked process, which reports each through a pipe. A stage
that takes too long, too much memory or the process with it counts as failed; the stages after it
are tried in a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import IO

from .case import Case, Way
from .result import Outcome, Result
from .stages import run_stage

__all__ = ["Job", "Limits", "run_all"]


@dataclass(frozen=True)
class Limits:
    """What a stage may take."""

    seconds: float = 120.0
    gigabytes: float = 8.0


@dataclass(frozen=True)
class Job:
    """A case, and the stages that are still to be done."""

    case: Case
    result: Result
    stages: Sequence[str]


@dataclass
class _Running:
    job: Job
    pid: int
    pipe: IO[str]
    since: float = field(default_factory=time.monotonic)
    done: int = 0


def run_all(jobs: Sequence[Job], count: int, limits: Limits, report: Callable[[Result], None]) -> None:
    """Run jobs, `count` at a time, and report each result when all its stages are through."""
    waiting = list(reversed(jobs))
    running: dict[int, _Running] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < count:
                    child = _start(waiting.pop(), limits)
                    running[child.pid] = child
                    selector.register(child.pipe, selectors.EVENT_READ, child)
                for key, _ in selector.select(timeout=1.0):
                    _read(key.data)
                for child in list(running.values()):
                    if ended := _ended(child, limits):
                        selector.unregister(child.pipe)
                        child.pipe.close()
                        del running[child.pid]
                        waiting += _rest(child, ended)
                        if child.done == len(child.job.stages):
                            report(child.job.result)
        finally:
            for child in running.values():
                os.kill(child.pid, signal.SIGKILL)


def _start(job: Job, limits: Limits) -> _Running:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _work(job, writing, limits)
    os.close(writing)
    return _Running(job, pid, os.fdopen(reading))


def _work(job: Job, writing: int, limits: Limits) -> None:
    """The forked process: does the stages, tells of each, and ends."""
    try:
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        size = int(limits.gigabytes * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
        way = job.result.way
        for stage in job.stages:
            outcome, way = run_stage(stage, job.case, way)
            os.write(writing, (json.dumps([stage, asdict(outcome), asdict(way)]) + "\n").encode())
            if stage == "eager" and not outcome.ok:
                break
        os._exit(0)
    finally:  # also after KeyboardInterrupt and MemoryError: what the parent would do is not done here
        os._exit(1)


def _read(child: _Running) -> bool:
    """Take in what a process tells of one stage; whether it told of one."""
    line = child.pipe.readline()
    if not line.endswith("\n"):
        return False
    stage, outcome, way = json.loads(line)
    child.job.result.stages[stage] = Outcome(**outcome)
    child.job.result.way = Way(**way)
    child.done += 1
    child.since = time.monotonic()
    if stage == "eager" and not outcome["ok"]:
        child.done = len(child.job.stages)
    return True


def _ended(child: _Running, limits: Limits) -> str:
    """Why a process has ended; empty while it runs."""
    late = time.monotonic() - child.since > limits.seconds
    if late:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    pid, status = os.waitpid(child.pid, 0 if late else os.WNOHANG)
    if not pid:
        return ""
    while _read(child):
        pass
    if late:
        return f"more than {limits.seconds:.0f} s"
    return (
        f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit code {os.WEXITSTATUS(status)}"
    )


def _rest(child: _Running, ended: str) -> list[Job]:
    """What is left of a job whose process has ended; the stage that it ended in has failed."""
    job = child.job
    if child.done >= len(job.stages):
        return []
    job.result.stages[job.stages[child.done]] = Outcome(ok=False, reason=ended)
    failed_eager = job.stages[child.done] == "eager"
    rest = [] if failed_eager else job.stages[child.done + 1 :]
    child.done = len(job.stages) if not rest else child.done
    return [Job(job.case, job.result, rest)] if rest else []
