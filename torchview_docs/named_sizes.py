"""Named sizes: `float32[N=1, 3, H=224, W=224]` says what the dimensions of an input are called.

Python knows no `N=1` in an index, so before an expression is parsed each such `=` becomes a colon, and
is remembered: `float32[N:1]` as an author may write it is no name.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import replace

from torchview_docs.expressions import Call, Container, InputExpression, Tensor, Value

__all__ = ["readable", "resized", "sizes_of"]

_SUSPECT = re.compile(r"[\[,]\s*[^\W\d]\w*\s*=")


def readable(source: str) -> tuple[str, frozenset[tuple[int, int]]]:
    """An expression in which sizes may be named, as one that Python can parse, of the same length.

    Returns:
        The text, and where the names start: line from 1, character from 0.
    """
    if not _SUSPECT.search(source):
        return source, frozenset()
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(source, newline="").readline)
            if token.type not in (tokenize.NL, tokenize.COMMENT)
        ]
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return source, frozenset()
    lines = list(io.StringIO(source, newline=""))
    names = set()
    for name, equals in _named(tokens):
        row, column = equals.start
        lines[row - 1] = f"{lines[row - 1][:column]}:{lines[row - 1][column + 1 :]}"
        names.add(name.start)
    return "".join(lines), frozenset(names)


def _named(tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[tokenize.TokenInfo, tokenize.TokenInfo]]:
    """Name and `=` of each size that has a name, directly in an index."""
    indices: list[bool] = []
    for before, token, after in zip([tokens[0], *tokens], tokens, [*tokens[1:], tokens[-1]], strict=False):
        if token.string in ("[", "(", "{"):
            indexes = before.type == tokenize.NAME or before.string in ("]", ")")
            indices.append(token.string == "[" and indexes)
        elif token.string in ("]", ")", "}") and indices:
            indices.pop()
        elif (
            token.type == tokenize.NAME
            and indices
            and indices[-1]
            and before.string in ("[", ",")
            and after.string == "="
        ):
            yield token, after


def sizes_of(expression: InputExpression) -> dict[str, int]:
    """The names of the dimensions of all inputs, in the order in which they are written, and their sizes."""
    values = (*expression.args, *(value for _, value in expression.kwargs))
    return {
        name: size
        for value in values
        for tensor in _tensors(value)
        for name, size in zip(tensor.names, tensor.shape, strict=False)
        if name
    }


def _tensors(value: Value) -> Iterator[Tensor]:
    match value:
        case Tensor():
            yield value
        case Container(items=items):
            for item in items:
                yield from _tensors(item)
        case Call(args=args, kwargs=kwargs):
            for item in (*args, *(item for _, item in kwargs)):
                yield from _tensors(item)


def resized(expression: InputExpression, sizes: Mapping[str, int]) -> InputExpression:
    """The same inputs with other sizes of the dimensions of these names."""

    def changed(value: Value) -> Value:
        match value:
            case Tensor(shape=shape, names=names) if names:
                new = (sizes.get(name, size) for name, size in zip(names, shape, strict=True))
                return replace(value, shape=tuple(new))
            case Container(items=items):
                return replace(value, items=tuple(map(changed, items)))
            case Call(args=args, kwargs=kwargs):
                named = tuple((name, changed(item)) for name, item in kwargs)
                return replace(value, args=tuple(map(changed, args)), kwargs=named)
        return value

    return InputExpression(
        tuple(map(changed, expression.args)),
        tuple((name, changed(value)) for name, value in expression.kwargs),
    )
