"""The store keeps what is whole, and a folder in a bad state costs a note at most."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from torchview_docs.drawing.drawing import Drawing
from torchview_docs.errors import Failure, RecordError
from torchview_docs.files import TEMPORARY
from torchview_docs.graph import Graph, Node
from torchview_docs.manifest import Manifest
from torchview_docs.records import FORMAT, Head, OtherFormatError, Record
from torchview_docs.spec import FigureSpec
from torchview_docs.store import MKDOCS_PAGES, Store

SPEC = FigureSpec.read("pkg.Net", {"input": "float32[1]"})
KEY = SPEC.trace_key
GRAPH = Graph("Net", (Node("Net", "call_module", "", type="pkg.Net", config="é\ud800\n"),))
DRAWING = Drawing(1.0, 2.0, (), (), (), ())


def manifest(state: str = "a" * 32) -> Manifest:
    return Manifest({"pkg": state}, {"data.json": "h"}, {"numpy": "2.0"}, "3.11", "2.13", "1")


def record(state: str = "a" * 32, found: Graph | Failure = GRAPH, key: str = KEY) -> Record:
    return Record.make(key, SPEC.to_data(), manifest(state), found)


def always(_: Head) -> bool:
    return True


# -- records ------------------------------------------------------------------------------


def test_a_record_reads_back() -> None:
    made = record()
    read = Record.from_bytes(made.to_bytes())
    assert read == made
    assert read.graph() == GRAPH
    assert read.head.manifest == manifest()
    assert read.head.spec == {"model": "pkg.Net", "input": "float32[1]"}


def test_a_failure_reads_back() -> None:
    failure = Failure("forward", "It broke: é", "Mend it.", "net.py:3")
    read = Record.from_bytes(record(found=failure).to_bytes())
    assert read.head.failed
    assert read.failure() == failure
    with pytest.raises(RecordError):
        read.graph()


def test_the_digest_is_that_of_the_graph_alone() -> None:
    assert record("a").head.digest == record("b").head.digest
    assert record("a").state != record("b").state
    assert record(found=GRAPH.with_nodes(())).head.digest != record().head.digest


def damages() -> list[tuple[str, bytes]]:
    whole = record().to_bytes()
    head, _, body = whole.partition(b"\n")
    data = json.loads(head)

    def with_head(**changes: object) -> bytes:
        return json.dumps({**data, **changes}).encode() + b"\n" + body

    return [
        ("empty", b""),
        ("half the head", head[:40]),
        ("half the body", whole[:-5]),
        ("no body", head),
        ("too much", whole + b" "),
        ("another byte", whole[:-3] + b"x" + whole[-2:]),
        ("garbage", os.urandom(300)),
        ("other JSON", b'{"format": 1}\n{}'),
        ("a list", b"[]\n"),
        ("deep", b"[" * 100_000),
        ("another key", with_head(key="0" * 32)),
        ("no key", with_head(key=None)),
        ("no manifest", with_head(manifest=None)),
        ("a wrong manifest", with_head(manifest={**data["manifest"], "modules": {"pkg": 3}})),
        ("a wrong python", with_head(manifest={**data["manifest"], "python": 3.11})),
        ("a negative size", with_head(size=-1)),
        ("a true size", with_head(size=True)),
        ("no spec", with_head(spec=[])),
    ]


@pytest.mark.parametrize(("what", "content"), damages(), ids=[what for what, _ in damages()])
def test_a_damaged_record_is_passed_over_with_one_note(tmp_path: Path, what: str, content: bytes) -> None:
    said: list[str] = []
    store = Store(tmp_path, said.append)
    store.save(record())
    path = next((tmp_path / "records").iterdir())
    path.write_bytes(content)
    other = path.with_name(f"{KEY}-00000000.json")
    other.write_bytes(content)
    assert store.find(KEY, always) is None
    store.refresh()
    assert store.find(KEY, always) is None
    assert len(said) == 1
    assert "damaged" in said[0]


def test_a_record_of_another_format_is_passed_over_without_a_word(tmp_path: Path) -> None:
    said: list[str] = []
    store = Store(tmp_path, said.append)
    store.save(record())
    path = next((tmp_path / "records").iterdir())
    old = f'"torchview-docs record": {FORMAT}'.encode()
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, b'"torchview-docs record": 99'))
    with pytest.raises(OtherFormatError):
        Record.from_bytes(path.read_bytes())
    assert store.find(KEY, always) is None
    assert said == []


def test_a_whole_record_beside_a_damaged_one_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(record("a"))
    next((tmp_path / "records").iterdir()).write_bytes(b"\0")
    store.save(record("b"))
    found = Store(tmp_path).find(KEY, always)
    assert found is not None
    assert found.head.manifest == manifest("b")


def test_several_states_are_kept_and_the_oldest_make_room(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(20):
        store.save(record(str(number)))
    kept = [
        number
        for number in range(20)
        if store.find(KEY, lambda head, n=str(number): head.manifest.modules["pkg"] == n)  # type: ignore[misc]
    ]
    assert kept == list(range(12, 20))
    assert len(list((tmp_path / "records").iterdir())) == 8


# -- the folder ---------------------------------------------------------------------------


def test_git_and_backups_pass_the_cache_by(tmp_path: Path) -> None:
    Store(tmp_path / "cache").save(record())
    assert (tmp_path / "cache/.gitignore").read_text() == "*\n"
    assert (
        (tmp_path / "cache/CACHEDIR.TAG")
        .read_text()
        .startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )


def test_nothing_is_written_before_there_is_something_to_keep(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    assert store.find(KEY, always) is None
    assert store.drawing("x") is None
    assert store.usage().size == 0
    store.save_hashes()
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_cannot_be_made_costs_one_note(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said: list[str] = []
    store = Store(tmp_path / "file" / "cache", said.append)
    assert store.find(KEY, always) is None
    assert not store.save(record())
    assert not store.save(record("b"))
    store.save_drawing("x", DRAWING)
    assert len(said) == 1
    assert "cannot be written" in said[0]


def test_a_full_disk_costs_one_note_and_leaves_no_half_file(tmp_path: Path) -> None:
    Store(tmp_path).save(record("a", GRAPH.with_nodes(())))
    program = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store import *
store = Store(Path({str(tmp_path)!r}), print)
large = GRAPH.with_nodes([Node("x" * 100_000, "call_module", "")])
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
print(store.save(record("b", large)), store.save(record("c", large)))
"""
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    lines = output.splitlines()
    assert len(lines) == 2
    assert "cannot be written" in lines[0]
    assert lines[1] == "False False"
    assert len(list((tmp_path / "records").iterdir())) == 1


