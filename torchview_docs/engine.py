"""Which version of this tool draws: what is drawn by another is drawn again."""

from __future__ import annotations

import hashlib

from torchview_docs import __version__
from torchview_docs.drawing import FORMAT
from torchview_docs.manifest import Environment

__all__ = ["drawing_engine"]

_DRAWS = (
    *("views", "drawing", "comparison", "graph.py", "changes.py", "input_graph.py", "families.py"),
    *("spec.py", "options.py", "patterns.py", "markup.py"),
)


def drawing_engine(environment: Environment) -> str:
    """16 hexadecimal digits: our version, and of an editable install also the source that draws."""
    parts = [__version__, str(FORMAT), environment.own_source(*_DRAWS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
