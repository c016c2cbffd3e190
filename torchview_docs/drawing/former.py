"""Former: what a figure that compares says of what a part was before."""

from __future__ import annotations

from collections.abc import Iterable

from torchview_docs.changes import Sign, aspects
from torchview_docs.drawing.callouts import BECAME
from torchview_docs.drawing.labels import Words, count, path, shape, words
from torchview_docs.graph import SCOPES, Graph, Node, Parameters

__all__ = ["became", "became_in_part", "before", "changed_words", "parameters"]


def became(was: str, now: str) -> str:
    """`ReLU ⇒ GELU`; of what is the same, only itself."""
    if was == now:
        return now
    return f"{was or 'none'} {BECAME} {now or 'none'}"


def became_in_part(was: str, now: str) -> str:
    """The same of a configuration, of which only the parts that differ are told twice."""
    old, new = was.split(", "), now.split(", ")
    if len(old) != len(new):
        return became(was, now)
    return ", ".join(became(*parts) for parts in zip(old, new, strict=True))


def before(node: Node) -> Node | None:
    """What a node was, standing where it stands; None of what is the same."""
    return None if node.was is None or not aspects(node) else node.was._replace(scope=node.scope)


def parameters(was: Parameters | None, now: Parameters | None) -> str:
    """`12.4 k ⇒ 15.1 k`, or what else of the parameters is another."""
    old, new = was or Parameters(0, 0, 0), now or Parameters(0, 0, 0)
    if old.total != new.total:
        return became(count(old.total), count(new.total))
    if old.frozen != new.frozen:
        return became(*(f"{count(p.trainable)} trainable" for p in (old, new)))
    return became(old.dtype, new.dtype) if old.dtype != new.dtype else ""


def changed_words(node: Node, told: Words, view: Graph, sign: Sign) -> Words:
    """What a card says of a step, with what it was.

    Args:
        node: The step.
        told: What the card says of it as it is.
        view: The view.
        sign: How it is marked.
    """
    if sign != "~":
        return told
    was = before(node)
    if was is None:
        return Words(told.title, said([told.config, "changed inside"]), told.hint, told.whole)
    former = words(was, view, calls=False)
    now = words(node, view, calls=False)
    differs = aspects(node)
    config = [became_in_part(former.config, told.config) if former.config != now.config else told.config]
    if "name" in differs and node.op in SCOPES:
        around = view.by_name[node.scope] if node.scope is not None else None
        config.insert(0, became(path(was._replace(call=1), around), path(node._replace(call=1), around)))
    if "parameters" in differs and former.config == now.config:
        config.append(parameters(was.parameters, node.parameters))
    if differs == ("shape",):
        config.append(", ".join(shape(meta) for meta in node.outputs if meta.was is not None))
    hint = became(former.hint or former.title, told.hint or told.title)
    return Words(became(former.title, told.title), said(config), hint, became(former.name, told.name))


def said(parts: Iterable[str]) -> str:
    """What is said of several things."""
    return " · ".join(part for part in parts if part)
