"""From a view to a picture: cards, layout, SVG, DOT and text, without torch."""

#: Version of a Drawing's JSON and of the layout: a drawing of another version is made again. It
#: stands here because a warm build compares it and needs nothing else of this folder.
FORMAT = 7
