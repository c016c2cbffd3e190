"""Places: files and lines of source, as they are written below the folder that they are imported from.

So they are the same on every machine.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from pathlib import Path
from types import TracebackType

__all__ = ["place_of_class", "place_of_frame"]


def place_of_class(cls: type) -> str:
    """`mypkg/nets.py:12`, where a class is written; empty where that cannot be told."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if not file or not file.endswith(".py"):
        return ""
    line = _line(file, cls.__qualname__)
    return f"{_relative(file, cls.__module__)}:{line}" if line else ""


def place_of_frame(trace: TracebackType) -> str:
    """`mypkg/nets.py:12`, where a frame is; empty for code without a module."""
    module = trace.tb_frame.f_globals.get("__name__", "")
    file = trace.tb_frame.f_code.co_filename
    return f"{_relative(file, module)}:{trace.tb_lineno}" if module and not file.startswith("<") else ""


def _relative(file: str, module: str) -> str:
    path = Path(file)
    parts = 1 if module == "__main__" else module.count(".") + 1 + (path.stem == "__init__")
    return "/".join(path.parts[-parts:])


@lru_cache(maxsize=64)
def _text(file: str) -> str:
    try:
        return Path(file).read_text("utf-8", "replace")
    except OSError:
        return ""


@lru_cache(maxsize=4096)
def _line(file: str, qualname: str) -> int:
    """The line of a class statement; `inspect` would parse the whole file for it."""
    text, start = _text(file), 0
    for part in qualname.split("."):
        if part == "<locals>":
            continue
        statement = re.compile(rf"^[ \t]*(?:class|(?:async )?def)[ \t]+{re.escape(part)}\b", re.MULTILINE)
        found = statement.search(text, start)
        if found is None:
            return 0
        start = found.end()
    return text.count("\n", 0, start) + 1
