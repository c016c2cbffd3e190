"""Frames: which calls of a view are panels, and what their titles say."""

from __future__ import annotations

from collections import Counter

from torchview_docs.changes import aspects
from torchview_docs.drawing.callouts import callout_room
from torchview_docs.drawing.former import became
from torchview_docs.drawing.labels import PATH, path, quantity, shortened
from torchview_docs.drawing.metrics import FRAME_SIZE, text_width
from torchview_docs.drawing.said import Said, parameters_of
from torchview_docs.drawing.scene import Frame
from torchview_docs.families import class_name
from torchview_docs.graph import Graph, Node
from torchview_docs.views.close import root_call

__all__ = ["frames_of"]


def frames_of(view: Graph, cards: set[str], said: Said) -> tuple[dict[str, str | None], tuple[Frame, ...]]:
    """The frame of each leaf, and the frames.

    A call that holds only one card or one frame has none, unless it or the card is repeated (its
    name would be lost); nor has the model, unless there is something to tell of it as a whole. A phase
    has one: how a module works is what it is there for. So has a call that something is said of.

    Args:
        view: The view.
        cards: The names of its cards.
        said: What is said of its steps.
    """
    root = root_call(view)
    calls = [n for n in view.nodes if n.name in view.children and (n is not root or said.measures(n))]
    held = Counter(n.scope for n in view.nodes if n.name in cards or n.name in view.children)
    runs = {n.scope for n in view.nodes if n.name in cards and n.repeat > 1}
    shown = {
        n.name
        for n in calls
        if held[n.name] != 1
        or n.repeat > 1
        or n.name in runs
        or n is root
        or n.op == "call_phase"
        or said.is_spoken_of(n)
    }
    around: dict[str | None, str | None] = {None: None}  # the frame that a scope's content stands in
    if root is not None:
        around[root.name] = None
    for call in calls:
        around[call.name] = call.name if call.name in shown else around[call.scope]
    frames = []
    for call in calls:
        if call.name in shown:
            outer = around[call.scope]
            seen_from = view.by_name[outer] if outer else None
            if seen_from is None and call.op == "call_phase" and root is not None and call.scope == root.name:
                seen_from = root  # of a module that is drawn alone, its path need not be told again
            frames.append(_frame(view, call, seen_from, outer, said))
    return {leaf.name: around[leaf.scope] for leaf in view.leaves}, tuple(frames)


def _frame(view: Graph, call: Node, seen_from: Node | None, outer: str | None, said: Said) -> Frame:
    # Of a group without modules there is only the count to tell, `repeated × 12`.
    whole_model = call.op == "call_module" and not call.target
    full = path(call, seen_from) or call.target or (view.name if whole_model else "repeated")
    title = shortened(full, PATH)
    name = class_name(call.type) if call.op == "call_module" else ""
    subtitle = "" if whole_model else shortened(name, PATH)
    was, differs = call.was, aspects(call, opened=True)
    if was is not None and "name" in differs:
        title = became(shortened(path(was._replace(call=1), seen_from), PATH), title)
    if was is not None and "class" in differs:
        subtitle = became(shortened(class_name(was.type), PATH), subtitle)
    counted = parameters_of(was, call) if call.parameters and call.parameters.total else ""
    peak = f"peak {quantity(view.peak, 'B')}" if whole_model and view.peak and said.peak else ""
    note = " · ".join(part for part in (counted, said.measures(call), peak) if part)
    title_width = text_width(title, FRAME_SIZE, bold=True)
    if subtitle:
        title_width += text_width(" ", FRAME_SIZE, bold=True) + 3 + text_width(subtitle, FRAME_SIZE)
    look = said.look(call)
    # What stands at the right end of the title is the note, and then the numbers.
    note_width = text_width(note, FRAME_SIZE) + callout_room(look)
    whole = path(call, None)
    hint = f"{whole}: {name}" if name and whole else whole or full
    told = (title, subtitle) == (whole, name) if whole else title == full
    return Frame(
        call.name,
        title,
        subtitle,
        note,
        round(title_width, 1),
        round(note_width, 1),
        outer,
        call.repeat,
        call.type,
        "" if told else hint,
        look,
    )
