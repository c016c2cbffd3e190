"""How many networks of well-known packages run, how many of those we draw, and how many torchview.

    python benchmarks/coverage.py [--packages transformers …] [--only REGEX] [--fresh] [--again missed]

Each network is built small, from a configuration and without weights, in a process of its own. It
runs eagerly on CPU, is drawn by us and by torchview, and its graph is held against the calls of
modules that hooks count. Results are kept in a file, so that a run that was broken off goes on.

It needs the packages, and torchview to compare with: `pip install torchview transformers diffusers monai
torch_geometric x-transformers`; a package that is not installed is told and left out. Some classes of
transformers and MONAI also want timm, torchvision and pillow.
"""

import sys

# The package beside this file, not the one of the same name that measures tests.
from coverage.command import main

if __name__ == "__main__":
    sys.exit(main())
