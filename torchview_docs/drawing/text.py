"""A view as a table: for the terminal, for builders without pictures, for screen readers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torchview_docs.drawing.labels import count, path, shape, words
from torchview_docs.families import class_name
from torchview_docs.graph import Graph, Node
from torchview_docs.views.close import root_call

__all__ = ["LayerRow", "layer_table", "text"]

#: A row tells this many output shapes, and the count of the others.
_SHAPES = 3


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One module call, operation, input or output of a view, in the order in which they ran.

    Attributes:
        depth: How many of the rows before it are around it.
        path: A module's path as seen from the row around it (`layer.0 – 11`), the name of an input,
            output or parameter; empty for an operation and for the model itself.
        title: Class, operation, `group`, or `input`, `output`, `parameter`, `buffer`, `constant`.
        config: Configuration as cards show it, `768→2304`.
        shape: Shape of what it makes; of an input or output with its dtype.
        parameters: How many parameter elements a module has, with its submodules; None for the rest.
        repeat: How many equal neighbours it stands for; `parameters` are those of one of them.
        node: The graph's node.
    """

    depth: int
    path: str
    title: str
    config: str
    shape: str
    parameters: int | None
    repeat: int
    node: str


def layer_table(view: Graph) -> tuple[LayerRow, ...]:
    """The rows of the table of a view."""
    depths: dict[str | None, int] = {None: -1}
    rows = []
    for node in view.nodes:
        depths[node.name] = depths[node.scope] + 1
        rows.append(_row(view, node, depths[node.name]))
    return tuple(rows)


def _row(view: Graph, node: Node, depth: int) -> LayerRow:
    if node.op == "call_module":
        where = path(node, view.by_name[node.scope] if node.scope else None)
        said = words(node, view, calls=False)
        counted = node.parameters is not None and node.parameters.total > 0
        return LayerRow(
            depth,
            where,
            class_name(node.type) or view.name,
            "" if node.name in view.children or _is_count(node, said.config) else said.config,
            _shapes([shape(t) for t in node.outputs]),
            node.parameters.total if node.parameters and counted else None,
            node.repeat,
            node.name,
        )
    if node.op == "group":
        where = path(node, view.by_name[node.scope] if node.scope else None)
        total = node.parameters.total if node.parameters and node.parameters.total else None
        return LayerRow(depth, where, "group", "", "", total, node.repeat, node.name)
    if node.op in ("placeholder", "output"):
        tensors = node.outputs or tuple(view.tensor(use) for use in node.args)
        kind = "input" if node.op == "placeholder" else "output"
        sizes = _shapes([f"{shape(t)} {t.dtype}" for t in tensors])
        return LayerRow(depth, words(node, view).title, kind, "", sizes, None, 1, node.name)
    sizes = _shapes([shape(t) for t in node.outputs])
    if node.op == "get_attr":
        return LayerRow(depth, words(node, view).title, node.type, "", sizes, None, 1, node.name)
    if node.op == "tensor":
        return LayerRow(depth, "", "tensor", node.outputs[0].dtype, sizes, None, 1, node.name)
    said = words(node, view)
    return LayerRow(depth, "", said.title, said.config, sizes, None, 1, node.name)


def _is_count(node: Node, config: str) -> bool:
    """Whether a card shows only how many parameters it has, which the table tells anyway."""
    return node.parameters is not None and config == count(node.parameters.total)


def _shapes(shapes: Sequence[str]) -> str:
    more = len(shapes) - _SHAPES
    return ", ".join(shapes[:_SHAPES]) + (f", {more} more" if more > 0 else "")


def text(view: Graph) -> str:
    """The table as text: a tree of calls with shapes and parameters, and the totals below."""
    rows = layer_table(view)
    cells = [("Layer", "Output", "Parameters")]
    for row in rows:
        parameters = "" if row.parameters is None else f"{row.parameters:,}"
        cells.append((f"{'  ' * row.depth}{_layer(row)}", row.shape, parameters))
    widths = [max(_columns(row[k]) for row in cells) for k in range(3)]
    rule = "─" * (sum(widths) + 4)
    lines = [_line(row, widths) for row in cells]
    return "\n".join([lines[0], rule, *lines[1:], rule, *_totals(view)]) + "\n"


def _layer(row: LayerRow) -> str:
    kind = " ".join(part for part in (row.title, row.config) if part)
    named = f"{row.path}: {kind}" if row.path else kind
    return f"{named} × {row.repeat}" if row.repeat > 1 else named


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    layer, output, parameters = row
    left = layer + " " * (widths[0] - _columns(layer) + 2) + output + " " * (widths[1] - _columns(output) + 2)
    return (left + parameters.rjust(widths[2])).rstrip()


def _columns(line: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
    )


def _totals(view: Graph) -> list[str]:
    root = root_call(view)
    lines = []
    if root is not None and root.parameters is not None:
        total, trainable = root.parameters.total, root.parameters.trainable
        how = "all trainable" if trainable == total else f"{trainable:,} trainable"
        lines.append(f"Parameters: {total:,}" + (f" ({how})" if total else ""))
    lines.append(f"Traced in {view.mode} mode on {view.device}")
    return lines
