"""Worker: a process that traces, as the build process sees it.

Its other end is `tracing.worker`.
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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import torchview_docs
from torchview_docs.errors import Failure
from torchview_docs.messages import Setup, write_line
from torchview_docs.processes import HAS_PROC, death, kill_tree, used_memory
from torchview_docs.settings import Settings
from torchview_docs.spec import FigureSpec

__all__ = ["Events", "Job", "Worker"]

#: Seconds that a worker may take to import torch, which is no figure's fault.
_START = 300.0
#: Seconds between two looks at the memory; without /proc each costs a process.
_LOOK = 0.1 if HAS_PROC else 1.0
#: Seconds in which the end of a dead worker's output is heard, unless somebody else holds the pipe.
_HEARD = 1.0
_MB = 1024 * 1024
_KILLED = "If nobody has ended it, the system has run out of memory: lower the setting `workers` or `memory`."

#: Lines from workers, and None where one has ended.
Events: TypeAlias = "queue.SimpleQueue[tuple[Worker, bytes | None]]"


@dataclass
class Job:
    """A figure to trace, and how that goes."""

    spec: FigureSpec
    #: How often it was given to a worker.
    attempts: int = 0
    #: Whether only a new worker may do it, since one that had done other jobs has died of it.
    alone: bool = False
    #: When it was given, and what memory the worker used then.
    started: float = 0.0
    memory: int = 0


class Worker:
    """A process that traces one figure after the other."""

    def __init__(self, setup: Setup, events: Events) -> None:
        self.ready = False
        self.job: Job | None = None
        #: How many jobs it has been given.
        self.served = 0
        self._since = time.monotonic()
        self._looked = 0.0
        self._died = 0.0
        self._memory = 0
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
            (threading.Thread(target=_pass_on, args=(replies, self, events), daemon=True), replies),
            (threading.Thread(target=_keep, args=(said, self._said), daemon=True), said),
        ]
        for reader, _ in self._readers:
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
        self._memory = used_memory(self._process.pid) or 0

    def grown(self, limit: int) -> bool:
        """Whether its jobs have left more bytes behind than one may use."""
        return (used_memory(self._process.pid) or 0) - self._memory > limit

    def give(self, job: Job) -> None:
        """Let it do a job."""
        self._since = job.started = time.monotonic()
        job.attempts += 1
        self.served += 1
        job.memory = used_memory(self._process.pid) or 0
        self.job = job
        self._send(job.spec.to_data())

    def take(self) -> Job | None:
        """The job that it did; it has none now."""
        job, self.job = self.job, None
        return job

    def exceeded(self, settings: Settings) -> Failure | None:
        """Which limit it has passed, if any."""
        took = time.monotonic() - self._since
        if not self.ready:
            return Failure("timeout", f"It took more than {_START:g} s.") if took > _START else None
        if self.job is None:
            return None
        if took > settings.timeout:
            return Failure(
                "timeout",
                f"Tracing took longer than {settings.timeout:g} s.",
                "Show a smaller model or input, or raise the setting `timeout`.",
            )
        if time.monotonic() - self._looked < _LOOK:
            return None
        self._looked = time.monotonic()
        used = used_memory(self._process.pid)
        if used is not None and used - self.job.memory > settings.memory * _MB:
            return Failure(
                "memory",
                f"Tracing used more than {settings.memory:g} MB.",
                "Show a smaller model or input, pin `device: meta`, or raise the setting `memory`.",
            )
        return None

    def has_died(self) -> bool:
        """Whether it has died and a child of its holds the pipe open, so that its end is not heard."""
        if self._process.poll() is None:
            return False
        self._died = self._died or time.monotonic()
        return time.monotonic() - self._died > _HEARD

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
        how = death(self._process.returncode)
        advice = _KILLED if how.endswith("SIGKILL") else ""
        return Failure("crash", f"The process that traced it ended {how}.{last}", advice, where)

    def end(self) -> None:
        """End it and whatever it has started."""
        # One that has died by itself keeps its own code; its children may live.
        self._process.poll()
        kill_tree(self._process)
        # Closing writes what the dead one has not read.
        with contextlib.suppress(OSError):
            self._jobs.close()
        for reader, pipe in self._readers:
            reader.join(timeout=5)
            # Somebody who has escaped may still hold the other end; closing would wait for the reader.
            if not reader.is_alive():
                pipe.close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("the worker was started without pipes")
    return process.stdin, process.stdout, process.stderr


def _pass_on(pipe: IO[bytes], worker: Worker, events: Events) -> None:
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
