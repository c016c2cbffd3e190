"""Digraph: graphviz's, which draws without `dot` where there is pygraphviz: its wheels hold Graphviz."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import graphviz  # type: ignore[import-untyped]  # it ships no types

__all__ = ["Digraph"]

_ADVICE = "Install Graphviz, or `pip install torchview-docs[graphviz]`, which needs no executable."

#: Draws what stands in stdin. In a process of its own, since Graphviz cannot be interrupted and ends
#: the whole process where it finds a fault of its own.
_DRAW = """
import sys
import pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog=sys.argv[2]))
"""


class Digraph(graphviz.Digraph):  # type: ignore[misc]  # untyped
    """A `graphviz.Digraph` whose `pipe`, `render` and picture in notebooks do not need `dot`.

    Where the executable is missing, the library in pygraphviz draws. It knows no `renderer` and
    `formatter`.
    """

    def pipe(
        self,
        format: str | None = None,  # noqa: A002  # graphviz's names
        *,
        encoding: str | None = None,
        **kwargs: Any,
    ) -> bytes | str:
        """The drawing, in any format of Graphviz; see `graphviz.Digraph.pipe`.

        Raises:
            graphviz.ExecutableNotFound: There is neither `dot` nor pygraphviz.
            graphviz.CalledProcessError: Graphviz failed.
        """
        try:
            return super().pipe(format, encoding=encoding, **kwargs)  # type: ignore[no-any-return]
        except graphviz.ExecutableNotFound as missing:
            drawn = self._drawn(format, kwargs, missing)
            return drawn if encoding is None else drawn.decode(encoding)

    def render(
        self,
        filename: PathLike[str] | str | None = None,
        directory: PathLike[str] | str | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,  # noqa: A002
        *,
        outfile: PathLike[str] | str | None = None,
        **kwargs: Any,
    ) -> str:
        """Write the DOT source and the drawing; see `graphviz.Digraph.render`.

        Raises:
            graphviz.ExecutableNotFound: There is neither `dot` nor pygraphviz; the source is written.
            graphviz.CalledProcessError: Graphviz failed.
        """
        given = {"directory": directory, "view": view, "cleanup": cleanup, "format": format}
        try:
            return super().render(filename, **given, outfile=outfile, **kwargs)  # type: ignore[no-any-return]
        except graphviz.ExecutableNotFound as missing:
            source = Path(self.filepath)  # graphviz has written it before it looked for `dot`
            if outfile is None:
                wanted = format or self.format
                target = Path(f"{source}.{wanted}")
            else:
                target = Path(outfile) if directory is not None else Path(self.directory or "", outfile)
                wanted = format or target.suffix[1:]
            target.write_bytes(self._drawn(wanted, kwargs, missing))
        if cleanup:
            source.unlink()
        if view or kwargs.get("quiet_view"):
            graphviz.view(str(target), quiet=bool(kwargs.get("quiet_view")))
        return str(target)

    def _drawn(self, format_: str | None, options: Mapping[str, Any], missing: Exception) -> bytes:
        """What pygraphviz draws.

        Args:
            format_: In which format.
            options: Of `pipe` or `render`.
            missing: The error that is raised where pygraphviz cannot help.
        """
        if options.get("renderer") is not None or options.get("formatter") is not None:
            raise missing  # only the executable has these
        if importlib.util.find_spec("pygraphviz") is None:
            missing.add_note(_ADVICE)
            raise missing
        chosen = [format_ or self.format, options.get("engine") or self.engine]
        done = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-c", _DRAW, *chosen],
            input=self.source.encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode or not done.stdout:
            raise graphviz.CalledProcessError(done.returncode, chosen, done.stdout, done.stderr)
        if done.stderr and not options.get("quiet"):
            sys.stderr.write(done.stderr.decode(errors="replace"))  # as graphviz does with dot's
        drawn: bytes = done.stdout
        return drawn
