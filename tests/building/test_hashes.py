"""Which edits change the hash of a source, and how hashes are remembered."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path

import pytest

from torchview_docs import hashes
from torchview_docs.hashes import Hashes, source_hash

SOURCE = '''
"""A module."""
import typing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
else:
    torch = None

SIZES = [1, 2.0, "three"]


class Net:
    """A net."""

    width: int = 8

    def forward(self, x, *, scale=1):
        """What comes out."""
        return f"{x!r}" * scale
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A net."""', '"""Another net."""'),
        ('"""A net."""', ""),
        ('    """What comes out."""', "    # What comes out."),
        ('[1, 2.0, "three"]', "[\n    1,\n    2.0,\n    'three',\n]"),
        ("    width: int = 8", "    pass\n    width: int = (8)"),
        ("    import torch\n", "    import torch, numpy\n    from os import path\n"),
        ("\n\nclass", "\n\n\n# A net.\nclass"),
        ("8", "0b1000"),
    ],
)
def test_an_edit_without_effect_keeps_the_hash(old: str, new: str) -> None:
    assert old in SOURCE
    assert source_hash(SOURCE.replace(old, new).encode()) == source_hash(SOURCE.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("class Net:", "class Net(Base):"),
        ("width", "height"),
        ("int", "float"),
        ("8", "9"),
        ("8", "8.0"),
        ("8", "True"),
        ("scale=1", "scale=2"),
        ("*, scale", "scale"),
        ("    def", "    @staticmethod\n    def"),
        ("!r", ""),
        ("torch = None", "torch = 1"),
        ("import typing\n", "import typing\nTYPE_CHECKING = 1\n"),
        ("if TYPE_CHECKING:", "if not TYPE_CHECKING:"),
        ('"three"', 'b"three"'),
        ("1, 2.0", "(1, 2.0)"),
    ],
)
def test_an_edit_with_effect_changes_the_hash(old: str, new: str) -> None:
    assert old in SOURCE
    assert source_hash(SOURCE.replace(old, new).encode()) != source_hash(SOURCE.encode())


def test_a_condition_of_the_modules_own_name_is_no_type_check() -> None:
    one = b"TYPE_CHECKING = input()\nif TYPE_CHECKING:\n    X = 1\n"
    assert source_hash(one) != source_hash(one.replace(b"X = 1", b"X = 2"))


def test_where_statements_end_counts() -> None:
    assert source_hash(b"if a:\n    b()\n    c()\n") != source_hash(b"if a:\n    b()\nc()\n")


@pytest.mark.parametrize("module", [ast, json, hashes, pytest], ids=lambda module: module.__name__)
def test_source_that_is_written_anew_from_its_tree_has_the_same_hash(module: object) -> None:
    content = Path(str(module.__file__)).read_bytes()  # type: ignore[attr-defined]
    assert source_hash(ast.unparse(ast.parse(content)).encode()) == source_hash(content)


@pytest.mark.parametrize(
    "content", [b"def f(:", b"\0", b"\xff\xfe", b"x = " + b"-" * 100_000 + b"1", b"# coding: nonsense\n"]
)
def test_what_cannot_be_parsed_is_hashed_as_bytes(content: bytes) -> None:
    assert source_hash(content) == source_hash(content)
    assert source_hash(content) != source_hash(content + b" ")


def written(folder: Path, text: str, seconds: int = -100) -> Path:
    path = folder / "module.py"
    path.write_text(text)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + seconds * 10**9))
    return path


def remembered(memory: Path) -> list[str]:
    return list(json.loads(memory.read_text())["files"]) if memory.exists() else []


def test_a_file_that_has_not_changed_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "_RACY_NS", 0)
    path = written(tmp_path, "X = 1")
    first = Hashes(tmp_path / "hashes.json")
    found = first.of(str(path))
    first.save()
    assert remembered(tmp_path / "hashes.json") == [str(path)]
    second = Hashes(tmp_path / "hashes.json")
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("the file was read"))
    assert second.of(str(path)) == found
    assert not second.changed


def test_an_edit_of_equal_length_and_time_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_RACY_NS", 0)
    path = written(tmp_path, "X = 1")
    memory = Hashes()
    before, time = memory.of(str(path)), path.stat().st_mtime_ns
    path.write_text("X = 2")
    os.utime(path, ns=(0, time))
    assert memory.of(str(path)) != before


def test_a_file_that_may_just_be_written_is_not_remembered(tmp_path: Path) -> None:
    path = written(tmp_path, "X = 1")
    memory = Hashes(tmp_path / "hashes.json")
    memory.of(str(path))
    assert not memory.changed


def test_a_file_from_the_future_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_RACY_NS", 0)
    path = written(tmp_path, "X = 1", seconds=1000)
    memory = Hashes(tmp_path / "hashes.json")
    memory.of(str(path))
    assert not memory.changed


def test_files_that_are_gone_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_RACY_NS", 0)
    path = written(tmp_path, "X = 1")
    memory = Hashes(tmp_path / "hashes.json")
    memory.of(str(path))
    path.unlink()
    memory.save()
    assert remembered(tmp_path / "hashes.json") == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": 99}',
        b'{"format": 1, "files": {"a": 3}}',
        b'{"format": 1, "files": {"a": ["x", 1, 2, 3, "h"]}}',
        b'{"format": 1, "files": {"a": [1]}}',
        b'{"format": 1, "files": {"a": [Infinity, 1, 2, 3, "h"]}}',
        b"[" * 100_000,
        b"\xff" * 10,
    ],
)
def test_a_damaged_memory_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    memory = tmp_path / "hashes.json"
    memory.write_bytes(content)
    path = written(tmp_path, "X = 1")
    assert Hashes(memory).of(str(path)) == source_hash(b"X = 1")
