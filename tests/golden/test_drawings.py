"""Ten figures as they are drawn today, one line for each card: a change of the layout is read in review.

What a good drawing is, other tests say. These only say that it has changed: look at `make look`, then
accept with `make goldens`.
"""

from __future__ import annotations

import pytest
from figures import FIGURES, SLOW, figure
from golden import Golden
from outlines import outline


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in FIGURES]
)
def test_the_figure_is_drawn_as_it_was(golden: Golden, name: str) -> None:
    golden.check(name, outline(figure(name)))
