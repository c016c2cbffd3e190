"""A view in Graphviz's language, for those who go on with it: the same cards, panels and shapes."""

from __future__ import annotations

import re
from collections import defaultdict

import graphviz  # type: ignore[import-untyped]  # it ships no types

from torchview_docs.drawing.callouts import SIGNS, circled, times
from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.dot_graphs import add_input_graphs
from torchview_docs.drawing.dot_looks import node_look, side_look
from torchview_docs.drawing.looks import PLAIN, Looks
from torchview_docs.drawing.scene import Card, Frame, Look, Row
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec

__all__ = ["dot"]

#: Neither quoting nor escaping makes these fit for Graphviz.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PILLS = {"input", "output"}


def dot(view: Graph, spec: FigureSpec, looks: Looks = PLAIN) -> str:
    """The DOT source of a view: a node per card, a cluster per open call, an edge per use.

    Args:
        view: The view.
        spec: The figure's options.
        looks: How its parts look.
    """
    drawn = scene(view, spec, looks)
    graph = graphviz.Digraph(_plain(_escaped(view.name) or "model"), graph_attr={"rankdir": drawn.direction})
    graph.attr("graph", fontname="Helvetica", fontsize="11", style="rounded", color="gray70")
    graph.attr("node", fontname="Helvetica", fontsize="12", shape="box", style="rounded", height="0.3")
    graph.attr("edge", fontname="Helvetica", fontsize="10", arrowsize="0.6", color="gray40")
    # Names of nodes may hold what DOT reads as ports, so nodes are numbered.
    ids = {card.name: f"n{k}" for k, card in enumerate(drawn.cards)}
    clusters = {frame.name: f"cluster_{k}" for k, frame in enumerate(drawn.frames)}
    cards: dict[str | None, list[Card]] = defaultdict(list)
    frames: dict[str | None, list[Frame]] = defaultdict(list)
    for card in drawn.cards:
        cards[card.frame].append(card)
    for frame in drawn.frames:
        frames[frame.frame].append(frame)

    def fill(body: graphviz.Digraph, name: str | None) -> None:
        for card in cards[name]:
            style = {"style": "rounded,filled", "fillcolor": "gray90"} if card.kind in _PILLS else {}
            # Graphviz has one look for a node, so a chain has that of its first part.
            look = {key: said for key, said in node_look(card.rows[0].look).items() if key != "xlabel"}
            hints = _tooltip(*(row.hint for row in card.rows))
            body.node(ids[card.name], _card_label(card), **{**style, **look, **hints})
        for frame in frames[name]:
            with body.subgraph(name=clusters[frame.name]) as inner:
                stands_out = frame.look is not None and frame.look.stance == "hi"
                colour = side_look(frame.look.sign) if frame.look is not None else {}
                wide = {"penwidth": "3"} if stands_out else {}
                hint = _tooltip(frame.hint)
                inner.attr(label=_frame_label(frame), **colour, **wide, **hint)
                fill(inner, frame.name)

    fill(graph, None)
    if spec.show_input_graph:
        add_input_graphs(view, graph)
    for link in drawn.links:
        label = {"label": _plain(_escaped(link.label))} if link.label else {}
        graph.edge(ids[link.source], ids[link.target], **label, **side_look(link.side))
    return str(graph.source)


def _card_label(card: Card) -> str:
    rows = r"\n".join(_escaped(_row_text(row)) for row in card.rows)
    repeat = times(card.repeat, card.rows[0].look)
    return _plain(f"{rows} {repeat}" if repeat else rows)


def _row_text(row: Row) -> str:
    return "  ".join(part for part in (_sign(row.look), row.title, row.config, _numbers(row.look)) if part)


def _sign(look: Look | None) -> str:
    return SIGNS.get(look.sign, "") if look is not None else ""


def _numbers(look: Look | None) -> str:
    return "".join(map(circled, look.numbers)) if look is not None else ""


def _frame_label(frame: Frame) -> str:
    words = " ".join(
        part
        for part in (_sign(frame.look), frame.title, frame.subtitle, frame.note, _numbers(frame.look))
        if part
    )
    repeat = times(frame.repeat, frame.look)
    return _plain(_escaped(words) + (f" {repeat}" if repeat else ""))


def _tooltip(*hints: str) -> dict[str, str]:
    """What hovering tells in the pictures that Graphviz makes: all that a label shortens."""
    told = r"\n".join(_escaped(hint) for hint in hints if hint)
    return {"tooltip": _plain(told)} if told else {}


def _escaped(text: str) -> str:
    """Text without control characters, its backslashes doubled."""
    return str(graphviz.escape(_CONTROL.sub(" ", text.replace("\n", " ").replace("\t", " "))))


def _plain(label: str) -> str:
    """A label that is no HTML, whatever it looks like."""
    return graphviz.nohtml(label)  # type: ignore[no-any-return]
