"""Parser of model and input expressions: by `ast` and a whitelist of nodes; nothing is ever eval'd."""

from __future__ import annotations

import ast
import io
import tokenize
from functools import lru_cache
from keyword import iskeyword
from typing import NoReturn, cast

from torchview_docs.edge_lists import read_edges
from torchview_docs.errors import ExpressionError
from torchview_docs.expressions import (
    DTYPES,
    EDGE_FORMS,
    FILLS,
    GRAPH_CLASSES,
    Call,
    Container,
    InputExpression,
    Literal,
    Name,
    Tensor,
    Value,
)
from torchview_docs.options import nearest

__all__ = ["parse_input", "parse_model"]


@lru_cache(maxsize=1024)
def parse_model(text: str) -> Name | Call:
    """Parse a model expression.

    Raises:
        ExpressionError: It is not one; points at the character.
    """
    parser = _Parser(text, "")
    if "/" in text and text.strip().endswith(".py"):
        raise ExpressionError("this is a file: write the model in it, such as `mypkg.nets.Net`", text, 0)
    node = parser.tree("a model, such as `mypkg.Net` or `mypkg.Net(hidden=64)`")
    value = parser.value(node, _MODEL)
    if not isinstance(value, Name | Call):
        parser.fail(node, "a model is a dotted name or a call of one")
    if isinstance(value, Name) and "." not in value.path:
        parser.fail(node, f"a model needs its module: write `package.module.{value.path}`")
    if isinstance(value, Call) and "." not in value.function.path:
        parser.fail(node, f"a model needs its module: write `package.module.{value.function.path}(...)`")
    return value


@lru_cache(maxsize=1024)
def parse_input(text: str) -> InputExpression:
    """Parse an input expression.

    Raises:
        ExpressionError: It is not one; points at the character.
    """
    parser = _Parser(text, "f(")
    node = parser.tree("an input, such as `float32[1, 3, 224, 224]`")
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        parser.fail(node, "this is not a list of arguments")
    args, kwargs = parser.arguments(node, _INPUT)
    return InputExpression(args, kwargs)


#: What may stand where: a model's arguments hold names and calls, an input's hold tensors.
_MODEL = "a literal, a dotted name or a call of one"
_INPUT = "a tensor such as `float32[1, 3]` or a literal"
_KEY = "a number, text or tuple of them as key of a dict"


