"""Cards: the Scene of a view, every box with its words and its size."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from torchview_docs.drawing.callouts import callout_room, times
from torchview_docs.drawing.former import changed_words
from torchview_docs.drawing.frames import frames_of
from torchview_docs.drawing.labels import TITLE, dtype, shape, shortened, words
from torchview_docs.drawing.looks import PLAIN, Looks
from torchview_docs.drawing.loops import with_loops
from torchview_docs.drawing.metrics import CONFIG_SIZE, LABEL_SIZE, TITLE_SIZE, text_width
from torchview_docs.drawing.pictures import Shown, pictures
from torchview_docs.drawing.said import Said
from torchview_docs.drawing.scene import Card, CardKind, Link, Row, Scene
from torchview_docs.drawing.signed_links import signed
from torchview_docs.families import family, operation_name
from torchview_docs.graph import CALLS, Graph, Node, Side, TensorMeta
from torchview_docs.input_graph import MOST_NODES
from torchview_docs.spec import FigureSpec
from torchview_docs.views.chains import chains
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


def scene(view: Graph, spec: FigureSpec, looks: Looks = PLAIN) -> Scene:
    """What is to be drawn of a view; rolled up here, since what is rolled up is no Graph any more.

    Args:
        view: The view.
        spec: The figure's options.
        looks: How its parts look.
    """
    said = Said(spec, looks)
    if not spec.roll:
        return _scene(view, spec, said)
    same = rolled(view)
    shown = rolled_up(view, same)
    if not spec.hide_inner_tensors:
        shown = show_tensors(shown)
    return with_loops(_scene(shown, spec, said), shown, view, same, show_shapes=spec.show_shapes)


def _scene(view: Graph, spec: FigureSpec, said: Said) -> Scene:
    packed = {node.name: chain for chain in chains(view) for node in chain}
    shown = pictures(view) if spec.show_input_graph else {}
    card_of = {leaf.name: packed.get(leaf.name, (leaf,))[0].name for leaf in view.leaves}
    card_of |= {name: one.tensors[0] for name, one in shown.items()}
    large = {
        r.tensor for g in view.input_graphs if spec.show_input_graph and not g.is_small for r in g.relations
    }
    frame_of, frames = frames_of(view, set(card_of.values()), said)
    cards = [
        _graph_card(view, leaf, shown[leaf.name], said)
        if leaf.name in shown
        else _card(view, packed.get(leaf.name, (leaf,)), frame_of[leaf.name], said)
        for leaf in view.leaves
        if card_of[leaf.name] == leaf.name
    ]
    cards = [_said_large(card) if card.name in large else card for card in cards]
    labels = _labels(view, packed) if spec.show_shapes else {}
    links = _links(view, card_of, labels, {name: one.tensors.index(name) for name, one in shown.items()})
    return Scene(_evened(cards), frames, links, spec.direction)


# -- cards --------------------------------------------------------------------------------


def _card(view: Graph, chain: tuple[Node, ...], frame: str | None, said: Said) -> Card:
    node = chain[0]
    kind = _KINDS.get(node.op, "card")
    around = view.by_name[frame] if frame is not None else None
    rows = tuple(_row(view, part, around, said) for part in chain)
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


def _graph_card(view: Graph, node: Node, shown: Shown, said: Said) -> Card:
    """The card of a graph: for all inputs that hold it, under its name where they are several."""
    row = _row(view, node, None, said)
    if len(shown.tensors) > 1:
        title = shortened(shown.graph.name, TITLE)
        row = row._replace(title=title, config=shown.graph.summary, hint="")
    width = max(_width((row,), "input", 1), shown.picture.width)
    return Card(node.name, "input", (row,), width, _HEIGHT + shown.picture.height, picture=shown.picture)


def _row(view: Graph, node: Node, around: Node | None, said: Said) -> Row:
    # The path of a call says which one it is.
    told = words(node, view, calls=not said.spec.show_names)
    told = changed_words(node, told, view, said.sign(node))
    config, link = told.config, ""
    if node.op in ("placeholder", "output") and not config:
        tensor = node.outputs[0] if node.outputs else view.tensor(node.args[0]) if node.args else None
        config = dtype(tensor) if tensor else ""
    elif node.op == "tensor":
        config = dtype(node.outputs[0])
    elif node.op in CALLS:
        link = node.type
    elif node.op == "call_method":
        link = f"{_METHOD_CLASS}.{node.target}"
    elif node.op == "call_function" and node.target.startswith("torch."):
        link = node.target
    title, config = said.title(node, told, around), said.config(node, config)
    hint = said.hint(node, told.hint)
    return Row(family(node), title, config, node.name, link, hint, said.look(node))


def _width(rows: tuple[Row, ...], kind: CardKind, repeat: int) -> float:
    ends = _PILL_ENDS if kind in ("input", "output") else _BEFORE_TITLE + _END
    widest = max(
        text_width(row.title, TITLE_SIZE)
        + (_BEFORE_CONFIG + text_width(row.config, CONFIG_SIZE) if row.config else 0)
        + callout_room(row.look)
        for row in rows
    )
    badge = _badge_width(times(repeat, rows[0].look))
    return float(max(math.ceil(widest + ends + badge), _LEAST_WIDTH))


def _badge_width(words: str) -> float:
    return text_width(words, LABEL_SIZE, bold=True) + _BADGE if words else 0.0


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


# -- links --------------------------------------------------------------------------------


def _links(
    view: Graph,
    card_of: Mapping[str, str],
    labels: Mapping[tuple[str, int], str],
    numbers: Mapping[str, int],
) -> tuple[Link, ...]:
    """The links; `numbers` has the output of inputs that share a card."""
    links: dict[tuple[str, int, str, Side], Link] = {}
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
                link = Link(source, target, output, place, label, width, use.python, use.side)
                known = links.setdefault((source, output, target, use.side), link)
                if known.dashed and not link.dashed:  # the tensor itself is used as well
                    links[source, output, target, use.side] = known._replace(dashed=False)
    return signed(links.values(), {card_of[leaf.name] for leaf in view.leaves if leaf.side})


def _labels(view: Graph, packed: Mapping[str, tuple[Node, ...]]) -> dict[tuple[str, int], str]:
    """The shapes that are news, where the first tensor that a card reads has another, and so the dtypes,
    where no tensor that it reads has it.

    A tensor is said to have the shape and the dtype in which all its readers get it, else those it was
    made in.
    """
    forms = _forms(view)
    labels = {}
    for leaf in view.leaves:
        if leaf.op in ("get_attr", "tensor"):  # their cards say it
            continue
        first = packed.get(leaf.name, (leaf,))[0]
        known = {shape(forms[use.node, use.output]) for use in first.args[:1]}
        dtypes = {forms[use.node, use.output].dtype for use in first.args}
        if leaf.op == "placeholder":  # its card says the dtype
            dtypes = {meta.dtype for meta in leaf.outputs}
        for output, given in enumerate(leaf.outputs):
            form = forms.get((leaf.name, output))
            users = view.users.get((leaf.name, output), ())
            if form is None or any(user.op == "tensor" for user, _ in users):
                continue
            said = [] if shape(form) in known else [shape(form)]
            if said and leaf.op == "placeholder" and shape(given) != said[0]:
                said = [f"{shape(given)} → {said[0]}"]  # what an input is, a reader must know
            if dtypes and form.dtype not in dtypes:
                said.append(dtype(form))
            if said:
                labels[leaf.name, output] = " ".join(said)
            known.add(shape(form))  # its sisters beside it have the same
    return labels


def _forms(view: Graph) -> dict[tuple[str, int], TensorMeta]:
    """Of each tensor that is used the form in which all its readers get it, else that it was made in."""
    forms = {}
    for (name, output), users in view.users.items():
        seen = [view.tensor(use) for _, use in users]
        made = view.by_name[name].outputs[output]
        form = seen[0] if len(set(map(shape, seen))) == 1 else made
        dtypes = {meta.dtype for meta in seen}
        forms[name, output] = form._replace(dtype=dtypes.pop() if len(dtypes) == 1 else made.dtype)
    return forms