def test_a_writer_killed_at_any_moment_leaves_whole_records_only(tmp_path: Path) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store import *
store = Store(Path({str(tmp_path)!r}))
print("ready", flush=True)
for number in range(10**9):
    store.save(record(str(number), GRAPH.with_nodes([Node("x" * 200_000, "call_module", str(number))])))
"""
    for attempt in range(8):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        time.sleep(0.003 * (attempt + 1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for path in (tmp_path / "records").glob("*.json"):
            Record.from_bytes(path.read_bytes()).graph()
    assert Store(tmp_path).find(KEY, always) is not None


def test_what_a_killed_writer_has_left_is_pruned(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(record())
    old, young = (tmp_path / "records" / f"{TEMPORARY}{name}" for name in ("old", "young"))
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert store.prune(days=30) == 1
    assert not old.exists()
    assert young.exists()


# -- drawings -----------------------------------------------------------------------------


def test_a_drawing_reads_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save_drawing("name", DRAWING)
    assert store.drawing("name") == DRAWING
    assert store.drawing("other") is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": 99}', b"\xff", b"[" * 100_000])
def test_a_damaged_drawing_is_passed_over_with_one_note(tmp_path: Path, content: bytes) -> None:
    said: list[str] = []
    store = Store(tmp_path, said.append)
    store.save_drawing("name", DRAWING)
    next((tmp_path / "drawings").iterdir()).write_bytes(content)
    assert store.drawing("name") is None
    assert store.drawing("name") is None
    assert len(said) == 1


def test_a_failure_that_is_none_is_passed_over(tmp_path: Path) -> None:
    failed = record(found=Failure("forward", "no"))
    for body in (b"", b"{}", b'{"failure": {"kind": "other"}}', b"[" * 100_000):
        digest = hashlib.sha256(body).hexdigest()[:32]
        head = replace(failed.head, digest=digest, size=len(body))
        store = Store(tmp_path)
        store.save(replace(failed, head=head, body=body))
        assert store.find(KEY, always) is None


# -- the command `cache` ------------------------------------------------------------------


def filled(folder: Path) -> Store:
    store = Store(folder)
    store.save(record("a"))
    store.save(record("b", Failure("forward", "no")))
    store.save_drawing("name", DRAWING)
    return store


def test_usage_counts_records_and_drawings(tmp_path: Path) -> None:
    store = filled(tmp_path)
    usage = store.usage()
    assert (usage.records, usage.drawings) == (2, 1)
    files = [*(tmp_path / "records").iterdir(), *(tmp_path / "drawings").iterdir()]
    assert usage.size == sum(path.stat().st_size for path in files)


def test_entries_say_what_each_record_is_of(tmp_path: Path) -> None:
    entries = list(filled(tmp_path).entries())
    assert {entry.head.spec["model"] for entry in entries} == {"pkg.Net"}
    assert sorted(entry.head.failed for entry in entries) == [False, True]


def test_pruning_removes_what_was_not_used_lately(tmp_path: Path) -> None:
    store = filled(tmp_path)
    for path in tmp_path.rglob("*.json"):
        os.utime(path, (time.time() - 40 * 86_400,) * 2)
    # What is used again counts as young.
    assert store.find(KEY, lambda head: not head.failed) is not None
    assert store.prune(days=30) == 2
    assert store.usage().records == 1
    assert store.prune(days=30) == 0


@pytest.mark.parametrize("foreign", [False, True])
def test_clearing_removes_what_the_store_has_written_and_nothing_else(tmp_path: Path, foreign: bool) -> None:
    cache = tmp_path / "cache"
    store = filled(cache)
    (cache / MKDOCS_PAGES).write_text("{}")
    if foreign:
        (cache / "mine.txt").write_text("mine")
        (cache / ".gitignore").write_text("mine.txt\n")
    assert store.clear() == 3
    left = ["cache", ".gitignore", "mine.txt"] if foreign else []
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(left)
    assert store.clear() == 0
    assert store.save(record())


def test_readers_and_writers_in_several_processes_do_no_harm(tmp_path: Path) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store import *
said = []
store = Store(Path({str(tmp_path)!r}), said.append)
for number in range(100):
    large = GRAPH.with_nodes([Node("x" * (number * 500), "call_module", "")])
    store.save(record(str(number % 3), large))
    store.refresh()
    assert store.find(KEY, always) is not None
    store.save_drawing(str(number % 5), DRAWING)
    assert store.drawing(str(number % 5)) == DRAWING
assert said == [], said
"""
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
