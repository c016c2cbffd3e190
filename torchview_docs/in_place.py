"""In place: which functions change a tensor, as torch and Python name them."""

from __future__ import annotations

__all__ = ["is_in_place"]

#: `__invert__` and its like begin as `__iadd__` does.
_NO_WRITES = frozenset({"__invert__", "__index__", "__int__"})


def is_in_place(name: str) -> bool:
    """Whether the last part of a function's name says that it changes its first argument: `add_`."""
    if name.startswith("__") and name.endswith("__"):
        return name.startswith("__i") and name not in _NO_WRITES
    return name.endswith("_")
