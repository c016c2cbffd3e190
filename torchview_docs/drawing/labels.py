"""The words of a figure: titles, configurations, counts, shapes, paths.

What is too long is shortened in its middle, and what is left out can be read in full in the hint.
"""

from __future__ import annotations

from dataclasses import dataclass

from torchview_docs.drawing.configs import module_config, operation_config
from torchview_docs.drawing.families import class_name, family
from torchview_docs.graph import Node, TensorMeta

__all__ = ["Words", "count", "operation_name", "path", "path_range", "shape", "shortened", "words"]

#: The longest title, configuration and panel title, in characters.
TITLE, CONFIG, PATH = 32, 30, 40

#: Python's operators and dunder methods by the name that torch gives the operation.
_OPERATIONS = {
    "truediv": "div",
    "itruediv": "div",
    "rtruediv": "rdiv",
    "floordiv": "floor_divide",
    "iadd": "add",
    "radd": "add",
    "isub": "sub",
    "imul": "mul",
    "rmul": "mul",
    "idiv": "div",
    "ipow": "pow",
    "imatmul": "matmul",
    "iand": "and",
    "rand": "rand",
    "ior": "or",
    "ixor": "xor",
    "invert": "invert",
}


@dataclass(frozen=True)
class Words:
    """What a card says of one node."""

    title: str
    config: str
    #: The full text; empty where it adds nothing.
    hint: str


def words(node: Node) -> Words:
    """Title, configuration and hint of a leaf."""
    if node.op == "call_module":
        return _module_words(node)
    if node.op in ("placeholder", "output", "tensor"):
        name = f"output{node.target}" if node.op == "output" and node.target[:1] == "[" else node.target
        title = shortened(name or node.op, TITLE)
        return Words(title, "", name if title != name else "")
    if node.op == "get_attr":
        name = node.target if node.target != "tensor" else "constant"
        short = name if len(name) <= TITLE else name.rpartition(".")[2]
        size = shortened(shape(node.outputs[0]), CONFIG) if node.outputs else ""
        return Words(shortened(short, TITLE), size, f"{node.type} {name}".strip())
    return _operation_words(node)


def _module_words(node: Node) -> Words:
    name = class_name(node.type) or node.target or node.name
    raw = " ".join(node.config.split())
    title = shortened(name, TITLE)
    config = module_config(family(node), name, raw)
    if config is None or len(config) > CONFIG:
        config = raw if len(raw) <= CONFIG else ""
    total = node.parameters.total if node.parameters else 0
    if not config and total and not _plain(node):
        config = count(total)
    if node.call > 1:
        config = f"{config}, call {node.call}" if config else f"call {node.call}"
    where = path_range(node)
    hint = f"{where}: {name}({raw})" if where else f"{name}({raw})" if raw else name
    return Words(title, config, hint)


def _plain(node: Node) -> bool:
    """Whether a layer is known well enough that its count of parameters is no news."""
    return family(node) == "act" and node.type.startswith("torch.nn.modules.")


def _operation_words(node: Node) -> Words:
    name = operation_name(node)
    raw = " ".join(node.config.split())
    config = operation_config(name, raw)
    if config is None or len(config) > CONFIG:
        config = raw if len(raw) <= CONFIG // 2 else ""
    title = shortened(name, TITLE)
    full = f"{node.target}({raw})" if raw else node.target
    return Words(title, config, full if raw not in ("", config) or title != name else "")


def operation_name(node: Node) -> str:
    """The last name of an operation without marks of Python or of writing in place: `add`."""
    name = node.target.rpartition(".")[2]
    plain = name[2:-2] if len(name) > 4 and name.startswith("__") and name.endswith("__") else name
    plain = plain.rstrip("_") or name
    known = _OPERATIONS.get(plain, plain) if plain != "rand" or name.startswith("__") else plain
    return known or name


def shape(tensor: TensorMeta) -> str:
    """`1×128×768`; `scalar` for a tensor without dimensions."""
    return "×".join(map(str, tensor.shape)) or "scalar"


def count(number: int) -> str:
    """`85.1 M`, `12.4 k`, `640`."""
    for power, unit in ((12, "T"), (9, "B"), (6, "M"), (3, "k")):
        # 999 950 rounds to 1.0 M, not to 1000.0 k
        if number >= 10**power - 10 ** (power - 3) // 20 and number >= 1000:
            return f"{number / 10**power:.1f} {unit}"
    return str(number)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, the middle left out."""
    if len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def path_range(node: Node) -> str:
    """The path of a call, with its range when it stands for several: `encoder.layer.0 – 11`."""
    if node.repeat == 1 or node.last in ("", node.target):
        return node.target
    head, _, last = node.target.rpartition(".")
    other, _, end = node.last.rpartition(".")
    return f"{node.target} – {end if head == other and last.isdigit() and end.isdigit() else node.last}"


def path(node: Node, within: str) -> str:
    """The path of a call as seen from the panel around it; an index keeps the name of its list.

    Args:
        node: The call.
        within: Path of the module around it, empty for the model itself.
    """
    full = path_range(node)
    if not within or not node.target.startswith(f"{within}."):
        relative = full
    else:
        relative = full[len(within) + 1 :]
        if relative[:1].isdigit():
            relative = f"{within.rpartition('.')[2]}.{relative}"
    if node.call > 1:
        relative += f", call {node.call}"
    elif node.repeat > 1 and node.last == node.target:
        relative += f", calls 1 – {node.repeat}"
    return relative
