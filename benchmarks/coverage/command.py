"""The command: runs what is not yet known, then prints the table and the misses."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .case import Case
from .packages import PACKAGES, cases_of
from .result import Result, Results
from .table import misses, table

__all__ = ["main"]

_STAGES = ("eager", "ours", "peer meta", "peer cpu")


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    given.results.parent.mkdir(parents=True, exist_ok=True)
    if given.fresh:
        given.results.unlink(missing_ok=True)
    start = time.monotonic()
    for package in given.packages:
        # A process of its own for each, so that one package's imports are not in the other's forks.
        pid = os.fork()
        if pid == 0:
            os._exit(_run(package, given))
        os.waitpid(pid, 0)
    results = [r for r in Results(given.results) if r.package in given.packages]
    print(table(results))
    if not given.brief:
        print("\n".join(misses(results)))
    print(f"\n{time.monotonic() - start:.0f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", nargs="+", default=list(PACKAGES), choices=list(PACKAGES))
    parser.add_argument("--only", default="", metavar="REGEX", help="names of models, searched")
    parser.add_argument("--results", type=Path, default=Path("build/coverage.jsonl"), help="one line a model")
    parser.add_argument(
        "--fresh", action="store_true", help="forget earlier results; else only what is new runs"
    )
    parser.add_argument(
        "--again", choices=["ours", "missed", "failed", "all"],
        help="also run again: how we draw all, what we do not draw on meta, what does not run, all",
    )  # fmt: skip
    parser.add_argument("--stages", nargs="+", default=list(_STAGES), choices=_STAGES)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of a stage")
    parser.add_argument("--gigabytes", type=float, default=8.0, help="limit of a process")
    parser.add_argument("--brief", action="store_true", help="only the table")
    return parser


def _run(package: str, given: argparse.Namespace) -> int:
    """Run a package's cases; in a process of its own, which ends with this status."""
    os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    from .pool import Job, Limits, run_all
    from .warmth import prepare

    results = Results(given.results)
    try:
        prepare()
        jobs = [
            Job(case, *todo)
            for case in cases_of(package)
            if re.search(given.only, case.name) and (todo := _todo(case, results, given))
        ]
    except LookupError as error:
        print(f"{package}: {error}", file=sys.stderr)
        return 1
    progress = Progress(package, len(jobs))

    def report(result: Result) -> None:
        results.add(result)
        progress.step(result)

    run_all(jobs, given.jobs, Limits(given.seconds, given.gigabytes), report)
    progress.end()
    return 0


def _todo(case: Case, results: Results, given: argparse.Namespace) -> tuple[Result, list[str]] | None:
    """What is to be done about a case: what is known of it, and the stages that are to come."""
    known = results.get(case.package, case.name)
    if known is None or given.again == "all" or (given.again == "failed" and not known.ok("eager")):
        return Result(case.package, case.name), given.stages
    if not known.ok("eager"):
        return None
    again = given.again == "ours" or (given.again == "missed" and not _right(known))
    stages = [s for s in given.stages if s not in known.stages or (again and s == "ours")]
    return (known, stages) if stages else None


def _right(result: Result) -> bool:
    ours = result.stages.get("ours")
    return ours is not None and ours.ok and ours.device == "meta" and not ours.mismatch


class Progress:
    """One line on stderr that tells how far it is."""

    def __init__(self, package: str, total: int) -> None:
        self.package, self.total, self.done = package, total, 0
        self.start = time.monotonic()

    def step(self, result: Result) -> None:
        """Another case is done."""
        self.done += 1
        left = (time.monotonic() - self.start) / self.done * (self.total - self.done)
        if sys.stderr.isatty() or self.done % 100 == 0:
            line = f"{self.package}: {self.done} of {self.total}, {left:.0f} s left, {result.name}"
            print(f"\r\x1b[K{line}" if sys.stderr.isatty() else line, end="", file=sys.stderr, flush=True)
            self.end()

    def end(self) -> None:
        """Leave the line."""
        if self.done and not sys.stderr.isatty():
            print(file=sys.stderr, flush=True)
