"""Which pages a `--dirty` build must read although their files are as they were.

A dirty build reads the pages that are newer than what was written of them. A page with figures is as
new as the newest source of its models. Which sources those are is kept beside the cache, because
what would tell it, the page, has not been read yet.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torchview_docs.errors import Failure
from torchview_docs.files import write_atomically
from torchview_docs.store import MKDOCS_PAGES

if TYPE_CHECKING:
    from mkdocs.structure.files import File, Files

    from torchview_docs.build import Figure

__all__ = ["PageSources"]


class PageSources:
    """The sources of each page's models, as of the last build that read the page.

    Args:
        folder: The cache's folder.
        site: Names this site among those that share the cache.
    """

    def __init__(self, folder: Path, site: str) -> None:
        self._file = folder / MKDOCS_PAGES
        self._site = site
        self._pages = _pages(_read(self._file).get(site))

    def mark(self, files: Files) -> None:
        """Have MkDocs read the pages whose figures may be others now."""
        for file in files.documentation_pages():
            sources = self._pages.get(file.src_uri)
            if sources is not None:
                # MkDocs asks each file; there is no other place to answer.
                file.is_modified = _modified(file, sources)  # type: ignore[method-assign]

    def note(self, page: str, results: Iterable[Figure | Failure]) -> None:
        """Note what the figures of a page that has been read depend on.

        A page with a figure that failed is always read: its warning must come back.
        """
        sources: set[str] = set()
        for result in results:
            sources |= {_ALWAYS} if isinstance(result, Failure) else set(map(str, result.sources))
        self._pages.pop(page, None)
        if sources:
            self._pages[page] = sorted(sources)

    def save(self) -> None:
        """Keep it for the next build; without a cache there is nothing that it could save."""
        sites = _read(self._file)
        if sites.get(self._site, {}) == self._pages:
            return
        sites[self._site] = self._pages
        with contextlib.suppress(OSError):
            write_atomically(self._file, json.dumps(sites, indent=1, sort_keys=True).encode())


#: Stands for a source that is newer than everything.
_ALWAYS = ""


def _modified(file: File, sources: Sequence[str]) -> Callable[[], bool]:
    as_mkdocs_says = file.is_modified

    def is_modified() -> bool:
        return as_mkdocs_says() or any(_newer(source, file.abs_dest_path) for source in sources)

    return is_modified


def _newer(source: str, written: str) -> bool:
    try:
        return source == _ALWAYS or Path(source).stat().st_mtime_ns > Path(written).stat().st_mtime_ns
    except OSError:
        # A source that is gone has changed.
        return True


def _read(file: Path) -> dict[str, Any]:
    """What the file says; a damaged one says nothing, and its pages are read once more."""
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _pages(data: object) -> dict[str, list[str]]:
    if not isinstance(data, dict):
        return {}
    return {
        page: [str(source) for source in sources]
        for page, sources in data.items()
        if isinstance(sources, list)
    }
