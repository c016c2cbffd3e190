"""What must be true of every Drawing, checked on its coordinates alone.

Each function gives the faults that it finds, in words.
"""

from __future__ import annotations

from itertools import combinations, pairwise

from torchview_docs.drawing.layout.buses import find_buses
from torchview_docs.drawing.metrics import FRAME_SIZE, text_width

#: Coordinates are rounded to one decimal, and lines that miss a port by less than 1 px stay straight.
SLACK = 1.2


def stack(repeat, sheet):
    return sheet * max(0, min(2, repeat - 1))


def front(placed):
    return (placed.x, placed.y, placed.x + placed.width, placed.y + placed.height)


def with_stack(placed):
    """The rectangle of a card or frame with the sheets behind it."""
    room = stack(placed.card.repeat, 3) if hasattr(placed, "card") else stack(placed.frame.repeat, 4)
    x0, y0, x1, y1 = front(placed)
    return (x0, y0, x1 + room, y1 + room)


def overlap(a, b, slack=0.2):
    return a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack


def inside(a, b, slack=0.2):
    return a[0] >= b[0] - slack and a[1] >= b[1] - slack and a[2] <= b[2] + slack and a[3] <= b[3] + slack


def pieces(wire):
    """The straight pieces of a wire as thin rectangles."""
    for (x0, y0), (x1, y1) in pairwise(wire.points):
        yield (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def crosses(piece, box, slack):
    """Whether a piece runs through the inner part of a box."""
    x0, y0, x1, y1 = box
    return piece[0] < x1 - slack and piece[2] > x0 + slack and piece[1] < y1 - slack and piece[3] > y0 + slack


def label_box(label, width):
    return (label.x, label.y - 8, label.x + width, label.y + 2)


def label_boxes(scene, drawing):
    widths = {(k.source, k.output, k.label): k.label_width for k in scene.links}
    return [label_box(label, widths[label.source, label.output, label.text]) for label in drawing.labels]


def chains(scene):
    parent = {f.name: f.frame for f in scene.frames}
    home = {c.name: c.frame for c in scene.cards}
    found = {}
    for name in [*home, *parent]:
        at = home.get(name, parent.get(name))
        found[name] = []
        while at is not None:
            found[name].append(at)
            at = parent[at]
    return found


def misplaced(scene, drawing):
    """Boxes over boxes, outside their frames or outside the figure."""
    faults = []
    around = chains(scene)
    rects = {p.card.name: with_stack(p) for p in drawing.cards}
    rects |= {p.frame.name: with_stack(p) for p in drawing.frames}
    fronts = {p.frame.name: front(p) for p in drawing.frames}
    whole = (0, 0, drawing.width, drawing.height)
    for name, rect in rects.items():
        if not inside(rect, whole):
            faults.append(f"{name} leaves the figure")
        if around[name] and not inside(rect, fronts[around[name][0]]):
            faults.append(f"{name} leaves {around[name][0]}")
    for (a, one), (b, other) in combinations(rects.items(), 2):
        if a not in around[b] and b not in around[a] and overlap(one, other):
            faults.append(f"{a} over {b}")
    if {c.card for c in drawing.cards} != set(scene.cards) or len(drawing.cards) != len(scene.cards):
        faults.append("cards are missing")
    if [f.frame for f in drawing.frames] != list(scene.frames):
        faults.append("frames are missing")
    return faults


def bad_wires(scene, drawing):
    """Wires that are slanted, run through a card, or cross a frame's border other than at their ends."""
    faults = []
    for wire in drawing.wires:
        name = f"wire {wire.source} {wire.points}"
        for (x0, y0), (x1, y1) in pairwise(wire.points):
            if min(abs(x0 - x1), abs(y0 - y1)) > 0.11:
                faults.append(f"{name} is slanted")
        for piece in pieces(wire):
            faults += [
                f"{name} through {c.card.name}" for c in drawing.cards if crosses(piece, front(c), SLACK)
            ]
        for placed in drawing.frames:
            box = front(placed)
            out = [not inside(piece, box, SLACK) for piece in pieces(wire)]
            into = [crosses(piece, box, SLACK) for piece in pieces(wire)]
            if any(out) and any(into):
                faults.append(f"{name} crosses the border of {placed.frame.name}")
        if wire.arrow and not any(on_border(wire.points[-1], c) for c in drawing.cards):
            faults.append(f"{name}: arrow in the void")
    return faults


def bad_texts(scene, drawing, badge=40.0):
    """Labels over anything, titles that a wire crosses or that leave their frame."""
    faults = []
    labels = label_boxes(scene, drawing)
    for label, box in zip(drawing.labels, labels, strict=True):
        if not inside(box, (0, 0, drawing.width, drawing.height)):
            faults.append(f"label {label} leaves the figure")
        faults += [f"label {label} over {c.card.name}" for c in drawing.cards if overlap(box, with_stack(c))]
        for wire in drawing.wires:
            if any(crosses(piece, box, 0.3) for piece in pieces(wire)):
                faults.append(f"label {label} crossed by {wire}")
    for a, b in combinations(labels, 2):
        if overlap(a, b):
            faults.append(f"labels over each other at {a}")
    for placed in drawing.frames:
        x0, y0, x1, _ = front(placed)
        start = x0 + placed.title_x
        titles = [(start, y0 + 8, start + placed.frame.title_width, y0 + 20)]
        if placed.subtitle_x:
            width = text_width(placed.frame.subtitle, FRAME_SIZE)
            second = x0 + placed.subtitle_x
            titles = [
                (start, y0 + 8, start + placed.frame.title_width - width, y0 + 20),
                (second, y0 + 8, second + width, y0 + 20),
            ]
        end = placed.frame.note_width + (badge if placed.frame.repeat > 1 else 0.0)
        note = (x1 - 9 - end, y0 + 8, x1 - 9, y0 + 20)
        if titles[0][0] < x0 or titles[-1][2] > x1:
            faults.append(f"title leaves {placed.frame.name}")
        if any(overlap(a, b) for a, b in combinations([*titles, note], 2)):
            faults.append(f"title over note in {placed.frame.name}")
        for what in (*titles, note):
            for wire in drawing.wires:
                if any(crosses(piece, what, 0.3) for piece in pieces(wire)):
                    faults.append(f"title of {placed.frame.name} crossed by {wire}")
            faults += [f"title over {c.card.name}" for c in drawing.cards if overlap(what, front(c))]
    return faults


def on_border(point, placed, slack=SLACK):
    """Whether a point lies on the border of a box, or of the sheets behind it."""
    x, y = point
    for x0, y0, x1, y1 in (front(placed), with_stack(placed)):
        near_x = x0 - slack <= x <= x1 + slack
        near_y = y0 - slack <= y <= y1 + slack
        on_x = min(abs(x - x0), abs(x - x1)) <= slack
        on_y = min(abs(y - y0), abs(y - y1)) <= slack
        if near_x and near_y and (on_x or on_y):
            return True
    return False


def on_wire(point, wire, slack=SLACK):
    x, y = point
    return any(p[0] - slack <= x <= p[2] + slack and p[1] - slack <= y <= p[3] + slack for p in pieces(wire))


def in_sheets(point, placed):
    """Whether a point lies between a frame's front and the last sheet behind it."""
    x0, y0, x1, y1 = with_stack(placed)
    fx1, fy1 = front(placed)[2:]
    x, y = point
    within = x0 - SLACK <= x <= x1 + SLACK and y0 - SLACK <= y <= y1 + SLACK
    return placed.frame.repeat > 1 and within and (x >= fx1 - SLACK or y >= fy1 - SLACK)


def undrawn(scene, drawing):
    """Links that one cannot follow from their source to their target along the wires."""
    buses = find_buses(scene)
    cards = {c.card.name: c for c in drawing.cards}
    by_tensor = {}
    for wire in drawing.wires:
        by_tensor.setdefault((wire.source, wire.output, wire.dashed), []).append(wire)
    on_bus = {k.source for k in buses}
    rails = [w for w in drawing.wires if w.source in on_bus]
    reached = {}
    faults = []
    for link in scene.links:
        tensor = (link.source, link.output, link.dashed)
        where = (*tensor, buses.get(link))
        if where not in reached:
            wires = rails if link in buses else by_tensor.get(tensor, [])
            reached[where] = reachable(wires, cards[link.source], drawing)
        if not any(w.arrow and on_border(w.points[-1], cards[link.target]) for w in reached[where]):
            faults.append(f"{link} is not drawn")
    return faults


def reachable(wires, source, drawing):
    """The wires that one can follow from a card on."""
    found = [wire for wire in wires if on_border(wire.points[0], source)]
    rest = [wire for wire in wires if wire not in found]
    waiting = list(found)
    while waiting:
        wire = waiting.pop()
        following = [other for other in rest if joined(wire, other, drawing)]
        rest = [other for other in rest if other not in following]
        found += following
        waiting += following
    return found


def joined(wire, other, drawing):
    """Whether what runs along a wire runs on along the other."""
    if on_wire(other.points[0], wire) or on_wire(wire.points[-1], other):
        return True
    ends = (wire.points[-1], other.points[0])
    return any(all(in_sheets(end, placed) for end in ends) for placed in drawing.frames)


def faults(scene, drawing):
    """All that is wrong with a drawing."""
    return [
        *misplaced(scene, drawing),
        *bad_wires(scene, drawing),
        *bad_texts(scene, drawing),
        *undrawn(scene, drawing),
    ]
