"""The layout engine: a Scene becomes a Drawing, panel by panel, from the inside out.

A module is a function, so its panel is one too: it has a port for each tensor that goes in and
for each that comes out, and wires cross its border only there. Each panel is laid out alone and
then stands in its parent as one box; equal panels are laid out once. One panel is a Sugiyama
layout with hyperedges and orthogonal wires:

    repeats      a source that many read is drawn beside each of them
    nets         which tensors run in which frame (Scene -> one problem per frame)
    buses        lists that grow, and long ones
    laterals     what enters a panel from the left, an encoder beside its decoder
    rows         which panels let the trunk out where it came in
    choosing     several plans for a panel, of which the best is taken (`plan`, `solve`, `costs`)
    ranks        which boxes stand in one row
    narrowing    rows that are too wide are parted
    dead_ends    what leads to no result stands where there is room
    fans         many branches are wrapped into rows
    layering     rows of boxes, ports and dummies; strands builds them
    ordering     the order in a row, with few crossings (`crossings`); long_lines moves whole lines
    ends         inputs and outputs in the order of the arguments and results
    beside       the places of what enters from the left
    segments     trunk and straight lines
    ports        where cards are entered and left
    coordinates  where everything stands across the flow; pulling does the sums
    compaction   everything in the least width
    channels     tracks, bands for labels and titles
    wires        the lines
    titles       the places of titles
    compose      absolute coordinates in the figure's direction
"""

from __future__ import annotations

from torchview_docs.collection import no_collection
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.layout.compose import compose
from torchview_docs.drawing.layout.repeats import repeat_sources
from torchview_docs.drawing.scene import Scene

__all__ = ["lay_out"]


def lay_out(scene: Scene) -> Drawing:
    """Place everything in a scene: no card over another, every link drawn.

    A source that many cards read is drawn at each of them (see `repeats`).

    Raises:
        LayoutError: A panel has more lines than can be laid out in a few seconds.
    """
    with no_collection():
        return compose(repeat_sources(scene))
