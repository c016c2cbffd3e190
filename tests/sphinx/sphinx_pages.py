"""The models of the test projects, as source, and a project that shows them."""

from __future__ import annotations

import zlib

from sphinx_site import Site

CNN = '''
"""A small network."""

import torch
from torch import nn

from nets.ran import ran


class Block(nn.Module):
    """Two convolutions and what went in."""

    def __init__(self, width):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        ran("Block")
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Net(nn.Module):
    """A stem, a block and a head."""

    def __init__(self, width=8):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3)
        self.block = Block(width)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        ran("Net")
        return self.head(self.block(self.stem(x)).mean((2, 3)))
'''

#: In a function, and in a module without torch: autodoc imports the modules of all base classes of a
#: class, and torch costs seconds.
API = '''
def make_block():
    """A block.

    .. torchview:: nets.cnn.Block(8)
       :input: float32[1, 8, 16, 16]
       :name: fig-block
       :caption: A block.
    """
'''

API_PAGE = """
API
===

.. autofunction:: nets.api.make_block

.. py:class:: nets.cnn.Block
"""

MLP = '''
from torch import nn

from nets.ran import ran


class Mlp(nn.Module):
    """Two layers."""

    def __init__(self, hidden=32):
        super().__init__()
        self.up = nn.Linear(4, hidden)
        self.down = nn.Linear(hidden, 4)

    def forward(self, x):
        # A comment.
        ran("Mlp")
        return self.down(self.up(x).relu())
'''

INDEX = """
Nets
====

.. toctree::

   cnn
   twice
   mlp
   api
   plain

See :numref:`fig-net`, :numref:`fig-block`, :ref:`the network <fig-net>` and :ref:`another <bare>`.
"""

CNN_PAGE = """
A CNN
=====

.. torchview:: nets.cnn.Net(width=8)
   :input: float32[1, 3, 18, 18]
   :caption: A *small* network with ``Conv2d``.
   :name: fig-net
   :align: right
   :class: wide tall
   :depth: 2
"""

TWICE_PAGE = """
Twice
=====

.. torchview:: nets.cnn.Net(width=8)
   :input: float32[1, 3, 18, 18]

.. torchview:: nets.cnn.Net(width=8)
   :input: float32[1, 3, 18, 18]
   :name: bare
   :alt: A network, <again>.
"""

MLP_PAGE = """
# An MLP

```{torchview} nets.mlp.Mlp
:input: float32[2, 4]
:caption: In MyST.
```
"""


CONF = """
extensions += ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.intersphinx"]
nitpicky = True
intersphinx_mapping = {"torch": ("https://torch.example/", "torch.inv")}
"""


def inventory() -> bytes:
    """An objects.inv as torch's documentation has one, by public names."""
    head = "# Sphinx inventory version 2\n# Project: torch\n# Version: 2\n# The rest is zlib.\n"
    lines = "torch.nn.Conv2d py:class 1 nn.html#$ -\ntorch.nn.Linear py:class 1 linear.html#$ -\n"
    return head.encode() + zlib.compress(lines.encode())


def good_site(site: Site) -> Site:
    """Five pages, four of them with figures, of three models, in RST, MyST and a docstring."""
    site.configure(CONF)
    (site.docs / "torch.inv").write_bytes(inventory())
    site.file("nets/cnn.py", CNN)
    site.file("nets/mlp.py", MLP)
    site.file("docs/index.rst", INDEX)
    site.file("docs/cnn.rst", CNN_PAGE)
    site.file("docs/twice.rst", TWICE_PAGE)
    site.file("docs/mlp.md", MLP_PAGE)
    site.file("nets/api.py", API)
    site.file("docs/api.rst", API_PAGE)
    site.file("docs/plain.rst", "Plain\n=====\n\nNo figure.\n")
    return site
