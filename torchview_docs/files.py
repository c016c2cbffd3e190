"""Writing of files that another process may read or write at the same moment."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

__all__ = ["TEMPORARY", "write_atomically"]

#: How the names of files begin that are not whole yet; a killed writer may leave one behind.
TEMPORARY = ".writing-"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that every reader finds the old content or the new one, whole.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    # Not tempfile's functions: their files can be read by their owner only, and this one stays.
    temporary = path.with_name(TEMPORARY + secrets.token_hex(8))
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
