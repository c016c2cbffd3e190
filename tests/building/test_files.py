from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from torchview_docs.files import write_atomically


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_written_file_can_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "record.json", b"{}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "record.json").stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "taken", b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