class _Parser:
    """One expression with its text, for errors that point into it.

    `prefix` is what was put before the author's text to make it an expression.
    """

    def __init__(self, text: str, prefix: str) -> None:
        self.text = text
        # Parentheses let an expression stand on several lines.
        self.prefix = "(" + prefix
        self.opened = self.prefix + (text if prefix else _colons_to_dots(text))
        # A comment at the end must not take our parentheses with it: they stand on a line of their own.
        self.source = f"{self.opened}\n{')' * self.prefix.count('(')}"
        self.lines = _lines(self.source)

    def tree(self, wanted: str) -> ast.expr:
        if not self.text.strip():
            raise ExpressionError(f"nothing is written here; write {wanted}", self.text, 0)
        try:
            node = ast.parse(self.source, mode="eval").body
        except SyntaxError as error:
            position = self._place(error)
            if position < 0:
                position = self._unclosed()
            elif position >= len(self.text) and "unmatched" in error.msg:
                # Theirs closed our parenthesis, so the parser complains of ours.
                position = self.text.rfind(")")
            raise ExpressionError(f"this is not an expression ({error.msg})", self.text, position) from error
        except (ValueError, MemoryError, RecursionError) as error:
            raise ExpressionError(f"this cannot be parsed ({error})", self.text, 0) from error
        self._check_parenthesis(node)
        return node

    def _place(self, error: SyntaxError) -> int:
        return self._position(error.lineno or 1, _bytes_before(self.lines, error))

    def _unclosed(self) -> int:
        """Where their parenthesis is that ours has closed, so that the parser complains of ours."""
        try:
            ast.parse(self.opened, mode="eval")
        except SyntaxError as error:
            return self._place(error)
        return 0

    def _check_parenthesis(self, node: ast.expr) -> None:
        """Refuse `pkg.Net)(3`, which closes our parenthesis and opens one that ours closes."""
        inner: ast.expr = node
        while self._position(inner.lineno, inner.col_offset) < -len(self.prefix) + 1:
            inner = next(child for child in ast.iter_child_nodes(inner) if isinstance(child, ast.expr))
        if inner is not node:
            end = self._position(inner.end_lineno or 1, inner.end_col_offset or 0)
            raise ExpressionError(
                "this is not an expression (unmatched ')')", self.text, self.text.find(")", max(end, 0))
            )

    def _position(self, line: int, byte: int) -> int:
        before = "".join(self.lines[: line - 1])
        here = self.lines[line - 1] if line <= len(self.lines) else ""
        return len(before) + len(here.encode()[:byte].decode(errors="ignore")) - len(self.prefix)

    def fail(self, node: ast.AST, problem: str) -> NoReturn:
        position = self._position(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
        raise ExpressionError(problem, self.text, position)

    def arguments(
        self, node: ast.Call, wanted: str
    ) -> tuple[tuple[Value, ...], tuple[tuple[str, Value], ...]]:
        kwargs: dict[str, Value] = {}
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                self.fail(arg, "`*` is not allowed here: write the arguments out")
        for keyword in node.keywords:
            if keyword.arg is None:
                self.fail(keyword.value, "`**` is not allowed here: write the arguments out")
            if keyword.arg in kwargs:
                self.fail(keyword, f"the argument {keyword.arg!r} is given twice")
            kwargs[keyword.arg] = self.value(keyword.value, wanted)
        return tuple(self.value(arg, wanted) for arg in node.args), tuple(kwargs.items())

    def value(self, node: ast.expr, wanted: str) -> Value:
        match node:
            case ast.Constant(value=value) if value is not Ellipsis:
                return Literal(value)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=value)):
                if not isinstance(value, int | float | complex) or isinstance(value, bool):
                    self.fail(node, "only a number can have a sign")
                return Literal(-value if isinstance(sign, ast.USub) else value)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return Literal(self._complex(node))
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                kind = type(node).__name__.lower()
                return Container(kind, tuple(self.value(item, wanted) for item in items))
            case ast.Dict(keys=keys, values=values):
                return Container(
                    "dict",
                    tuple(self.value(v, wanted) for v in values),
                    tuple(self._key(key, node) for key in keys),
                )
            case ast.Name() | ast.Attribute() if wanted is _MODEL:
                return self._name(node)
            case ast.Call() if wanted is _MODEL:
                args, kwargs = self.arguments(node, wanted)
                return Call(self._name(node.func), args, kwargs)
        made = self._made(node) if wanted is _INPUT else None
        if made is not None:
            return made
        self.fail(node, f"{_describe(node)} is not allowed here, only {wanted}")

    def _made(self, node: ast.expr) -> Value | None:
        """What only an input may hold: tensors and graphs."""
        match node:
            case ast.Subscript():
                return self._tensor(node)
            case ast.Compare(left=ast.Subscript() as tensor):
                return self._bounded(node, tensor)
            case ast.Call(func=ast.Name(id=name)) if name in FILLS:
                return self._filled(node, name)
            case ast.Call(func=ast.Name(id=name)) if name in EDGE_FORMS:
                return read_edges(node, name, self.fail)
            case ast.Call(func=ast.Name(id=name)) if name in GRAPH_CLASSES:
                return Call(Name(name), *self.arguments(node, _INPUT))
        return None

    def _key(self, node: ast.expr | None, around: ast.Dict) -> Value:
        if node is None:
            self.fail(around, "`**` is not allowed here: write the entries out")
        key = self.value(node, _KEY)
        parts = key.items if isinstance(key, Container) and key.kind == "tuple" else (key,)
        if not all(isinstance(part, Literal) for part in parts):
            self.fail(node, f"{_describe(node)} is not allowed here, only {_KEY}")
        return key

    def _complex(self, node: ast.expr) -> complex:
        # ast.literal_eval reads `1+2j` and nothing else that is a sum.
        try:
            value = ast.literal_eval(node)
        except ValueError:
            self.fail(node, "arithmetic is not allowed here, only literals")
        return cast(complex, value)

    def _name(self, node: ast.expr) -> Name:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            self.fail(node, f"{_describe(node)} is not allowed here, only a dotted name")
        return Name(".".join([node.id, *reversed(parts)]))

    def _tensor(self, node: ast.Subscript) -> Tensor:
        head = node.value
        written = head.id if isinstance(head, ast.Name) else ast.unparse(head)
        dtype = DTYPES.get(written.removeprefix("torch."))
        if dtype is None:
            self.fail(head, f"{written!r} is not a dtype{nearest(written, DTYPES)}")
        sizes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return Tensor(dtype, tuple(self._size(size) for size in sizes))

    def _bounded(self, node: ast.Compare, subscript: ast.Subscript) -> Tensor:
        """`int64[1, 128] < 30522`."""
        tensor = self._tensor(subscript)
        match node:
            case ast.Compare(ops=[ast.Lt()], comparators=[ast.Constant(value=below)]) if type(below) is int:
                if not tensor.dtype.startswith(("int", "uint")):
                    self.fail(subscript, "only whole numbers can be bounded")
                if below < 1:
                    self.fail(node.comparators[0], "the bound must be a whole number from 1")
                return Tensor(tensor.dtype, tensor.shape, below=below)
        self.fail(node, "a bound is written `int64[1, 128] < 30522`")

    def _filled(self, node: ast.Call, fill: str) -> Tensor:
        """`ones(bool[1, 10])`."""
        match node:
            case ast.Call(args=[ast.Subscript() as subscript], keywords=[]):
                tensor = self._tensor(subscript)
                if fill == "arange" and tensor.dtype.startswith(("bool", "complex", "float8")):
                    self.fail(subscript, f"{fill!r} makes no {tensor.dtype}")
                return Tensor(tensor.dtype, tensor.shape, fill)
        self.fail(node, f"{fill!r} takes one tensor, such as `{fill}(int64[1, 10])`")

    def _size(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return node.value
        self.fail(node, "a size must be a whole number from 0")


def _bytes_before(lines: list[str], error: SyntaxError) -> int:
    """ast.parse counts characters in errors, bytes in nodes."""
    line = lines[(error.lineno or 1) - 1] if (error.lineno or 1) <= len(lines) else ""
    return len(line[: max((error.offset or 1) - 1, 0)].encode())


def _lines(text: str) -> list[str]:
    """Lines as Python counts them: `str.splitlines` knows more ends of lines."""
    return list(io.StringIO(text, newline=""))


def _colons_to_dots(text: str) -> str:
    """`pkg.mod:Net` as `pkg.mod.Net`, wherever a colon stands between two names without spaces."""
    if ":" not in text:
        return text
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text, newline="").readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return text
    lines = _lines(text)
    for before, colon, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (
            colon.string == ":"
            and before.type == after.type == tokenize.NAME
            and not iskeyword(before.string)  # `{True:1}`
            and before.end == colon.start
            and colon.end == after.start
        ):
            row, column = colon.start
            lines[row - 1] = lines[row - 1][:column] + "." + lines[row - 1][column + 1 :]
    return "".join(lines)


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


def _describe(node: ast.expr) -> str:
    return _DESCRIPTIONS.get(type(node), f"`{ast.unparse(node)}`")
