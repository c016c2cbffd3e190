from __future__ import annotations

import pytest

from torchview_docs.errors import Failure


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (Failure("crash", "It crashed."), "It crashed."),
        (Failure("input", "no input", "Write one."), "no input. Write one."),
        (Failure("crash", "It crashed.", "Try again."), "It crashed. Try again."),
        (Failure("model", "it failed", "Mend it.", "net.py:3"), "it failed (at net.py:3). Mend it."),
        (Failure("import", "no 'a'; did you mean 'b'?", "Look."), "no 'a'; did you mean 'b'? Look."),
    ],
)
def test_a_failure_reads_as_sentences(failure: Failure, text: str) -> None:
    assert str(failure) == text
