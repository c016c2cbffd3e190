"""Scene: what is to be drawn, with every box measured and nothing placed.

`drawing.cards` makes a Scene of a view (a Graph), `drawing.layout` a Drawing of a Scene. Sizes
are in px as a TB figure has them; the layout turns cards for LR and RL itself.

These and the parts of a Drawing are named tuples: a warm build makes thousands of them from the
cache, and a tuple is made, and its class defined, in a fraction of a frozen dataclass's time.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from torchview_docs.changes import Sign
from torchview_docs.graph import Side

__all__ = ["Card", "Dot", "Frame", "Line", "Link", "Look", "Picture", "Row", "Scene"]

CardKind: TypeAlias = Literal[
    "input",  # a pill at the start
    "output",  # a pill at the end
    "source",  # a parameter, buffer or constant
    "tensor",  # a tensor shown as a node
    "card",  # a module call or an operation
]


class Look(NamedTuple):
    """What an author has said of a part: how a row or a frame differs from others.

    `stance` is `hi` of what stands out, `lo` of what steps back. `shade` is from 1 to 5, 0 for
    none; `colour` is `#rrggbb` or empty; `numbers` are those of the notes. In a comparison `sign` says
    how it is marked, and `former` how many equals it stood for.
    """

    stance: str = ""
    shade: int = 0
    colour: str = ""
    numbers: tuple[int, ...] = ()
    sign: Sign = ""
    former: int = 0


class Row(NamedTuple):
    """One line of a card: title at the left, configuration at the right, colour of its family."""

    family: str
    title: str
    config: str = ""
    #: The graph's node that it stands for.
    node: str = ""
    #: Class or function that it links to, `torch.nn.modules.conv.Conv2d`.
    type: str = ""
    #: Full text where title or configuration are shortened, and what hovering tells.
    hint: str = ""
    look: Look | None = None


class Dot(NamedTuple):
    """A node of a picture: its middle in px from the picture's top left, and index of its type."""

    x: float
    y: float
    kind: int = 0


class Line(NamedTuple):
    """An edge of a picture: its ends by their index, and at which of them there is an arrow head."""

    start: int
    end: int
    head: bool = False
    tail: bool = False


class Picture(NamedTuple):
    """A small graph, drawn in the card of the input that it is.

    `legend` has the words for each type of node, and is empty where there is but one. `title` tells
    it to those who do not see it.
    """

    width: float
    height: float
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    legend: tuple[str, ...] = ()
    title: str = ""


class Card(NamedTuple):
    """A box with one row, or with several for a packed chain such as Conv → Norm → Act.

    `frame` is the name of the frame that it stands in, None for the outermost. `commutative` says
    that its arguments may arrive in any order (`add`, `mul`). Under its row may be a `picture`.
    """

    name: str
    kind: CardKind
    rows: tuple[Row, ...]
    width: float
    height: float
    frame: str | None = None
    commutative: bool = False
    repeat: int = 1
    picture: Picture | None = None


class Frame(NamedTuple):
    """A module call that is shown open: a panel around its parts.

    `title` is the path, `subtitle` the class, `note` the parameters; widths in px of the texts,
    without the badge of a frame that is repeated.
    """

    name: str
    title: str
    subtitle: str
    note: str
    title_width: float
    note_width: float
    frame: str | None = None
    repeat: int = 1
    type: str = ""
    hint: str = ""
    look: Look | None = None


class Link(NamedTuple):
    """A tensor that goes from a card to a card.

    Links with equal `source` and `output` are one tensor, and one net in the drawing. `position`
    is the place of the argument at the target, from 0. `label` is written once per tensor, where
    it starts; empty where the shape is no news. `dashed` is a dependency other than data. `side` is
    the side of a comparison that it is on.
    """

    source: str
    target: str
    output: int = 0
    position: int = 0
    label: str = ""
    label_width: float = 0.0
    dashed: bool = False
    side: Side = ""


class Scene(NamedTuple):
    """Cards, frames (outer before inner), and links, in the order of execution."""

    cards: tuple[Card, ...]
    frames: tuple[Frame, ...] = ()
    links: tuple[Link, ...] = ()
    direction: str = "TB"
