"""Brackets: what of an expression is in brackets, in quotes and in comments."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["is_open", "outside"]


def _plain(text: str) -> Iterator[tuple[int, int]]:
    """The places that are in no text and no comment, and how many brackets are open behind each."""
    depth = start = 0
    for line in text.split("\n"):
        quote = ""
        for position, character in enumerate(line):
            if quote:
                escaped = (position - len(line[:position].rstrip("\\"))) % 2
                quote = quote if character != quote or escaped else ""
                continue
            if character == "#":
                break
            if character in "\"'":
                quote = character
            depth += (character in "([{") - (character in ")]}")
            yield start + position, depth
        start += len(line) + 1


def is_open(text: str) -> bool:
    """Whether a bracket is open at the end of a text; brackets in strings and comments do not count."""
    depth = 0
    for _, depth in _plain(text):  # noqa: B007  # the last one
        pass
    return depth > 0


def outside(text: str, word: str) -> list[int]:
    """The places where a word stands outside of brackets, strings and comments."""
    return [place for place, depth in _plain(text) if not depth and text.startswith(word, place)]
