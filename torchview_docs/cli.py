"""The command line: `torchview-docs draw`, `diff` and `cache`.

Exit codes: 0 when all went well, 1 when a figure could not be drawn or written, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torchview_docs import __version__
from torchview_docs import options as kinds
from torchview_docs.errors import ExportError, ExpressionError, Failure, OptionError, SpecError, TraceError
from torchview_docs.options import Option, nearest
from torchview_docs.settings import SETTINGS, Project
from torchview_docs.sides import ARROW, SIDED, read_sides
from torchview_docs.spec import OPTIONS, FigureSpec

if TYPE_CHECKING:
    from torchview_docs.build import Figure
    from torchview_docs.store import Store

__all__ = ["main"]

#: Eight times as fine as on most screens is finer than any print.
_LARGEST_SCALE = 16


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments, `sys.argv[1:]` where None.

    Returns:
        The exit code.
    """
    _make_fit()
    parser = _parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.error(f"unrecognized argument {unknown[0]!r}{_hint(unknown[0])}")
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        code = run(arguments)
        sys.stdout.flush()
        return code
    except ExpressionError as error:
        _complain(f"{error.problem}{'' if error.problem.endswith('?') else ':'}\n{error.pointer()}")
    except SpecError as error:
        _complain(str(error))
    except KeyboardInterrupt:
        _complain("stopped")
        return 130
    except BrokenPipeError:
        # Who reads it has had enough, as `head`; Python would flush once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 2


def _hint(unknown: str) -> str:
    """What was probably meant by an argument that is none."""
    if not unknown.startswith("-"):
        return ""
    written = unknown.partition("=")[0]
    known = {f"--{name}": option for name, option in {**OPTIONS, **SETTINGS}.items()}
    if written in known and "cli" not in known[written].hosts:
        return ": this option belongs to a page"
    return nearest(written, [flag for flag, option in known.items() if "cli" in option.hosts])


