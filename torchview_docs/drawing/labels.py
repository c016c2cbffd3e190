"""The words of a figure: titles, configurations, counts, shapes, paths.

What is too long is shortened in its middle, and what is left out can be read in full in the hint.
"""

from __future__ import annotations

from dataclasses import dataclass

from torchview_docs.drawing.callouts import BECAME
from torchview_docs.drawing.configs import module_config
from torchview_docs.drawing.operations import is_weighted, operation_config, weighted_config
from torchview_docs.families import class_name, family, operation_name
from torchview_docs.graph import NOTHING, Graph, Node, TensorMeta
from torchview_docs.input_graph import InputGraph, Relation

__all__ = [
    "Words",
    "call_note",
    "count",
    "dtype",
    "measures",
    "path",
    "path_range",
    "quantity",
    "shape",
    "shortened",
    "words",
]

#: A class that says nothing of what is in it.
_CONTAINER = "torch.nn.modules.container.Sequential"
#: The longest title, configuration and panel title, in characters.
TITLE, CONFIG, PATH = 32, 36, 40

#: Operations of which it matters what stands at the left: `1 - x`.
_SIGNS = {"sub": "-", "div": "/", "pow": "**", "floor_divide": "//", "remainder": "%"}


@dataclass(frozen=True)
class Words:
    """What a card says of one node."""

    title: str
    config: str
    #: The full text; empty where it adds nothing.
    hint: str
    #: The title as it is before it is shortened; empty where it is not.
    whole: str = ""

    @property
    def name(self) -> str:
        """The title in full."""
        return self.whole or self.title


def words(node: Node, view: Graph, *, calls: bool = True) -> Words:
    """Title, configuration and hint of a node of a view.

    Args:
        node: The node.
        view: The view that it is in.
        calls: Whether the configuration says which call of a reused module it is.
    """
    if node.op == "call_module":
        return _module_words(node, view, calls)
    if node.op == "placeholder":
        for graph in view.input_graphs:
            if (relation := graph.relation(node.name)) is not None:
                return _graph_words(node, graph, relation)
    if node.op in ("placeholder", "output"):
        name = f"output{node.target}" if node.op == "output" and node.target[:1] == "[" else node.target
        title = shortened(name or node.op, TITLE)
        dims = node.outputs[0].dims if node.outputs else ()
        hint = _named_input(node) if any(dims) else name if title != name else ""
        return Words(title, "", hint, name)
    if node.op == "call_phase":
        around = view.by_name[node.scope] if node.scope else None
        note = call_note(node, around) if calls else ""
        name = class_name(node.type)
        where, title = path_range(node), shortened(name, TITLE)
        return Words(title, note, where if title == name else f"{where}: {name}", name)
    if node.op == "get_attr":
        return _attribute_words(node, view)
    if node.op == "tensor":
        size = shape(node.outputs[0])
        title = shortened(size, TITLE)
        return Words(title, "", size if title != size else "", size)
    return _operation_words(node, view)


def _module_words(node: Node, view: Graph, calls: bool) -> Words:
    name = class_name(node.type) or node.target or node.name
    raw = " ".join(node.config.split())
    around = view.by_name[node.scope] if node.scope else None
    title = shortened(_own_name(node, around) or name, TITLE)
    config = module_config(family(node), name, raw)
    if config is None:
        config = _features(node, view)
    if config is None:
        config = raw if len(raw) <= CONFIG else ""
    while len(config) > CONFIG:  # what comes last matters least
        config = config.rpartition(", ")[0]
    total = node.parameters.total if node.parameters else 0
    if not config and total and not _plain(node):
        config = count(total)
    note = call_note(node, around) if calls else ""
    config = ", ".join(part for part in (config, note) if part)
    where = path_range(node)
    hint = f"{where}: {name}({raw})" if where else f"{name}({raw})" if raw else name
    return Words(title, config, hint)


def _named_input(node: Node) -> str:
    """An input as its author has written it, since the figure has names in the place of sizes."""
    (meta, *_) = node.outputs
    sizes = [f"{d}={size}" if d else str(size) for d, size in zip(meta.dims, meta.shape, strict=True)]
    return f"{node.target}: {meta.dtype}[{', '.join(sizes)}]"


def _graph_words(node: Node, graph: InputGraph, relation: Relation) -> Words:
    """An input that holds edges says how many; a relation of several is named by its types."""
    title = node.target
    if len(graph.relations) > 1 and len(title) > TITLE:
        source, target = graph.nodes[relation.source].name, graph.nodes[relation.target].name
        title = f"{source} {relation.name} {target}"
    name, title = title, shortened(title, TITLE)
    return Words(title, graph.summary_of(relation), node.target if title != node.target else "", name)


def _own_name(node: Node, around: Node | None) -> str:
    """What the model calls a container, whose class says nothing: `encoder` for an `nn.Sequential`."""
    if node.type != _CONTAINER or not node.target:
        return ""
    return path(node._replace(call=1), around if around is None else around._replace(call=1))


def _features(node: Node, view: Graph) -> str | None:
    """`768→2304` of a linear layer that doesn't say so, where its parameters prove it."""
    if family(node) != "lin" or not node.parameters or not node.args or not node.outputs:
        return None
    before, after = view.tensor(node.args[0]).shape[-1:], node.outputs[0].shape[-1:]
    weights = before[0] * after[0] if before and after else 0
    if weights and node.parameters.total in (weights, weights + after[0]):
        return f"{before[0]}→{after[0]}"
    return None


