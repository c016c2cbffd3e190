"""Cards: the Scene of a view, every box with its words and its size."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping

from torchview_docs.drawing.labels import (
    CONFIG,
    PATH,
    TITLE,
    count,
    measures,
    operation_name,
    path,
    quantity,
    shape,
    shortened,
    words,
)
from torchview_docs.drawing.loops import with_loops
from torchview_docs.drawing.metrics import CONFIG_SIZE, FRAME_SIZE, LABEL_SIZE, TITLE_SIZE, text_width
from torchview_docs.drawing.pictures import Shown, pictures
from torchview_docs.drawing.scene import Card, CardKind, Frame, Link, Row, Scene
from torchview_docs.families import class_name, family
from torchview_docs.graph import CALLS, Graph, Node, TensorMeta
from torchview_docs.input_graph import MOST_NODES
from torchview_docs.spec import FigureSpec
from torchview_docs.views.chains import chains
from torchview_docs.views.close import root_call
from torchview_docs.views.rolling import rolled, rolled_up
from torchview_docs.views.tensors import show_tensors

__all__ = ["scene"]

#: Sizes in px; drawing/svg.py writes the words where these leave room for them.
_HEIGHT, _ROW_HEIGHT, _ROW_MARGIN, _LEAST_WIDTH = 30, 26, 4, 84
_BEFORE_TITLE, _BEFORE_CONFIG, _END = 13, 14, 10
_PILL_ENDS = 30
_BADGE = 12 + 6
#: Cards of one frame become equally wide where the narrower has at least this share, on this grid.
_NEARLY, _GRID = 0.66, 6

_KINDS: Mapping[str, CardKind] = {
    "placeholder": "input",
    "output": "output",
    "get_attr": "source",
    "tensor": "tensor",
}
_COMMUTATIVE = frozenset(("add", "mul", "maximum", "minimum", "logical_and", "logical_or", "and", "or", "eq"))
_METHOD_CLASS = "torch.Tensor"


def scene(view: Graph, spec: FigureSpec) -> Scene:
    """What is to be drawn of a view; rolled up here, since what is rolled up is no Graph any more."""
    if not spec.roll:
        return _scene(view, spec)
    same = rolled(view)
    shown = rolled_up(view, same)
    if not spec.hide_inner_tensors:
        shown = show_tensors(shown)
    return with_loops(_scene(shown, spec), shown, view, same, show_shapes=spec.show_shapes)


def _scene(view: Graph, spec: FigureSpec) -> Scene:
    packed = {node.name: chain for chain in chains(view) for node in chain}
    shown = pictures(view) if spec.show_input_graph else {}
    card_of = {leaf.name: packed.get(leaf.name, (leaf,))[0].name for leaf in view.leaves}
    card_of |= {name: one.tensors[0] for name, one in shown.items()}
    large = {
        r.tensor for g in view.input_graphs if spec.show_input_graph and not g.is_small for r in g.relations
    }
    frame_of, frames = _frames(view, set(card_of.values()))
    cards = [
        _graph_card(view, leaf, shown[leaf.name])
        if leaf.name in shown
        else _card(view, packed.get(leaf.name, (leaf,)), frame_of[leaf.name])
        for leaf in view.leaves
        if card_of[leaf.name] == leaf.name
    ]
    cards = [_said_large(card) if card.name in large else card for card in cards]
    labels = _labels(view, packed) if spec.show_shapes else {}
    links = _links(view, card_of, labels, {name: one.tensors.index(name) for name, one in shown.items()})
    return Scene(_evened(cards), frames, links, spec.direction)


# -- cards --------------------------------------------------------------------------------


def _card(view: Graph, chain: tuple[Node, ...], frame: str | None) -> Card:
    node = chain[0]
    kind = _KINDS.get(node.op, "card")
    rows = tuple(_row(view, part) for part in chain)
    height = _HEIGHT if len(rows) == 1 else _ROW_HEIGHT * len(rows) + _ROW_MARGIN
    repeat = node.repeat if kind == "card" else 1
    return Card(
        node.name,
        kind,
        rows,
        _width(rows, kind, repeat),
        height,
        frame,
        node.op in ("call_function", "call_method") and operation_name(node) in _COMMUTATIVE,
        repeat,
    )


def _said_large(card: Card) -> Card:
    """The card of a graph that is to be drawn and has too many nodes."""
    row = card.rows[0]
    hint = f"{row.hint or row.title}: not drawn, since it has more than {MOST_NODES} nodes"
    return card._replace(rows=(row._replace(hint=hint),))


def _graph_card(view: Graph, node: Node, shown: Shown) -> Card:
    """The card of a graph: for all inputs that hold it, under its name where they are several."""
    row = _row(view, node)
    if len(shown.tensors) > 1:
        title = shortened(shown.graph.name, TITLE)
        row = row._replace(title=title, config=shown.graph.summary, hint="")
    width = max(_width((row,), "input", 1), shown.picture.width)
    return Card(node.name, "input", (row,), width, _HEIGHT + shown.picture.height, picture=shown.picture)


def _row(view: Graph, node: Node) -> Row:
    said = words(node, view)
    config, link = said.config, ""
    if node.op in ("placeholder", "output") and not config:
        tensor = node.outputs[0] if node.outputs else view.tensor(node.args[0]) if node.args else None
        config = tensor.dtype if tensor else ""
    elif node.op == "tensor":
        config = node.outputs[0].dtype
    elif node.op in CALLS:
        link = node.type
    elif node.op == "call_method":
        link = f"{_METHOD_CLASS}.{node.target}"
    elif node.op == "call_function" and node.target.startswith("torch."):
        link = node.target
    config = " · ".join(part for part in (config, measures(node.flops, node.memory)) if part)
    return Row(family(node), said.title, config, node.name, link, said.hint)


def _width(rows: tuple[Row, ...], kind: CardKind, repeat: int) -> float:
    ends = _PILL_ENDS if kind in ("input", "output") else _BEFORE_TITLE + _END
    widest = max(
        text_width(row.title, TITLE_SIZE)
        + (_BEFORE_CONFIG + text_width(row.config, CONFIG_SIZE) if row.config else 0)
        for row in rows
    )
    badge = _badge_width(repeat)
    return float(max(math.ceil(widest + ends + badge), _LEAST_WIDTH))


def _badge_width(repeat: int) -> float:
    return text_width(f"× {repeat}", LABEL_SIZE, bold=True) + _BADGE if repeat > 1 else 0.0


def _evened(cards: list[Card]) -> tuple[Card, ...]:
    """The cards, with nearly equal widths in one frame made equal."""
    widths: dict[str, float] = {}
    groups: dict[str | None, list[Card]] = defaultdict(list)
    for card in cards:
        if card.kind not in ("input", "output"):
            groups[card.frame].append(card)
    for group in groups.values():
        widest = math.inf
        for card in sorted(group, key=lambda c: -c.width):
            if not _NEARLY * widest <= card.width <= widest:
                widest = math.ceil(card.width / _GRID) * _GRID
            widths[card.name] = widest
    return tuple(card._replace(width=float(widths.get(card.name, card.width))) for card in cards)


# -- frames -------------------------------------------------------------------------------


def _frames(view: Graph, cards: set[str]) -> tuple[dict[str, str | None], tuple[Frame, ...]]:
    """The frame of each leaf, and the frames.

    A call that holds only one card or one frame has none, unless it or the card is repeated (its
    name would be lost); nor has the model, unless there is something to tell of it as a whole. A phase
    has one: how a module works is what it is there for.
    """
    root = root_call(view)
    calls = [
        n for n in view.nodes if n.name in view.children and (n is not root or measures(n.flops, n.memory))
    ]
    held = Counter(n.scope for n in view.nodes if n.name in cards or n.name in view.children)
    runs = {n.scope for n in view.nodes if n.name in cards and n.repeat > 1}
    shown = {
        n.name
        for n in calls
        if held[n.name] != 1 or n.repeat > 1 or n.name in runs or n is root or n.op == "call_phase"
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
            frames.append(_frame(view, call, seen_from, outer))
    return {leaf.name: around[leaf.scope] for leaf in view.leaves}, tuple(frames)


def _frame(view: Graph, call: Node, seen_from: Node | None, outer: str | None) -> Frame:
    # Of a group without modules there is only the count to tell, `repeated × 12`.
    whole_model = call.op == "call_module" and not call.target
    full = path(call, seen_from) or call.target or (view.name if whole_model else "repeated")
    title = shortened(full, PATH)
    name = class_name(call.type) if call.op == "call_module" else ""
    subtitle = "" if whole_model else shortened(name, PATH)
    counted = count(call.parameters.total) if call.parameters and call.parameters.total else ""
    peak = f"peak {quantity(view.peak, 'B')}" if whole_model and view.peak else ""
    note = " · ".join(part for part in (counted, measures(call.flops, call.memory), peak) if part)
    title_width = text_width(title, FRAME_SIZE, bold=True)
    if subtitle:
        title_width += text_width(" ", FRAME_SIZE, bold=True) + 3 + text_width(subtitle, FRAME_SIZE)
    note_width = text_width(note, FRAME_SIZE)
    whole = path(call, None)
    hint = f"{whole}: {name}" if name else whole
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
        hint if whole and (title, subtitle) != (whole, name) else "",
    )


# -- links --------------------------------------------------------------------------------


def _links(
    view: Graph,
    card_of: Mapping[str, str],
    labels: Mapping[tuple[str, int], str],
    numbers: Mapping[str, int],
) -> tuple[Link, ...]:
    """The links; `numbers` has the output of inputs that share a card."""
    links: dict[tuple[str, int, str], Link] = {}
    for leaf in view.leaves:
        target = card_of[leaf.name]
        places: dict[str, int] = {}
        for use in leaf.args:
            place = places.setdefault(use.arg, len(places))
            source = card_of[use.node]
            if source != target:  # a chain's own links are inside its card
                label = labels.get((use.node, use.output), "")
                width = round(text_width(label, LABEL_SIZE), 1) if label else 0.0
                output = numbers.get(use.node, use.output)
                link = Link(source, target, output, place, label, width, use.python)
                known = links.setdefault((source, output, target), link)
                if known.dashed and not link.dashed:  # the tensor itself is used as well
                    links[source, output, target] = known._replace(dashed=False)
    return tuple(links.values())


def _labels(view: Graph, packed: Mapping[str, tuple[Node, ...]]) -> dict[tuple[str, int], str]:
    """The shapes that are news: where the first tensor that a card reads has another.

    A tensor is said to have the shape in which all its readers get it, else the one it was made in.
    """
    forms: dict[tuple[str, int], TensorMeta] = {}
    for tensor, users in view.users.items():
        seen = {view.tensor(use).shape: view.tensor(use) for _, use in users}
        made = view.by_name[tensor[0]].outputs[tensor[1]]
        forms[tensor] = next(iter(seen.values())) if len(seen) == 1 else made
    labels = {}
    for leaf in view.leaves:
        if leaf.op in ("get_attr", "tensor"):  # their cards say it
            continue
        first = packed.get(leaf.name, (leaf,))[0]
        known = {forms[use.node, use.output].shape for use in first.args[:1]}
        for output in range(len(leaf.outputs)):
            form = forms.get((leaf.name, output))
            users = view.users.get((leaf.name, output), ())
            if form is None or form.shape in known or any(user.op == "tensor" for user, _ in users):
                continue
            given = leaf.outputs[output]
            said = shape(form)
            if leaf.op == "placeholder" and given.shape != form.shape:
                said = f"{shape(given)} → {said}"  # what an input is, a reader must know
            labels[leaf.name, output] = shortened(said, CONFIG)
            known.add(form.shape)  # its sisters beside it have the same
    return labels
