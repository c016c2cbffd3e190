"""Lists of edges in an input expression: `edges([[0, 1], [1, 2]])`, `adjacency([[0, 1]], nodes=3)`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NoReturn

from torchview_docs.expressions import LAYOUTS, Edges

__all__ = ["read_edges"]

#: Raises an error that points at a part of the expression.
_Fail = Callable[[ast.AST, str], NoReturn]


def read_edges(node: ast.Call, form: str, fail: _Fail) -> Edges:
    """Read a call of `edges` or `adjacency`.

    Args:
        node: The call.
        form: Its name.
        fail: Raises what is wrong.
    """
    if len(node.args) != 1 or not isinstance(node.args[0], ast.List | ast.Tuple):
        fail(node, f"{form!r} takes a list of edges, such as `{form}([[0, 1], [1, 2]])`")
    pairs = tuple(_pair(item, fail) for item in node.args[0].elts)
    given: dict[str, Any] = {}
    for keyword in node.keywords:
        given[_name(keyword, form, fail)] = _value(keyword, fail)
    edges = Edges(form, pairs, **given)
    if edges.nodes is not None and any(max(pair) >= edges.nodes for pair in pairs):
        fail(node, f"an edge joins a node that is not among the {edges.nodes}, which count from 0")
    return edges


def _pair(node: ast.expr, fail: _Fail) -> tuple[int, int]:
    match node:
        case (
            ast.List(elts=[ast.Constant(value=a), ast.Constant(value=b)])
            | ast.Tuple(elts=[ast.Constant(value=a), ast.Constant(value=b)])
        ) if type(a) is int and type(b) is int:
            return a, b
    fail(node, "an edge is a pair of numbers of nodes, such as `[0, 1]`")


def _name(keyword: ast.keyword, form: str, fail: _Fail) -> str:
    known = {"edges": ["directed"], "adjacency": ["directed", "nodes", "layout"]}[form]
    if keyword.arg not in known:
        fail(keyword.value, f"{form!r} knows " + ", ".join(f"`{name}=`" for name in known))
    return keyword.arg


def _value(keyword: ast.keyword, fail: _Fail) -> Any:
    value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
    if keyword.arg == "directed" and type(value) is not bool:
        fail(keyword.value, "`directed` is `True` or `False`")
    if keyword.arg == "nodes" and type(value) is not int:
        fail(keyword.value, "`nodes` is a whole number")
    if keyword.arg == "layout" and value not in LAYOUTS:
        fail(keyword.value, "`layout` is one of " + ", ".join(map(repr, LAYOUTS)))
    return value
