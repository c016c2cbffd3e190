"""Prototype: the program that our engine has grown out of, run on its own graphs."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from torchview_docs.drawing.metrics import LABEL_SIZE, text_width
from torchview_docs.drawing.scene import Card, Frame, Link, Row, Scene

from .picture import Box, Line, Picture, Text

__all__ = ["Prototype"]

#: About how many cards a figure has, as at depth auto.
_CARDS = 40


class Prototype:
    """The program in `file`; its graphs are in the folder `graphs` beside it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._module = _loaded(file)

    def names(self) -> list[str]:
        """Its graphs."""
        return sorted(path.stem for path in (self._file.parent / "graphs").glob("*.json"))

    def figure(self, name: str) -> tuple[Scene, Picture, float]:
        """One of its graphs as a scene, its own picture of it, and the seconds that it took."""
        graph = self._at_depth_auto(name)
        start = time.process_time()
        placed, _, sizes = self._module.layout(graph)
        seconds = time.process_time() - start
        return _scene(graph, sizes, self._module), _picture(graph, placed, sizes, self._module), seconds

    def _at_depth_auto(self, name: str) -> Any:
        best = self._module.view(name, 1)
        for depth in range(2, 9):
            graph = self._module.view(name, depth)
            if sum(node["fam"] != "io" for node in graph["nodes"].values()) > _CARDS:
                break
            best = graph
        return best


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("prototype", file)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _scene(graph: Any, sizes: Any, module: ModuleType) -> Scene:
    nodes, groups = graph["nodes"], graph["groups"]
    order: list[str] = []

    def outer_first(name: str) -> None:
        parent = groups[name]["parent"]
        if parent is not None and parent not in order:
            outer_first(parent)
        if name not in order:
            order.append(name)

    for name in groups:
        outer_first(name)
    read = {a for a, _, _ in graph["edges"]}
    cards = tuple(
        Card(
            name,
            ("input" if name in read else "output") if node["fam"] == "io" else "card",
            (Row(node["fam"], node["title"], node["cfg"]),),
            *map(float, sizes[name]),
            frame=node["parent"],
            commutative=node["title"] in module.COMM,
        )
        for name, node in nodes.items()
    )
    frames = []
    for name in order:
        group = groups[name]
        title, subtitle, note = group.get("name", group["title"]), group.get("cls", ""), group.get("note", "")
        frames.append(
            Frame(
                name,
                title,
                subtitle,
                note,
                *_title_widths(group, module),
                group["parent"],
                group.get("rep") or 1,
            )
        )
    positions: dict[str, int] = {}
    seen: dict[str, set[str]] = {}
    for _, b, label in graph["edges"]:
        seen.setdefault(b, set()).add(label)
    links = []
    for a, b, label in graph["edges"]:
        position = positions[b] = positions.get(b, -1) + 1
        news = label if label and label not in seen.get(a, ()) else ""
        links.append(Link(a, b, 0, position, news, text_width(news, LABEL_SIZE) if news else 0.0))
    return Scene(cards, tuple(frames), tuple(links))


def _title_widths(group: Any, module: ModuleType) -> tuple[float, float]:
    title, subtitle = group.get("name", group["title"]), group.get("cls", "")
    width = module.tw(title, 11.8) + (module.tw(subtitle, 11) + 8 if subtitle else 0)
    return width, module.tw(group["note"], 10) if group.get("note") else 0.0


def _picture(graph: Any, placed: Any, sizes: Any, module: ModuleType) -> Picture:
    cards: dict[str, Box] = {}
    panels: dict[str, Box] = {}
    lines: list[Line] = []
    texts: list[Text] = []

    def draw(panel: str | None, x: float, y: float) -> None:
        own = placed[panel]
        for name, (middle, top) in zip(own["ks"], own["pos"], strict=True):
            if name in graph["nodes"]:
                width, height = sizes[name]
                left = x + middle - width / 2
                cards[name] = Box(left, y + top, left + width, y + top + height)
                continue
            inner, group = placed[name], graph["groups"][name]
            left, width = x + middle - inner["w"] / 2, inner["w"]
            panels[name] = Box(left, y + top, left + width, y + top + inner["h"])
            texts.extend(_titles(name, group, panels[name], inner["tx"] or 10, module))
            draw(name, left, y + top)
        for net, points, _ in own["wires"]:
            source = own["nets"][net][0] if isinstance(net, int) else net
            lines.append(Line((source, 0), tuple((x + a, y + b) for a, b in points)))
        for net, a, b in own["labels"]:
            label = own["nets"][net][1][2]
            width = text_width(label, LABEL_SIZE)
            texts.append(Text(Box(x + a + 5, y + b + 5, x + a + 5 + width, y + b + 15)))

    draw(None, 0.0, 0.0)
    return Picture(cards, panels, tuple(lines), tuple(texts))


def _titles(name: str, group: Any, box: Box, start: float, module: ModuleType) -> Iterator[Text]:
    title, note = _title_widths(group, module)
    yield Text(Box(box.x0 + start, box.y0 + 8, box.x0 + start + title, box.y0 + 20), name)
    room = note + (module.tw(f"× {group['rep']}", 10) + 18 if group.get("rep") else 0.0)
    if room:
        yield Text(Box(box.x1 - 9 - room, box.y0 + 8, box.x1 - 9, box.y0 + 20), name)
