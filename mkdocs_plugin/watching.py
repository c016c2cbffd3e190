"""What `mkdocs serve` watches besides the pages: the sources of the models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from torchview_docs.errors import Failure
from torchview_docs.modules import Location, Resolver, search_path
from torchview_docs.spec import FigureSpec

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

    from torchview_docs.build import Figure
    from torchview_docs.settings import Project

__all__ = ["Watch", "watched"]

#: More folders than this of one package are not watched: each costs a thread of the server.
_FOLDERS = 100


def watched(project: Project, results: Mapping[FigureSpec, Figure | Failure]) -> set[Path]:
    """The files whose edit may change a figure, and folders where a file may come that mends one.

    Of a figure that failed it is not known what it depends on: all of its package may mend it.
    """
    paths: set[Path] = set()
    resolver = Resolver(search_path((*project.paths, str(project.root))))
    for spec, result in results.items():
        if not isinstance(result, Failure):
            paths.update(result.sources)
            continue
        location = resolver.find(spec.model.partition("(")[0].partition(".")[0])
        paths.update(_package(location))
        if location.origin == "absent":
            # Never the folder of mkdocs.yml: people write logs and caches there.
            paths.update(p for path in project.paths if not project.root.is_relative_to(p := Path(path)))
    return paths


def _package(location: Location) -> Iterable[Path]:
    if location.origin != "project":
        return
    if not location.folders:
        yield Path(location.file)
    for folder in location.folders:
        sources = {file.parent for file in Path(folder).rglob("*.py")}
        yield from sorted(sources)[:_FOLDERS]


class Watch:
    """Keeps the server's watch in step with what the site depends on."""

    def __init__(self, server: LiveReloadServer) -> None:
        self._server = server
        self._watched: set[Path] = set()

    def update(self, paths: set[Path]) -> None:
        """Watch these files and folders, no longer those of the build before.

        Folders are not watched with their subfolders: caches of bytecode would count as edits.
        """
        for path in sorted(self._watched - paths):
            self._server.unwatch(str(path))
        for path in sorted(paths - self._watched):
            if path.exists():
                self._server.watch(str(path), recursive=False)
        self._watched = {path for path in paths if path.exists() or path in self._watched}
