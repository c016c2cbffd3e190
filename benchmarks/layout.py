"""How good layouts are, measured on their coordinates alone: ours, flat Graphviz', the prototype's.

    python benchmarks/layout.py [--only REGEX] [--prototype FILE] [--graphs FOLDER] [--all]
    python benchmarks/layout.py --scale

For each figure the same boxes and links are laid out by us and by Graphviz (`dot`, panels as
clusters, through pygraphviz). With `--prototype`, the program that our engine has grown out of is
run on its own graphs, and so are we and Graphviz. Graphs are traced once and kept in `--graphs`.

    faults     text over text, text over a border, card over card, wire through a card, wire through
               a text, each pair once (these must be 0)
    crossings  of wires of different tensors
    bends      links of the longest path from the first input that do not run straight
    waste      share of the figure's area that no card covers
    size       width × height in px at depth auto; a page is 720 × 1,600
    ms         milliseconds of CPU for one layout

With `--scale`, only the largest figures are laid out, to see how long each takes.

Targets: no fault; area, crossings and waste at most Graphviz' in nine of ten figures and below
the prototype's in most; 50 ms a figure; 55 of the 60 architectures fit on a page.
"""

import sys

from layouts.command import main

if __name__ == "__main__":
    sys.exit(main())
