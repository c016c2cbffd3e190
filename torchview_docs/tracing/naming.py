"""The name that a person knows a function by, in torch.fx's words."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional

from torchview_docs.graph import Op
from torchview_docs.tracing.functions import short_name
from torchview_docs.tracing.internals import HigherOrderOperator, OpOverload, OpOverloadPacket

__all__ = ["FunctionName", "name_of", "signature_of"]


@dataclass(frozen=True, slots=True)
class FunctionName:
    """How a function appears in a graph.

    Attributes:
        op: `call_function` or `call_method`.
        target: The dotted name, or the method's name.
        swapped: Its two arguments come in the wrong order (`__rsub__`).
    """

    op: Op
    target: str
    swapped: bool = False

    @property
    def short(self) -> str:
        """The last part of the name."""
        return self.target.rpartition(".")[2]


#: Methods that Python's operators call, by the operator's name in `operator`.
_OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "matmul": "matmul", "pow": "pow",
    "remainder": "mod", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge", "eq": "eq", "ne": "ne",
    "__add__": "add", "__sub__": "sub", "__mul__": "mul", "__truediv__": "truediv", "__div__": "truediv",
    "__floordiv__": "floordiv", "__mod__": "mod", "__pow__": "pow", "__matmul__": "matmul",
    "__and__": "and_", "__or__": "or_", "__xor__": "xor", "__lshift__": "lshift", "__rshift__": "rshift",
    "__eq__": "eq", "__ne__": "ne", "__lt__": "lt", "__le__": "le", "__gt__": "gt", "__ge__": "ge",
    "__getitem__": "getitem", "__setitem__": "setitem",
}  # fmt: skip
_UNARY = {"neg": "neg", "__neg__": "neg", "__invert__": "invert", "__pos__": "pos"}
_REFLECTED = {
    "__radd__": "add", "__rsub__": "sub", "__rmul__": "mul", "__rdiv__": "truediv", "__rtruediv__": "truediv",
    "__rfloordiv__": "floordiv", "__rmod__": "mod", "__rpow__": "pow", "__rmatmul__": "matmul",
    "__rand__": "and_", "__ror__": "or_", "__rxor__": "xor",
}  # fmt: skip
#: Modules of the C extension, the public module and the prefix that names carry.
_PUBLIC = {
    "torch._C._nn": ("torch.nn.functional", ""),
    "torch._C._fft": ("torch.fft", "fft_"),
    "torch._C._linalg": ("torch.linalg", "linalg_"),
    "torch._C._special": ("torch.special", "special_"),
    "torch._C._sparse": ("torch.sparse", ""),
    "torch._C._nested": ("torch.nested", ""),
    "torch.functional": ("torch", ""),
    "torch._VF": ("torch", ""),
}


def name_of(function: Any, positional: int, keywords: int) -> FunctionName:
    """The name of a function that was called with so many arguments.

    `x + y` reaches torch as `x.add(y)`: with exactly two arguments it is taken for the operator.
    """
    if isinstance(function, str):
        return FunctionName("call_function", function)
    return _name(function, positional if not keywords else -1)


@lru_cache(maxsize=8192)
def _name(function: Any, arguments: int) -> FunctionName:
    short = short_name(function)
    if getattr(function, "__name__", "") in ("__get__", "__set__"):
        return FunctionName("call_method", short)
    if _is_method(function):
        if short in _REFLECTED:
            return FunctionName("call_function", f"operator.{_REFLECTED[short]}", swapped=True)
        if arguments == 1 and short in _UNARY:
            return FunctionName("call_function", f"operator.{_UNARY[short]}")
        if short in _OPERATORS and (arguments == 2 or short in ("__getitem__", "__setitem__")):
            return FunctionName("call_function", f"operator.{_OPERATORS[short]}")
        return FunctionName("call_method", short)
    return FunctionName("call_function", _dotted(function, short))


def _is_method(function: Any) -> bool:
    if getattr(function, "__objclass__", None) is not None:
        return True
    return str(getattr(function, "__qualname__", "")).startswith(("Tensor.", "TensorBase."))


def _dotted(function: Any, short: str) -> str:
    if isinstance(function, OpOverload):
        function = function.overloadpacket
    if isinstance(function, OpOverloadPacket):
        return f"torch.ops.{str(function).removeprefix('torch.ops.')}"
    if isinstance(function, HigherOrderOperator):
        return f"torch.{short}" if hasattr(torch, short) else f"torch.ops.higher_order.{short}"
    module = str(getattr(function, "__module__", None) or "")
    if not module:
        owner = getattr(function, "__self__", None)
        module = owner.__name__ if inspect.ismodule(owner) else "torch"
    public, prefix = _PUBLIC.get(module, (module, ""))
    if module == "torch" and getattr(torch.nn.functional, short, None) is function:
        return f"torch.nn.functional.{short}"
    return f"{public}.{short.removeprefix(prefix) or short}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function: its name and default; `many` for `*args`."""

    name: str
    default: Any = inspect.Parameter.empty
    many: bool = False


@lru_cache(maxsize=4096)
def signature_of(function: Any) -> tuple[Parameter, ...]:
    """A function's positional parameters, empty where they cannot be had cheaply.

    Python functions have a signature; torch's own write it in the first line of their docstring.
    """
    if isinstance(function, str):
        return ()
    # `x ** y` is Python around a method that has no signature.
    function = inspect.unwrap(function) if inspect.isfunction(function) else function
    if inspect.isfunction(function):
        # Dispatchers such as F.max_pool1d take *args; their docstring knows more.
        found = tuple(
            Parameter(p.name, p.default, p.kind is p.VAR_POSITIONAL)
            for p in inspect.signature(function).parameters.values()
            if p.kind is not p.VAR_KEYWORD and p.name not in ("args", "kwargs")
        )
        return found or _from_docstring(function)
    return _from_docstring(function)


def _from_docstring(function: Any) -> tuple[Parameter, ...]:
    text = (getattr(function, "__doc__", None) or "").strip()
    first = text.splitlines()[0] if text else ""
    if not first.startswith(short_name(function) + "(") or ")" not in first:
        return ()
    inside = first[first.index("(") + 1 : first.rindex(")")]
    found = [Parameter("self")] if _is_method(function) else []
    for part in inside.replace("(", "").replace(")", "").split(","):
        name, _, default = part.strip().partition("=")
        if name in ("*", "/") or not name:
            continue
        found.append(Parameter(name.lstrip("*").strip(), _literal(default), name.startswith("*")))
    return tuple(found)


def _literal(text: str) -> Any:
    return {"None": None, "True": True, "False": False}.get(
        text.strip(), int(text) if text.strip().lstrip("-").isdigit() else inspect.Parameter.empty
    )
