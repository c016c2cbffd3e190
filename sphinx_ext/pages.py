"""Which pages show which figures, noted beside what a builder has written.

Sphinx writes a page again when its source has changed. A figure changes without that: with the
model's source, an option in conf.py, a version of a library. So each output folder has a record of
what its pages show. It is in the output folder, and written when a build has ended well, because
only then is it true: doctrees may be shared by several builders, and a build may be killed between
reading and writing.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["PageRecord"]

#: Version of the file's format: with another one all pages with figures are written again.
_FORMAT = 1


class PageRecord:
    """The digests of what the pages in an output folder show.

    Args:
        folder: The output folder.
        builder: Name of the builder: two builders may write into one folder.
    """

    def __init__(self, folder: Path, builder: str) -> None:
        self._file = folder / f".torchview-{builder}.json"
        self._digests = self._read()

    def _read(self) -> dict[str, str]:
        try:
            data = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            # None yet, or damaged: pages with figures are written again.
            return {}
        if not isinstance(data, dict) or data.get("format") != _FORMAT:
            return {}
        pages = data.get("pages")
        return {str(k): str(v) for k, v in pages.items()} if isinstance(pages, dict) else {}

    def outdated(self, digests: Mapping[str, str]) -> list[str]:
        """The pages that show something else than `digests` say, or of which nothing is known."""
        return sorted(page for page, digest in digests.items() if self._digests.get(page) != digest)

    def update(self, digests: Mapping[str, str], written: set[str]) -> None:
        """Note that the pages `written` now show what `digests` say, and forget pages without figures."""
        now = {
            page: digest if page in written else self._digests[page]
            for page, digest in sorted(digests.items())
            if page in written or page in self._digests
        }
        if now == self._digests:
            return
        self._digests = now
        self._write(json.dumps({"format": _FORMAT, "pages": now}, indent=0, ensure_ascii=False) + "\n")

    def _write(self, text: str) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=self._file.name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self._file)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
