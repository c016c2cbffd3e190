"""Architecture figures of PyTorch models for documentation.

Importing this package imports neither torch nor a documentation tool; names that need them are
loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from torchview_docs.tracing import trace

__all__ = [
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
    "trace",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "trace":
        from torchview_docs.tracing import trace

        return trace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
