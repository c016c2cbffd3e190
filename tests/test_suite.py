"""What holds of the test suite itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path


def test_every_module_has_a_name_of_its_own() -> None:
    # The folders of tests are on sys.path one beside the other: equal names would shadow each other.
    paths = [p for p in Path(__file__).parent.rglob("*.py") if p.name not in ("conftest.py", "__init__.py")]
    names = Counter(path.name for path in paths if path.parent.name != "written")
    assert [name for name, count in names.items() if count > 1] == []
