"""A view as a table: for the terminal, for builders without pictures, for screen readers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from torchview_docs.changes import Sign, aspects
from torchview_docs.drawing.callouts import SIGNS, circled
from torchview_docs.drawing.differences import differences
from torchview_docs.drawing.drawing import Remark
from torchview_docs.drawing.former import became, became_in_part
from torchview_docs.drawing.labels import count, dtype, path, quantity, shape, words
from torchview_docs.families import class_name
from torchview_docs.graph import Graph, Node, Parameters
from torchview_docs.views.close import root_call
from torchview_docs.views.totals import total_of

__all__ = ["COLUMNS", "LayerRow", "counted_columns", "layer_table", "text"]

#: The numbers that a row may tell.
COLUMNS = ("Parameters", "FLOPs", "Activation bytes")
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
        repeat: How many equal neighbours it stands for; what is counted is that of one of them.
        node: The graph's node.
        flops: Floating-point operations that it takes; None where they were not counted.
        memory: Bytes of the tensors that it makes; None where they were not counted.
        sign: How it is marked in a comparison.
        was: In a comparison what the row was, where it was another.
    """

    depth: int
    path: str
    title: str
    config: str
    shape: str
    parameters: int | None
    repeat: int
    node: str
    flops: int | None = None
    memory: int | None = None
    sign: Sign = ""
    was: LayerRow | None = None

    @property
    def what(self) -> str:
        """`Block × 2`; in a comparison with what it was."""
        was = self.was or self
        title, config = became(was.title, self.title), became_in_part(was.config, self.config)
        times = became(f"× {was.repeat}", f"× {self.repeat}") if max(was.repeat, self.repeat) > 1 else ""
        return " ".join(part for part in (title, config, times) if part)

    @property
    def layer(self) -> str:
        """`h.0 – 1: Block × 2`; in a comparison with its sign and what it was."""
        path = became((self.was or self).path, self.path)
        named = f"{path}: {self.what}" if path else self.what
        return " ".join(part for part in (SIGNS.get(self.sign), named) if part)

    def counts(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Its numbers, as `columns` names them."""
        return tuple(
            became(*(_number(row, name) for row in (self.was or self, self)))
            if self.was is not None and _number(self.was, name)
            else _number(self, name)
            for name in columns
        )


def _number(row: LayerRow, column: str) -> str:
    known = {"Parameters": row.parameters, "FLOPs": row.flops, "Activation bytes": row.memory}
    return f"{known[column]:,}" if known[column] is not None else ""


_NO_SIGNS: Mapping[str, Sign] = {}


def layer_table(view: Graph, signs: Mapping[str, Sign] = _NO_SIGNS) -> tuple[LayerRow, ...]:
    """The rows of the table of a view.

    Args:
        view: The view.
        signs: In a comparison how its steps are marked.
    """
    depths: dict[str | None, int] = {None: -1}
    rows = []
    for node in view.nodes:
        depths[node.name] = depths[node.scope] + 1
        row = replace(_counted_row(view, node, depths[node.name]), sign=signs.get(node.name, ""))
        if node.was is not None:
            was = _counted_row(view, node.was._replace(scope=node.scope), row.depth)
            row = replace(row, was=was if "name" in aspects(node) else replace(was, path=row.path))
        rows.append(row)
    return tuple(rows)


def _counted_row(view: Graph, node: Node, depth: int) -> LayerRow:
    row = _row(view, node, depth)
    return replace(row, flops=node.flops, memory=node.memory) if _is_counted(node) else row


def counted_columns(rows: Iterable[LayerRow]) -> tuple[str, ...]:
    """The columns of numbers: parameters, and what was counted besides."""
    rows = tuple(rows)
    flops = ("FLOPs",) if any(row.flops is not None for row in rows) else ()
    return (
        "Parameters",
        *flops,
        *(("Activation bytes",) if any(row.memory is not None for row in rows) else ()),
    )


def _is_counted(node: Node) -> bool:
    """Whether it is a step: what only holds a tensor computes and makes nothing, by its nature."""
    return node.op == "group" or node.op.startswith("call_")


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
    if node.op == "call_phase":
        said = words(node, view, calls=False)
        sizes = _shapes([shape(t) for t in node.outputs])
        return LayerRow(depth, "", said.name, "", sizes, None, node.repeat, node.name)
    if node.op == "group":
        where = path(node, view.by_name[node.scope] if node.scope else None)
        total = node.parameters.total if node.parameters and node.parameters.total else None
        return LayerRow(depth, where, "group", "", "", total, node.repeat, node.name)
    if node.op in ("placeholder", "output"):
        tensors = node.outputs or tuple(view.tensor(use) for use in node.args)
        kind = "input" if node.op == "placeholder" else "output"
        sizes = _shapes([f"{shape(t)} {dtype(t)}" for t in tensors])
        said = words(node, view)
        return LayerRow(depth, said.name, kind, said.config, sizes, None, 1, node.name)
    sizes = _shapes([shape(t) for t in node.outputs])
    if node.op == "get_attr":
        return LayerRow(depth, words(node, view).name, node.type, "", sizes, None, 1, node.name)
    if node.op == "tensor":
        return LayerRow(depth, "", "tensor", dtype(node.outputs[0]), sizes, None, 1, node.name)
    said = words(node, view)
    return LayerRow(depth, "", said.name, said.config, sizes, None, 1, node.name)


def _is_count(node: Node, config: str) -> bool:
    """Whether a card shows only how many parameters it has, which the table tells anyway."""
    return node.parameters is not None and config == count(node.parameters.total)


def _shapes(shapes: Sequence[str]) -> str:
    more = len(shapes) - _SHAPES
    return ", ".join(shapes[:_SHAPES]) + (f", {more} more" if more > 0 else "")


def text(view: Graph, remarks: Iterable[Remark] = (), signs: Mapping[str, Sign] = _NO_SIGNS) -> str:
    """The table as text: a tree of calls with shapes and parameters, and the totals and notes below.

    Args:
        view: The view.
        remarks: The notes.
        signs: In a comparison how its steps are marked.
    """
    rows = layer_table(view, signs)
    columns = counted_columns(rows)
    cells = [("Layer", "Output", *columns)]
    cells += [(f"{'  ' * row.depth}{row.layer}", row.shape, *row.counts(columns)) for row in rows]
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    rule = "─" * (sum(widths) + 2 * len(widths) - 2)
    lines = [_line(row, widths) for row in cells]
    notes = [f"{circled(one.number)} {one.part}: {one.text}" for one in remarks]
    below = [*_totals(view), *differences(view, [row.sign for row in rows]), *notes]
    return "\n".join([lines[0], rule, *lines[1:], rule, *below]) + "\n"


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if k > 1 else cell + " " * (width - _columns(cell))
        for k, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _columns(line: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
    )


def _parameters(parameters: Parameters) -> str:
    total, trainable = parameters.total, parameters.trainable
    how = "all trainable" if trainable == total else f"{trainable:,} trainable"
    return f"{total:,}" + (f" ({how})" if total else "")


def _totals(view: Graph) -> list[str]:
    root = root_call(view)
    lines = []
    if root is not None and root.parameters is not None:
        was = (root.was.parameters if root.was is not None else None) or root.parameters
        lines.append(f"Parameters: {became(*map(_parameters, (was, root.parameters)))}")
    outermost = view.children.get(None, ())
    flops = total_of((node.flops, node.repeat) for node in outermost)
    memory = total_of((node.memory, node.repeat) for node in outermost)
    if flops is not None:
        short = f"{quantity(flops, 'FLOPs')}; " if flops >= 1000 else ""
        lines.append(f"FLOPs: {flops:,} ({short}a multiply-add counts as two)")
    if memory is not None:
        peak = "" if view.peak is None else f", about {view.peak:,} at the peak"
        lines.append(f"Activation bytes: {memory:,}{peak}")
    lines.append(f"Traced in {view.mode} mode on {view.device}")
    return lines
