"""Slips: what is written where something else must stand, in words, and what to write instead."""

from __future__ import annotations

import ast
import re

from torchview_docs.expressions import DTYPES, FILLS
from torchview_docs.options import nearest

__all__ = ["describe", "slip_in_dtype", "slip_in_text", "slip_in_value"]

_TENSOR = r"(?:torch\.)?\w+\s*\[[^\]]*\]"
_FILLED = re.compile(rf"\b({'|'.join(FILLS)})\s+({_TENSOR})")
_SCALAR = re.compile(r"\b(\w+)\s*\[\s*\]")
_SLICE = re.compile(r"([^\W\d]\w*):(\d+)")
_NAMED = re.compile(rf"([^\W\d]\w*)\s*:\s*({_TENSOR})")

#: Of kinds of expressions that some place refuses.
_DESCRIPTIONS: dict[type[ast.expr], str] = {
    ast.Lambda: "a lambda",
    ast.Subscript: "an index",
    ast.Call: "a call",
    ast.Name: "a name",
    ast.Attribute: "a dotted name",
    ast.BinOp: "arithmetic",
    ast.Compare: "a comparison",
    ast.JoinedStr: "an f-string",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.Starred: "a star",
    ast.NamedExpr: "an assignment",
    ast.IfExp: "a condition",
    ast.BoolOp: "a condition",
    ast.Await: "await",
}


def describe(node: ast.expr) -> str:
    """What kind of expression it is, in words."""
    return _DESCRIPTIONS.get(type(node), f"`{ast.unparse(node)}`")


def slip_in_text(text: str) -> tuple[str, int] | None:
    """What is wrong with an input that is no Python, and where; None where that is anybody's guess."""
    if found := _FILLED.search(text):
        return f"this is written `{found[1]}({found[2]})`", found.start()
    if (found := _SCALAR.search(text)) and found[1] in DTYPES:
        return f"sizes are missing; a tensor that has none, a scalar, is `{found[1]}[()]`", found.start()
    if (found := _NAMED.search(text)) and "{" not in text:
        return f"an argument is given as `{found[1]}={found[2]}`", found.start()
    return None


def slip_in_value(node: ast.expr) -> str:
    """What is wrong with what stands where a tensor may; empty where nothing is known of it."""
    match node:
        case ast.Call(func=head, args=sizes) if _is_dtype(head):
            written = ", ".join(map(ast.unparse, sizes)) or "1, 3"
            return f"the sizes of a tensor stand in brackets: `{ast.unparse(head)}[{written}]`"
        case ast.Name() | ast.Attribute() if _is_dtype(node):
            return f"a dtype alone is no tensor: write its sizes, `{ast.unparse(node)}[1, 3]`"
        case ast.Call():
            return (
                "a call is not allowed here, only a tensor such as `float32[1, 3]` or a literal; what these "
                "cannot say a function of yours can, by `input-from: mypkg.data.example_batch`"
            )
        case ast.Compare():
            return "a bound is written `int64[1, 128] < 30522`"
    return ""


def slip_in_dtype(written: str, sizes: ast.expr) -> str:
    """What is wrong with the name before a tensor's sizes."""
    if written in FILLS:
        # A named size has come as a slice.
        inside = _SLICE.sub(r"\1=\2", ast.unparse(sizes).strip("()"))
        return f"{written!r} is not a dtype; write `{written}(float32[{inside}])`"
    hint = (
        nearest(written, DTYPES) or "; known are float32, float16, bfloat16, int64, bool and torch's others"
    )
    return f"{written!r} is not a dtype{hint}"


def _is_dtype(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).removeprefix("torch.") in DTYPES
