"""The arguments that a configuration lists, read as those of a Python call."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

__all__ = ["UNTOLD", "Arguments", "arguments"]


@dataclass(frozen=True)
class Arguments:
    """The arguments that a configuration lists; what is no literal is kept as its source text."""

    positional: tuple[Any, ...]
    named: dict[str, Any]

    def get(self, name: str, place: int | None = None, default: Any = None) -> Any:
        """An argument by name, or by place."""
        if name in self.named:
            return self.named[name]
        if place is not None and place < len(self.positional):
            return self.positional[place]
        return default


#: Arguments of operations that hardly matter to a reader.
_UNTOLD_NAMES = """
    antialias ceil_mode count_include_pad device divisor_override dtype enable_gqa eps inplace layout
    memory_format momentum non_blocking pin_memory recompute_scale_factor requires_grad scale
    return_indices training use_input_stats cudnn_enabled _stacklevel out
"""
UNTOLD = frozenset(_UNTOLD_NAMES.split())


def arguments(config: str) -> Arguments | None:
    """Read a configuration; None where it does not read as arguments of a call."""
    try:
        call = ast.parse(f"f({config})", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if not isinstance(call, ast.Call) or any(k.arg is None for k in call.keywords):
        return None
    return Arguments(
        tuple(_value(a) for a in call.args), {k.arg: _value(k.value) for k in call.keywords if k.arg}
    )


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return ast.unparse(node)
