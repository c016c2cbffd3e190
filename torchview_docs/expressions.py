"""Model and input expressions, as `expression_parser` reads them.

A model is a dotted name, or a call of one with literal arguments; nested calls and dotted names
are allowed as arguments: `pkg.Net`, `pkg.mod:Net`, `pkg.Net(pkg.Config(layers=2), act=torch.relu)`.
An input is the text between the parentheses of a call: `float32[1, 3, 8, 8], mask=bool[1, 10]`.
A dimension may have a name, `float32[N=1, 3, H=224, W=224]`. Where values matter a tensor says
them: `zeros(bool[1, 10])`, `arange(int64[1, 128])`, and `int64[1, 128] < 30522` for whole numbers
from 0 to below that. A graph is a list of edges, `edges([[0, 1], [1, 2]])` or `adjacency(...)`, or
PyTorch Geometric's `Data(x=..., edge_index=...)`, `HeteroData({...})`, `Batch([...])`.

What a literal is: None, numbers, strings, bytes, and lists, tuples, sets and dicts of literals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = [
    "DTYPES",
    "EDGE_FORMS",
    "FILLS",
    "GRAPH_CLASSES",
    "LAYOUTS",
    "Call",
    "Container",
    "Edges",
    "InputExpression",
    "Literal",
    "Name",
    "Tensor",
    "Value",
]

#: The dtypes that a tensor literal can have, by torch's names and its short aliases.
DTYPES = {
    **{
        name: name
        for name in [
            "float64",
            "float32",
            "float16",
            "bfloat16",
            "complex128",
            "complex64",
            "complex32",
            "int64",
            "int32",
            "int16",
            "int8",
            "uint64",
            "uint32",
            "uint16",
            "uint8",
            "bool",
            "float8_e4m3fn",
            "float8_e5m2",
            "float8_e4m3fnuz",
            "float8_e5m2fnuz",
            "float8_e8m0fnu",
        ]
    },
    "double": "float64",
    "float": "float32",
    "half": "float16",
    "long": "int64",
    "int": "int32",
    "short": "int16",
    "cfloat": "complex64",
    "cdouble": "complex128",
}


#: What a tensor can be filled with, by the names of torch's functions.
FILLS = ("zeros", "ones", "arange")


@dataclass(frozen=True, slots=True)
class Literal:
    """None, a number, a string or bytes."""

    value: Any

    def __str__(self) -> str:
        written = repr(self.value)
        # `inf` would be read as a name.
        return written.replace("inf", "1e999") if isinstance(self.value, float | complex) else written


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name, to be imported."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor to make: `float32[1, 3, 224, 224]`; a scalar is `float32[()]`.

    `fill` is one of FILLS; `below` bounds random whole numbers. Without either, floats are normally
    distributed and whole numbers 0. `names` are those of the dimensions, empty where one has none; `()`
    where none has one.
    """

    dtype: str
    shape: tuple[int, ...]
    fill: str = ""
    below: int | None = None
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = self.names or ("",) * len(self.shape)
        sizes = [
            f"{name}={size}" if name else str(size) for name, size in zip(names, self.shape, strict=True)
        ]
        plain = f"{self.dtype}[{', '.join(sizes) or '()'}]"
        if self.below is not None:
            return f"{plain} < {self.below}"
        return f"{self.fill}({plain})" if self.fill else plain


#: The classes of PyTorch Geometric that an input may call, by their own names.
GRAPH_CLASSES = ("Data", "HeteroData", "Batch")
#: The forms of a list of edges: PyTorch Geometric's `edge_index`, and a matrix.
EDGE_FORMS = ("edges", "adjacency")
#: How a matrix is stored.
LAYOUTS = ("dense", "coo", "csr")


@dataclass(frozen=True, slots=True)
class Edges:
    """A graph by its edges, as pairs of numbers of nodes.

    `edges(...)` makes an `int64[2, E]` of it, with both directions of each edge unless `directed`;
    `adjacency(...)` a `float32[N, N]` of zeros and ones. `nodes` is N; by default no node is alone.
    """

    form: str
    pairs: tuple[tuple[int, int], ...]
    directed: bool = False
    nodes: int | None = None
    layout: str = "dense"

    @property
    def size(self) -> int:
        """How many nodes."""
        return self.nodes if self.nodes is not None else max(map(max, self.pairs), default=-1) + 1

    def __str__(self) -> str:
        words = [str([list(pair) for pair in self.pairs])]
        words += ["directed=True"] if self.directed else []
        words += [f"nodes={self.nodes}"] if self.nodes is not None else []
        words += [f"layout={self.layout!r}"] if self.layout != "dense" else []
        return f"{self.form}({', '.join(words)})"


@dataclass(frozen=True, slots=True)
class Container:
    """A list, tuple, set or dict; `keys` are a dict's, `()` otherwise."""

    kind: str
    items: tuple[Value, ...]
    keys: tuple[Value, ...] = ()

    def __str__(self) -> str:
        if self.kind == "dict":
            return "{" + ", ".join(f"{k}: {v}" for k, v in zip(self.keys, self.items, strict=True)) + "}"
        inner = ", ".join(map(str, self.items))
        if self.kind == "tuple":
            return f"({inner}{',' if len(self.items) == 1 else ''})"
        return f"[{inner}]" if self.kind == "list" else f"{{{inner}}}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of what a dotted name stands for."""

    function: Name
    args: tuple[Value, ...]
    kwargs: tuple[tuple[str, Value], ...]

    def __str__(self) -> str:
        return f"{self.function}({_arguments(self.args, self.kwargs)})"


@dataclass(frozen=True, slots=True)
class InputExpression:
    """The arguments of a forward call."""

    args: tuple[Value, ...]
    kwargs: tuple[tuple[str, Value], ...]

    def __str__(self) -> str:
        return _arguments(self.args, self.kwargs)


Value: TypeAlias = Literal | Name | Tensor | Edges | Container | Call


def _arguments(args: tuple[Value, ...], kwargs: tuple[tuple[str, Value], ...]) -> str:
    return ", ".join([*map(str, args), *(f"{name}={value}" for name, value in kwargs)])