def _make_fit() -> None:
    """Have `?` stand for what the terminal's encoding lacks: Windows' old ones have no lines and arrows."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _complain(message: str) -> None:
    print(f"torchview-docs: {message}", file=sys.stderr)  # this is the command line


def _say(message: str) -> None:
    print(message, file=sys.stderr)  # progress; stdout is for results


# -- arguments ----------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="torchview-docs", description="Architecture figures of PyTorch models for documentation."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    draw = commands.add_parser(
        "draw",
        help="draw one model",
        description="Draw one model. The suffix of --output says what is written; without it the "
        "layers are listed in the terminal.",
    )
    draw.add_argument("model", help="the model, such as 'mypkg.Net(hidden=64)'")
    _add_figure(draw)
    draw.set_defaults(run=_draw)

    diff = commands.add_parser(
        "diff",
        help="compare two models",
        description="Draw what was added, removed and changed between two models. An option that may differ "
        f"between them ({', '.join(sorted(SIDED))}) is written 'old -> new', or once for both. The suffix of "
        "--output says what is written; without it the differences are listed in the terminal.",
    )
    diff.add_argument("old", help="the model before, such as 'mypkg.Net(hidden=64)'")
    diff.add_argument("new", help="the model after")
    _add_figure(diff)
    diff.set_defaults(run=_diff)

    cache = commands.add_parser(
        "cache", help="show, prune or clear the cache", description="Show, prune or clear the cache."
    )
    cache.add_argument("action", nargs="?", choices=("show", "prune", "clear"), default="show")
    cache.add_argument(
        "--days", type=float, default=30.0, help="prune what was not used for so many days (default: 30)"
    )
    _add_options(cache.add_argument_group("the project"), {"cache": SETTINGS["cache"]})
    cache.set_defaults(run=_cache)
    return parser


def _add_figure(parser: argparse.ArgumentParser) -> None:
    """What is written, and the options of the figure and of the project."""
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help=f"what to write: {', '.join(_WRITERS)}"
    )
    picture = parser.add_argument_group("a PDF or a PNG")
    picture.add_argument(
        "--theme", choices=("light", "dark"), default="light", help="its colours (default: light)"
    )
    picture.add_argument(
        "--scale",
        type=_scale,
        default=2.0,
        metavar="N",
        help="pixels of a PNG for each px of the figure (default: 2)",
    )
    _add_options(parser.add_argument_group("the figure"), OPTIONS)
    _add_options(parser.add_argument_group("the project"), SETTINGS)


def _scale(text: str) -> float:
    scale = float(text)
    if not 0 < scale <= _LARGEST_SCALE:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0 and at most {_LARGEST_SCALE}")
    return scale


def _add_options(group: argparse._ArgumentGroup, table: Mapping[str, Option]) -> None:
    for option in table.values():
        if "cli" not in option.hosts:
            continue
        about = option.help.replace("%", "%%").replace("`", "")
        if option.default not in (None, ()):
            about += f" (default: {option.write(option.default)})"
        if isinstance(option.default, bool):
            group.add_argument(
                f"--{option.name}", action=argparse.BooleanOptionalAction, default=None, help=about
            )
        else:
            metavar = (
                "|".join(("N",) * (option.kind is kinds.depth) + option.kind.choices)
                if option.scope != "project" and option.kind.choices
                else option.name.upper()
            )
            group.add_argument(f"--{option.name}", metavar=metavar, help=about)


def _given(arguments: argparse.Namespace, table: Mapping[str, Option]) -> dict[str, Any]:
    found = {name: getattr(arguments, option.field, None) for name, option in table.items()}
    return {name: value for name, value in found.items() if value is not None}


def _project(arguments: argparse.Namespace) -> Project:
    """The project of the current folder, which is also where models are looked for first."""
    here = Path.cwd()
    given = _given(arguments, SETTINGS)
    paths = SETTINGS["paths"].read(given.get("paths", "")) if given.get("paths") else ()
    return Project.read(here, given).with_paths(str(here), *(str(here / path) for path in paths))


# -- draw ---------------------------------------------------------------------------------


def _svg(figure: Figure, given: argparse.Namespace) -> str:  # noqa: ARG001  # as all writers
    from torchview_docs.drawing.svg import svg

    drawing = figure.drawing
    return svg(drawing, prefix="tv", title=drawing.title, desc=drawing.description, standalone=True)


def _pdf(figure: Figure, given: argparse.Namespace) -> bytes:
    from torchview_docs.exporting import pdf

    return pdf(figure.drawing, theme=given.theme)


def _png(figure: Figure, given: argparse.Namespace) -> bytes:
    from torchview_docs.exporting import png

    return png(figure.drawing, theme=given.theme, scale=given.scale)


def _json(figure: Figure, given: argparse.Namespace) -> str:  # noqa: ARG001
    return figure.graph.to_json()


def _dot(figure: Figure, given: argparse.Namespace) -> str:  # noqa: ARG001
    from torchview_docs.drawing.dot import dot

    return dot(figure.view, figure.spec, figure.looks)


def _text(figure: Figure, given: argparse.Namespace) -> str:  # noqa: ARG001
    from torchview_docs.drawing.text import text

    return text(figure.view, figure.looks.remarks, figure.looks.signs)


_WRITERS: Mapping[str, Callable[[Figure, argparse.Namespace], str | bytes]] = {
    ".svg": _svg,
    ".pdf": _pdf,
    ".png": _png,
    ".json": _json,
    ".dot": _dot,
    ".txt": _text,
}


def _draw(arguments: argparse.Namespace) -> int:
    project = _project(arguments)
    given = _given(arguments, OPTIONS)
    spec = FigureSpec.read(arguments.model, given, host="cli", defaults=project.defaults)
    return _write(spec, project, arguments)


def _diff(arguments: argparse.Namespace) -> int:
    project = _project(arguments)
    given = _given(arguments, OPTIONS)
    pair = f"{arguments.old} {ARROW} {arguments.new}"
    return _write(read_sides(pair, given, host="cli", defaults=project.defaults), project, arguments)


def _write(spec: FigureSpec, project: Project, arguments: argparse.Namespace) -> int:
    """Write a figure into a file, or to the terminal; gives the exit code."""
    output: Path | None = arguments.output
    suffix = ".txt" if output is None else output.suffix.lower()
    if suffix not in _WRITERS:
        raise OptionError(
            f"cannot write {suffix or 'a file without suffix'!r}, only {', '.join(_WRITERS)}"
            f"{nearest(suffix, _WRITERS)}"
        )

    from torchview_docs.build import Builder

    with Builder(project, report=_say) as builder:
        figure = builder.resolve([spec])[spec]
        if isinstance(figure, Failure):
            _complain(f"{spec.title}: {figure}")
            return 1
        try:
            content = _WRITERS[suffix](figure, arguments)
        except (ExportError, TraceError) as error:
            _complain(f"{spec.title}: {error}")
            return 1
    if output is None:
        print(content)  # this is the result
        return 0
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(
            content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
        )
    except OSError as error:
        _complain(f"{output} cannot be written ({error.strerror or error})")
        return 1
    return 0


# -- cache --------------------------------------------------------------------------------


def _cache(arguments: argparse.Namespace) -> int:
    from torchview_docs.store import Store

    folder = Project.read(Path.cwd(), _given(arguments, SETTINGS)).cache_folder
    store = Store(folder, _say)
    if not folder.is_dir():
        _say("there is no cache here: go where conf.py or mkdocs.yml is, or name its folder with --cache")
    if arguments.action == "clear":
        print(f"{store.clear()} records and drawings removed from {folder}")
    elif arguments.action == "prune":
        print(f"{store.prune(arguments.days)} files removed from {folder}")
    else:
        _show(store)
    return 0


def _show(store: Store) -> None:
    usage = store.usage()
    print(f"{store.folder}: {usage.records} traces, {usage.drawings} drawings, {usage.size / 1e6:.1f} MB")
    for entry in store.entries():
        spec = dict(entry.head.spec)
        options = ", ".join(f"{name}: {value}" for name, value in spec.items() if name != "model")
        failed = "  (failed)" if entry.head.failed else ""
        used = time.strftime("%Y-%m-%d", time.localtime(entry.used))
        print(f"  {entry.size / 1e3:8.1f} kB  {used}  {spec.get('model', '?')}  {options}{failed}")
