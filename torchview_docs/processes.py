"""Processes: what they use, their children, their end; as far as the system tells."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = [
    "HAS_PROC",
    "adopt_orphans",
    "death",
    "descendants",
    "kill_each",
    "kill_own_tree",
    "kill_tree",
    "used_memory",
]

#: Whether the system tells of its processes in files.
HAS_PROC = Path("/proc/self/statm").exists()

_PR_SET_CHILD_SUBREAPER = 36


def descendants(pid: int) -> list[int]:
    """The children of a process and theirs; empty where there is no /proc."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
                children = [int(child) for child in (task / "children").read_text().split()]
                found += children
                waiting += children
    return found


def kill_each(pids: Iterable[int]) -> None:
    """End processes that may be gone already."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its own session, with everything that it has started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)  # noqa: S603, S607
    else:
        children = descendants(process.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        kill_each(children)
    with contextlib.suppress(OSError):
        process.kill()
    process.wait()


def kill_own_tree() -> None:
    """End this process, which leads its own session, with everything that it has started."""
    if sys.platform != "win32":
        kill_each(descendants(os.getpid()))
        if os.getsid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
    os._exit(1)


def adopt_orphans() -> None:
    """On Linux, become the parent of whatever descendant loses its own, so that it can be found."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def used_memory(pid: int) -> int | None:
    """Bytes of memory that a process and its descendants use; None where the system doesn't tell."""
    total = 0
    for each in (pid, *descendants(pid)):
        try:
            total += int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            if each == pid:
                return _used_memory_by_ps(pid)
    return total * os.sysconf("SC_PAGE_SIZE")


def _used_memory_by_ps(pid: int) -> int | None:
    if sys.platform != "darwin":
        return None
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return int(told.stdout) * 1024 if told.stdout.strip().isdigit() else None


def death(code: int) -> str:
    """How a process has ended, in words: `with SIGABRT`, `with exit code 3`."""
    if code < 0:
        try:
            return f"with {signal.Signals(-code).name}"
        except ValueError:
            return f"with signal {-code}"
    return f"with exit code {code}"
