"""Options that name parts of a model, in real builds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sphinx_pages import CNN
from sphinx_site import Site

pytestmark = pytest.mark.slow

PAGE = """
Parts
=====

.. torchview:: nets.cnn.Net
   :input: float32[1, 3, 16, 16]
   :depth: 1, block: inf
   :hide: stem ?Dropout

.. torchview:: nets.cnn.Net
   :input: float32[1, 3, 16, 16]
   :focus: {}
   :alt: A block.
"""


@pytest.fixture(scope="module")
def parts(make_site: Callable[[str], Site]) -> Site:
    site = make_site("parts")
    site.file("nets/cnn.py", CNN)
    site.file("docs/index.rst", PAGE.format("blok"))
    return site


def test_a_part_that_the_model_does_not_have_is_warned_of_in_every_build_until_it_is_mended(
    parts: Site,
) -> None:
    for number, builder in enumerate(("html", "html", "latex")):
        build = parts.build(builder)
        assert len(build.warnings) == 1
        assert re.search(
            r"index\.rst:10: WARNING: torchview: nets\.cnn\.Net: option 'focus' names 'blok'",
            build.warnings[0],
        )
        assert "did you mean 'block'" in build.warnings[0]
        assert "[torchview.option]" in build.warnings[0]
        assert bool(build.torch_imports) == (number == 0)
    html = parts.read("index.html")
    assert html.count("<svg") == html.count('class="tv-error"') == 1
    parts.file("docs/index.rst", PAGE.format("block"))
    build = parts.build("html", "-W")
    assert not build.torch_imports
    html = parts.read("index.html")
    first, second = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    # `stem` is hidden, `block` open, and in the other figure there is only `block`, between the two.
    assert first.count(">Conv2d ") + first.count(">Conv2d<") == 2
    assert "Linear" in first
    assert "Linear" not in second
    assert ">stem <" in second
    assert ">mean <" in second


COSTS = """
Costs
=====

.. torchview:: nets.cnn.Block(4)
   :input: float32[1, 4, 6, 6]
   :depth: 1
   :show-flops:
   :show-memory: yes
   :alt: A block.
"""


def test_flops_and_memory_stand_on_the_cards_and_in_the_table_of_other_builders(
    make_site: Callable[[str], Site],
) -> None:
    site = make_site("costs")
    site.file("nets/cnn.py", CNN)
    site.file("docs/index.rst", COSTS)
    assert not site.build("html", "-W").warnings
    # Two convolutions of 36 places, 4 by 4 channels, 9 taps: a multiply-add counts as two.
    one = 2 * 36 * 4 * 4 * 9
    html = site.read("index.html")
    assert html.count(f"{one / 1000:.1f} kFLOPs") == 2
    assert html.count(f"{2 * one / 1000:.1f} kFLOPs") == 1
    assert not site.build("text", "-W").torch_imports
    table = site.read("index.txt", "text")
    assert "Parameters" in table
    assert "FLOPs" in table
    assert "Activation bytes" in " ".join(table.split())
    assert f"{2 * one:,}" in table
