"""Looks in Graphviz's words: attributes of nodes and clusters."""

from __future__ import annotations

from torchview_docs.changes import Sign
from torchview_docs.colours import TINT, seen, tinted
from torchview_docs.drawing.callouts import circled
from torchview_docs.drawing.scene import Look
from torchview_docs.drawing.theme import colours

__all__ = ["node_look", "side_look"]


def side_look(sign: Sign) -> dict[str, str]:
    """The attributes of a node, cluster or edge that is marked so in a comparison."""
    if not sign:
        return {}
    name = {"+": "add", "-": "del", "~": "mut"}[sign]
    return {"color": colours("light")[name], "penwidth": "2"}


def node_look(look: Look | None) -> dict[str, str]:
    """The attributes of a node that looks so; its numbers stand beside it."""
    if look is None:
        return {}
    found: dict[str, str] = {}
    if look.stance == "hi":
        found |= {"penwidth": "3"}
    elif look.stance == "lo":
        found |= {"fontcolor": "gray40", "color": "gray70", "fillcolor": "white"}
    if look.shade:
        found |= {
            "style": "rounded,filled",
            "fillcolor": colours("light")[f"heat-{look.shade}"],
            "fontcolor": "black",
        }
    if look.colour:
        tint = tinted("#ffffff", look.colour, TINT)
        found |= {"style": "rounded,filled", "fillcolor": tint, "color": seen(look.colour)}
    if look.sign:
        found |= side_look(look.sign)
        if look.sign == "-":
            found["style"] = f"{found.get('style', 'rounded')},dashed"
    if look.numbers:
        found |= {"xlabel": "".join(map(circled, look.numbers))}
    return found
