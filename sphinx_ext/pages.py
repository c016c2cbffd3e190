"""Which pages show which figures, noted beside what a builder has written.

Sphinx writes a page again when its source has changed. A figure changes without that: with the
model's source, an option in conf.py, a version of a library. So each output folder has a record of
what its pages show. It is in the output folder, and a page is entered when a build has ended well,
because only then is it true: doctrees may be shared by several builders, and a build may be killed
between reading and writing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from torchview_docs.files import write_atomically

__all__ = ["PageRecord"]

#: Version of the file's format: with another one all pages with figures are written again.
_FORMAT = 1


class PageRecord:
    """The digests of what the pages in an output folder show.

    Args:
        folder: The output folder.
        builder: Name of the builder: two builders may write into one folder.

    Attributes:
        file: Where it is kept.
    """

    def __init__(self, folder: Path, builder: str) -> None:
        self.file = folder / f".torchview-{builder}.json"
        self._digests = self._read()

    def _read(self) -> dict[str, str]:
        try:
            data = json.loads(self.file.read_bytes())
        except (OSError, ValueError, RecursionError):
            # None yet, or damaged: pages with figures are written again.
            return {}
        if not isinstance(data, dict) or data.get("format") != _FORMAT:
            return {}
        pages = data.get("pages")
        return {str(k): str(v) for k, v in pages.items()} if isinstance(pages, dict) else {}

    def begin(self, digests: Mapping[str, str]) -> list[str]:
        """The pages that show something else than `digests` say, or of which nothing is known.

        They are struck off the record at once: a build that is killed while it writes leaves them
        in a state that nobody knows.
        """
        outdated = sorted(page for page, digest in digests.items() if self._digests.get(page) != digest)
        self._keep({page: digest for page, digest in self._digests.items() if page not in outdated})
        return outdated

    def end(self, digests: Mapping[str, str], written: AbstractSet[str]) -> None:
        """Note that the pages `written` now show what `digests` say, and forget pages without figures."""
        known = self._digests
        self._keep(
            {
                page: digest if page in written else known[page]
                for page, digest in sorted(digests.items())
                if page in written or page in known
            }
        )

    def _keep(self, digests: dict[str, str]) -> None:
        if digests == self._digests:
            return
        self._digests = digests
        text = json.dumps({"format": _FORMAT, "pages": digests}, indent=0, ensure_ascii=False)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.file, f"{text}\n".encode())
