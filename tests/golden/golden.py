"""Golden outputs: texts in a folder that outputs are compared with, and which a person has looked at."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Golden"]

#: A diff may be long; what comes after so many lines is counted.
_SHOWN = 120


@dataclass(frozen=True)
class Golden:
    """Expected outputs.

    Attributes:
        folder: Where they are, one file each.
        overwrite: Whether outputs are accepted instead of compared.
    """

    folder: Path
    overwrite: bool = False

    def check(self, name: str, output: str) -> None:
        """Compare an output with what is expected of it.

        Raises:
            AssertionError: They differ; it shows how, and says how to accept.
        """
        file = self.folder / f"{name}.txt"
        if self.overwrite:
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(output, "utf-8")
            return
        expected = file.read_text("utf-8") if file.is_file() else ""
        if output != expected:
            raise AssertionError(f"{_difference(name, expected, output)}\naccept with `make goldens`")


def _difference(name: str, expected: str, output: str) -> str:
    diff = [
        *difflib.unified_diff(
            expected.splitlines(), output.splitlines(), f"{name}, expected", f"{name}, now", lineterm="", n=1
        )
    ]
    more = [f"… and {len(diff) - _SHOWN} lines more"] if len(diff) > _SHOWN else []
    return "\n".join(["the output has changed", *diff[:_SHOWN], *more])