def _plain(node: Node) -> bool:
    """Whether a layer is known well enough that its count of parameters is no news."""
    return family(node) == "act" and node.type.startswith("torch.nn.modules.")


def _attribute_words(node: Node, view: Graph) -> Words:
    full = node.target if node.target != "tensor" else node.type or "constant"
    within = view.by_name[node.scope].target if node.scope else ""
    name = full.removeprefix(f"{within}.") if within else full
    whole = shape(node.outputs[0]) if node.outputs else ""
    size = shortened(whole, CONFIG)
    title = name if len(name) <= TITLE else shortened(name.rpartition(".")[2], TITLE)
    hint = f"{node.type} {full}" if full != node.type else ""
    return Words(title, size, f"{hint or full}: {whole}" if size != whole else hint, name)


def _operation_words(node: Node, view: Graph) -> Words:
    name = operation_name(node)
    raw = " ".join(node.config.split())
    swapped = bool(node.args) and node.args[0].arg == "1" and name in _SIGNS
    config = f"{raw} {_SIGNS[name]} x" if swapped and raw else operation_config(family(node), name, raw)
    weighted = weighted_config(name, _weight(node, view), raw) if is_weighted(name) else ""
    if config is None or len(weighted or config) > CONFIG:
        config = raw if len(raw) <= CONFIG // 2 else ""
    else:
        config = weighted or config
    title = shortened(name, TITLE)
    full = f"{node.target}({raw})" if raw else node.target
    return Words(title, config, full if raw not in ("", config) or title != name else "", name)


def _weight(node: Node, view: Graph) -> tuple[int, ...]:
    """The shape of the weight of an operation that layers are made of."""
    return next((view.tensor(use).shape for use in node.args if use.arg in ("1", "weight")), ())


def shape(tensor: TensorMeta) -> str:
    """`1×128×768`, `N×128×768` with a name; `scalar` for a tensor without dimensions; in a comparison with
    what it was, `1×64 ⇒ 1×128`.
    """
    was = tensor.was
    if was is None or was == NOTHING or was.written == tensor.written:
        return tensor.written
    return f"{was.written} {BECAME} {tensor.written}"


def dtype(tensor: TensorMeta) -> str:
    """`float32`; in a comparison `float32 ⇒ bfloat16`."""
    was = tensor.was
    if was is None or was == NOTHING or was.dtype == tensor.dtype:
        return tensor.dtype
    return f"{was.dtype} {BECAME} {tensor.dtype}"


def count(number: int) -> str:
    """`85.1 M`, `12.4 k`, `640`."""
    for power, unit in ((12, "T"), (9, "B"), (6, "M"), (3, "k")):
        # 999 950 rounds to 1.0 M, not to 1000.0 k
        if number >= 10**power - 10 ** (power - 3) // 20 and number >= 1000:
            return f"{number / 10**power:.1f} {unit}"
    return str(number)


def measures(flops: int | None, memory: int | None) -> str:
    """`604.0 MFLOPs · 3.1 MB`: what was counted, and is not nothing."""
    counted = ((flops, "FLOPs"), (memory, "B"))
    return " · ".join(quantity(number, unit) for number, unit in counted if number)


def quantity(number: int, unit: str) -> str:
    """`8.2 GFLOPs`, `393.2 kB`, `640 B`; thousands, not powers of two."""
    for power, prefix in ((18, "E"), (15, "P"), (12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if number >= 10**power - 10 ** (power - 3) * 50 // 1000 and number >= 1000:
            return f"{number / 10**power:.1f} {prefix}{unit}"
    return f"{number} {unit}"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, the middle left out; of a dotted name the last part is kept."""
    if len(text) <= limit:
        return text
    last = text.rpartition(".")[2]
    dotted = last != text and len(last) + 8 <= limit and " " not in text
    tail = f".{last}" if dotted else text[len(text) - (limit - 1) // 3 :]
    return f"{text[: limit - 1 - len(tail)]}…{tail}"


def path_range(node: Node) -> str:
    """The path of a call, with its range when it stands for several: `encoder.layer.0 – 11`."""
    if node.repeat == 1 or node.last in ("", node.target):
        return node.target
    head, _, last = node.target.rpartition(".")
    other, _, end = node.last.rpartition(".")
    return f"{node.target} – {end if head == other and last.isdigit() and end.isdigit() else node.last}"


def path(node: Node, around: Node | None) -> str:
    """The path of a call as seen from the panel around it; an index keeps the name of its list.

    Args:
        node: The call.
        around: The call that the panel shows; None for the outermost.
    """
    relative = path_range(node)
    within = around.target if around else ""
    while around and around.op == "call_phase" and within and not node.target.startswith(f"{within}."):
        within = within.rpartition(".")[0]  # what a phase calls is a part of its module
    if within and node.target.startswith(f"{within}."):
        relative = relative[len(within) + 1 :]
        parts = within.split(".")
        while relative[:1].isdigit() and parts:
            relative = f"{parts.pop()}.{relative}"
    if node.repeat > 1 and node.target and node.last == node.target:
        return f"{relative}, calls {node.call} – {node.call + node.repeat - 1}"
    return f"{relative}, {note}" if (note := call_note(node, around)) else relative


def call_note(node: Node, around: Node | None) -> str:
    """`call 2` of a module that has been called before, where the panel around it does not say so."""
    if node.call == 1 or (around is not None and around.call == node.call):
        return ""
    return f"call {node.call}"
