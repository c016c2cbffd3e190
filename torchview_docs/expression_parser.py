"""Parser of model and input expressions: by `ast` and a whitelist of nodes; nothing is ever eval'd."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import replace
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
from torchview_docs.named_sizes import readable
from torchview_docs.slips import describe, slip_in_dtype, slip_in_text, slip_in_value

__all__ = ["parse_input", "parse_model"]


@lru_cache(maxsize=1024)
def parse_model(text: str, what: str = "model") -> Name | Call:
    """Parse a model expression.

    Args:
        text: As the author wrote it.
        what: What it names, for errors: a model, or the function of `input-from`, which is written alike.

    Raises:
        ExpressionError: It is not one; points at the character.
    """
    parser = _Parser(text, "")
    if "/" in text and text.strip().endswith(".py"):
        raise ExpressionError(f"this is a file: write the {what} in it, such as `mypkg.nets.Net`", text, 0)
    node = parser.tree(f"a {what}, such as `mypkg.Net` or `mypkg.Net(hidden=64)`")
    value = parser.value(node, _MODEL)
    if not isinstance(value, Name | Call):
        parser.fail(node, f"a {what} is a dotted name or a call of one")
    if isinstance(value, Name) and "." not in value.path:
        parser.fail(node, f"a {what} needs its module: write `package.module.{value.path}`")
    if isinstance(value, Call) and "." not in value.function.path:
        parser.fail(node, f"a {what} needs its module: write `package.module.{value.function.path}(...)`")
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
        source = f"{self.opened}\n{')' * self.prefix.count('(')}"
        #: Where names of sizes start, and what size each name has.
        self.source, self.names = readable(source) if prefix else (source, frozenset())
        self.sizes: dict[str, int] = {}
        self.lines = _lines(self.source)

    def tree(self, wanted: str) -> ast.expr:
        if not self.text.strip():
            raise ExpressionError(f"nothing is written here; write {wanted}", self.text, 0)
        try:
            node = ast.parse(self.source, mode="eval").body
        except SyntaxError as error:
            position = self._place(error)
            slip = slip_in_text(self.text) if "f(" in self.prefix else None
            if slip is not None:
                raise ExpressionError(slip[0], self.text, slip[1]) from error
            if position < 0 or ("does not match" in error.msg and position >= len(self.text)):
                error, position = self._unclosed(error)
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

    def _unclosed(self, error: SyntaxError) -> tuple[SyntaxError, int]:
        """What is wrong with their parenthesis, and where, when the parser complains of ours."""
        try:
            ast.parse(self.opened, mode="eval")
        except SyntaxError as theirs:
            return theirs, self._place(theirs)
        return error, 0

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
        args = tuple(self.value(arg, wanted) for arg in node.args)
        for keyword in node.keywords:
            if keyword.arg is None:
                self.fail(keyword.value, "`**` is not allowed here: write the arguments out")
            if keyword.arg in kwargs:
                self.fail(keyword, f"the argument {keyword.arg!r} is given twice")
            kwargs[keyword.arg] = self.value(keyword.value, wanted)
        return args, tuple(kwargs.items())

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
        slip = slip_in_value(node) if wanted is _INPUT else ""
        self.fail(node, slip or f"{describe(node)} is not allowed here, only {wanted}")

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
            self.fail(node, f"{describe(node)} is not allowed here, only {_KEY}")
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
            self.fail(node, f"{describe(node)} is not allowed here, only a dotted name")
        return Name(".".join([node.id, *reversed(parts)]))

    def _tensor(self, node: ast.Subscript) -> Tensor:
        head = node.value
        written = head.id if isinstance(head, ast.Name) else ast.unparse(head)
        dtype = DTYPES.get(written.removeprefix("torch."))
        if dtype is None:
            self.fail(head, slip_in_dtype(written, node.slice))
        sizes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        read = [self._size(size) for size in sizes]
        names = tuple(name for name, _ in read)
        return Tensor(dtype, tuple(size for _, size in read), names=names if any(names) else ())

    def _bounded(self, node: ast.Compare, subscript: ast.Subscript) -> Tensor:
        """`int64[1, 128] < 30522`."""
        tensor = self._tensor(subscript)
        match node:
            case ast.Compare(ops=[ast.Lt()], comparators=[ast.Constant(value=below)]) if type(below) is int:
                if not tensor.dtype.startswith(("int", "uint")):
                    self.fail(subscript, "only whole numbers can be bounded")
                if below < 1:
                    self.fail(node.comparators[0], "the bound must be a whole number from 1")
                most = _most(tensor.dtype)
                if below > most:
                    self.fail(node.comparators[0], f"{tensor.dtype} can be bounded by {most} at most")
                return replace(tensor, below=below)
        self.fail(node, "a bound is written `int64[1, 128] < 30522`")

    def _filled(self, node: ast.Call, fill: str) -> Tensor:
        """`ones(bool[1, 10])`."""
        match node:
            case ast.Call(args=[ast.Subscript() as subscript], keywords=[]):
                tensor = self._tensor(subscript)
                if fill == "arange" and tensor.dtype.startswith(("bool", "complex", "float8")):
                    self.fail(subscript, f"{fill!r} makes no {tensor.dtype}")
                return replace(tensor, fill=fill)
        self.fail(node, f"{fill!r} takes one tensor, such as `{fill}(int64[1, 10])`")

    def _size(self, node: ast.expr) -> tuple[str, int]:
        """Name, empty for none, and size of a dimension."""
        match node:
            case ast.Constant(value=size) if type(size) is int:
                return "", size
            case ast.Slice(lower=ast.Name(id=name) as start, upper=ast.Constant(value=size), step=None) if (
                type(size) is int
            ):
                line = self.lines[start.lineno - 1]
                column = len(line.encode()[: start.col_offset].decode())
                if (start.lineno, column) not in self.names:
                    self.fail(start, f"a size is named with `=`: `{name}={size}`")
                known = self.sizes.setdefault(name, size)
                if known != size:
                    self.fail(start, f"{name} is {size} here and {known} before")
                return name, size
            case ast.Name(id=name):
                self.fail(node, f"a name needs its size: write `{name}=1`")
        self.fail(node, "a size must be a whole number from 0")


def _most(dtype: str) -> int:
    """The largest bound of random numbers, which torch makes as int64."""
    bits = int(dtype.lstrip("uint"))
    return min(1 << (bits if dtype.startswith("u") else bits - 1), (1 << 63) - 1)


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
