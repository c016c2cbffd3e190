"""Architecture figures of PyTorch models for documentation.

Importing this package imports neither torch nor a documentation tool, and as little else as it can:
each public name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torchview_docs.computation_graph import ComputationGraph, draw_graph
    from torchview_docs.errors import (
        ExpressionError,
        Failure,
        OptionError,
        RecordError,
        SpecError,
        TorchviewDocsError,
        TraceError,
    )
    from torchview_docs.graph import Graph
    from torchview_docs.spec import FigureSpec
    from torchview_docs.tracing import trace

__all__ = [
    "ComputationGraph",
    "ExpressionError",
    "Failure",
    "FigureSpec",
    "Graph",
    "OptionError",
    "RecordError",
    "SpecError",
    "TorchviewDocsError",
    "TraceError",
    "__version__",
    "draw_graph",
    "trace",
]

__version__ = "0.1.0"

#: Where public names are that are not in `errors`.
_HOMES = {
    "ComputationGraph": "computation_graph",
    "FigureSpec": "spec",
    "Graph": "graph",
    "draw_graph": "computation_graph",
    "trace": "tracing",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'errors')}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return __all__
