"""The table of what runs and what is drawn, and the list of what is not, by reason."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from .result import Result

__all__ = ["misses", "table"]

_HEADS = (
    "package",
    "models",
    "run",
    "drawn",
    "of those",
    "on meta",
    "of those",
    "torchview",
    "on meta",
    "only torchview",
)


def table(results: Iterable[Result]) -> str:
    """One line a package, and one for all."""
    by_package: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_package[result.package].append(result)
    rows = [_row(name, found) for name, found in by_package.items()]
    if len(rows) > 1:
        rows.append(_row("all", [r for found in by_package.values() for r in found]))
    widths = [max(len(row[i]) for row in [_HEADS, *rows]) for i in range(len(_HEADS))]
    lines = [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in [_HEADS, *rows]
    ]
    return "\n".join(lines)


def _row(name: str, results: list[Result]) -> tuple[str, ...]:
    run = [r for r in results if r.ok("eager")]
    drawn = sum(r.ok("ours") for r in run)
    meta = sum(_on_meta(r) for r in run)
    peer_meta = sum(r.ok("peer meta") for r in run)
    peer = sum(_peer(r) for r in run)
    only = sum(_peer(r) and not r.ok("ours") for r in run)
    share = [f"{100 * n / len(run):.1f} %" if run else "" for n in (drawn, meta)]
    return (
        name, str(len(results)), str(len(run)), str(drawn), share[0], str(meta), share[1],
        str(peer), str(peer_meta), str(only),
    )  # fmt: skip


def _on_meta(result: Result) -> bool:
    return result.ok("ours") and result.stages["ours"].device == "meta"


def _peer(result: Result) -> bool:
    return result.ok("peer meta") or result.ok("peer cpu")


def misses(results: Iterable[Result]) -> Iterator[str]:
    """What runs and is not drawn, is drawn but not on meta, or is drawn wrongly; then what does not run."""
    found = list(results)
    run = [r for r in found if r.ok("eager")]
    yield from _grouped(
        "Not drawn",
        run,
        lambda r: "" if r.ok("ours") else _reason(r, "ours"),
        lambda r: " (torchview draws it)" if _peer(r) else "",
    )
    yield from _grouped(
        "Drawn on cpu only", run, lambda r: r.stages["ours"].note if r.ok("ours") and not _on_meta(r) else ""
    )
    yield from _grouped("Drawn wrongly", run, lambda r: r.stages["ours"].mismatch if r.ok("ours") else "")
    yield from _grouped("Does not run", found, lambda r: "" if r.ok("eager") else _reason(r, "eager"))


def _reason(result: Result, stage: str) -> str:
    return result.stages[stage].reason if stage in result.stages else "not tried"


def _grouped(
    title: str,
    results: Iterable[Result],
    reason: Callable[[Result], str],
    remark: Callable[[Result], str] = lambda _: "",
) -> Iterator[str]:
    groups: dict[str, list[tuple[Result, str]]] = defaultdict(list)
    for result in results:
        if why := reason(result):
            groups[_kind(why)].append((result, why))
    total = sum(map(len, groups.values()))
    yield f"\n{title}: {total}"
    for members in sorted(groups.values(), key=len, reverse=True):
        yield f"  {len(members)} × {members[0][1]}"
        yield "      " + ", ".join(f"{r.package}.{r.name}{remark(r)}" for r, _ in members)


def _kind(reason: str) -> str:
    """A reason without its numbers and place, for grouping."""
    return re.sub(r"\d+", "0", reason.partition(" (")[0])[:120]
