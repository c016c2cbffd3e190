"""Distances of the layout, in px; they are the ones that looked right on paper and on screens."""

from __future__ import annotations

from typing import Final

#: Between a panel's border and what it holds, across the flow.
PADDING: Final = 14.0
#: The same between the border and a line that passes.
LINE_PADDING: Final = 10.0
#: Kept free at the top of a panel for its title.
TITLE_BAND: Final = 26.0
#: Kept free under a rank for the labels of what leaves it.
LABEL_BAND: Final = 15.0
#: From there to the first track.
LABEL_GAP: Final = 5.0
#: From one horizontal piece of wire to the next.
TRACK: Final = 9.0
#: From the last track to the boxes below: a corner and an arrow's head.
ARROW: Final = 14.0
#: Least distance of two ranks.
RANK_GAP: Final = 24.0
#: Between two boxes of a rank, a box and a passing line, two passing lines, two ports of a panel.
BOX_GAP: Final = 22.0
BOX_LINE_GAP: Final = 15.0
LINE_GAP: Final = 10.0
PORT_GAP: Final = 18.0
#: Between the last rank and a panel's border.
BOTTOM: Final = 12.0
#: Distance of the arguments that arrive at one card, at most and at least.
ARGUMENT_GAP: Final = 22.0
LEAST_ARGUMENT_GAP: Final = 9.0
#: From a corner of a card to the nearest argument.
CARD_CORNER: Final = 10.0
#: Between the arguments that enter a card from one side.
SIDE_GAP: Final = 7.0
#: Radius of a wire's corners; a branch starts so far before it leaves the line that it shares.
CORNER: Final = 6.0
#: Between a title and the wires beside it.
TITLE_MARGIN: Final = 10.0
#: A label's text starts so far from its wire, and takes so much room across its direction.
LABEL_OFFSET: Final = 5.0
LABEL_HEIGHT: Final = 11.0
#: What a page holds across the flow and along it: a column of text of most themes, and two screens.
PAGE_ACROSS: Final = 720.0
PAGE_ALONG: Final = 1600.0
#: Around the whole figure.
MARGIN: Final = 2.0
#: Per sheet of a stack, and the most sheets that are drawn.
FRAME_SHEET: Final = 4.0
CARD_SHEET: Final = 3.0
MOST_SHEETS: Final = 2
