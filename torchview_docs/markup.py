"""HTML around a figure: the box that it scrolls in, the box of a figure that failed, its description.

Hosts put these into their pages as they are; every text in them is escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torchview_docs.drawing.svg import escape
from torchview_docs.errors import Failure
from torchview_docs.layer_table import layer_table
from torchview_docs.spec import FigureSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torchview_docs.changes import Sign
    from torchview_docs.drawing.drawing import Layer, Remark
    from torchview_docs.graph import Graph, Node, TensorMeta

__all__ = ["describe", "error_box", "figure_box"]

#: No screen is narrower, so a figure of this width in px never scrolls.
NARROWEST = 300

#: How many inputs, and how many outputs, a description names.
NAMED = 4

_SIZE = re.compile(r' width="(\d+)" height="\d+"')
_CODE = re.compile(r"`([^`\n]+)`")
_NAME = re.compile(r"<title[^>]*>([^<]*)</title>")


def figure_box(
    svg: str, spec: FigureSpec, remarks: Sequence[Remark] = (), layers: Sequence[Layer] = ()
) -> str:
    """A figure's SVG in a box that scrolls sideways where the page is narrower.

    The figure has its natural width unless the spec says another. A box that may scroll can be
    reached by keyboard and has a name. The spec's `class`, `name` and `caption` are the host's.

    Args:
        svg: What `drawing.svg.svg` wrote.
        spec: The figure's spec, for `width` and `align`.
        remarks: Notes that the numbers in it refer to: a list below it.
        layers: What it shows, for the table that the spec's `table` says where to put.
    """
    head, more, rest = svg.partition(">")
    size, name = _SIZE.search(head), _NAME.search(rest)
    scrolls = size is not None and int(size[1]) > NARROWEST
    if spec.width is not None:
        head = _SIZE.sub(f' width="{escape(spec.width)}"', head, count=1)
        scrolls = not spec.width.endswith("%")
    classes = f"tv-box tv-{spec.align}" if spec.align else "tv-box"
    focus = f' tabindex="0" role="group" aria-label="{name[1]}"' if scrolls and name else ""
    below = _notes(remarks) + layer_table(layers, spec.table)
    return f'<div class="{classes}"{focus}>{head}{more}{rest}</div>{below}'


def _notes(remarks: Sequence[Remark]) -> str:
    if not remarks:
        return ""
    items = "".join(f'<li data-number="{one.number}">{escape(one.text)}</li>' for one in remarks)
    return f'<ol class="tv-notes">{items}</ol>'


def error_box(failure: Failure, spec_text: str) -> str:
    """What a page shows in the place of a figure that could not be drawn.

    Args:
        failure: Why.
        spec_text: What the author wrote.
    """
    where = f"<p>At <code>{escape(failure.where)}</code></p>" if failure.where else ""
    advice = f"<p>{_prose(failure.advice)}</p>" if failure.advice else ""
    source = "\n".join(escape(line) for line in spec_text.splitlines() if line.strip())
    return (
        '<div class="tv-error" role="note" aria-label="Figure not drawn">'
        f"<p><strong>This figure could not be drawn.</strong> {_prose(failure.message)}</p>"
        f"<pre><code>{source}</code></pre>{where}{advice}</div>"
    )


def _prose(message: str) -> str:
    """A message, with what stands in backquotes as code."""
    return _CODE.sub(r"<code>\1</code>", escape(message))


def describe(
    view: Graph,
    spec: FigureSpec | None = None,
    remarks: Sequence[Remark] = (),
    signs: Mapping[str, Sign] | None = None,
) -> str:
    """What a figure shows, in two sentences and one for each graph, for readers who do not see it.

    Args:
        view: What it shows.
        spec: Its options, for what they have stand out.
        remarks: Its notes, whose texts stand below it.
        signs: In a comparison how its steps are marked.

    Example:
        Computation graph of GPT2Model: 16 layers and operations, 124,439,808 parameters. Input:
        input_ids (1×128, int64); output: last_hidden_state (1×128×768, float32).
    """
    steps = [n for n in view.leaves if n.op.startswith("call_")]
    count = sum(_times(view, node) for node in steps)
    what = (
        f"Computation graph of {view.name}: {_number(count, 'layer or operation', 'layers and operations')}"
    )
    root = view.root
    if root is not None and root.parameters is not None:
        what += f", {_number(root.parameters.total, 'parameter', 'parameters')}"
    if root is not None and root.flops is not None:
        what += f", {root.flops:,} FLOPs"
    inputs = [(n.target, n.outputs[0]) for n in view.nodes if n.op == "placeholder" and n.outputs]
    outputs = [(_output_name(n), view.tensor(n.args[0])) for n in view.nodes if n.op == "output" and n.args]
    graphs = "".join(f" {graph.name} is a graph of {graph.summary}." for graph in view.input_graphs)
    sizes = [f"{name} is {size}" for name, size in view.named.items()]
    named = f" In it {', '.join(sizes)}." if sizes else ""
    named += f" Not followed: {', '.join(view.fixed)}." if view.fixed else ""
    high = f" Highlighted: {', '.join(spec.highlight)}." if spec is not None and spec.highlight else ""
    numbers = "".join(f" Note {one.number} is on {one.part}." for one in remarks)
    if signs is not None and spec is not None and spec.old is not None:
        numbers = f" Compared with {spec.old.model}.{_differences(signs, view)}{numbers}"
    return (
        f"{what}. {_tensors('Input', inputs)}; {_tensors('output', outputs)}.{graphs}{named}{high}{numbers}"
    )


def _differences(signs: Mapping[str, Sign], view: Graph) -> str:
    """What was added, removed and changed, by name: of much the first ones."""
    said = []
    for sign, words in (("+", "Added"), ("-", "Removed"), ("~", "Changed")):
        names = [name for name, own in signs.items() if own == sign and not _is_within(name, signs, view)]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        if names:
            said.append(f" {words}: {', '.join(names[:NAMED])}{more}.")
    return "".join(said) or " Nothing has changed."


def _is_within(name: str, signs: Mapping[str, Sign], view: Graph) -> bool:
    """Whether what is around a step was added or removed as a whole."""
    return signs[name] != "~" and signs.get(view.by_name[name].scope or "") == signs[name]


def _output_name(node: Node) -> str:
    return f"output{node.target}" if node.target.startswith("[") else node.target


def _times(view: Graph, node: Node) -> int:
    """How many steps of the model a node stands for, folded runs unfolded."""
    times = node.repeat
    for scope in view.scopes(node):
        times *= scope.repeat
    return times


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _tensors(what: str, tensors: list[tuple[str, TensorMeta]]) -> str:
    if not tensors:
        return "no outputs" if what == "output" else "No inputs"
    words = [f"{name} ({meta.written}, {meta.dtype})" for name, meta in tensors]
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return f"{what}{'s' if len(words) > 1 else ''}: {', '.join(words[:NAMED])}{more}"
