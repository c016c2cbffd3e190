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


EMPHASIS = """
Emphasis
========

.. torchview:: nets.cnn.Net
   :input: float32[1, 3, 16, 16]
   :depth: 1
   :highlight: {highlight}
   :note: block = Goes on and on;
          head = One & only
   :caption: A *{{class}}* of {{params}} parameters and {{flops}}, {{{{so}}}} ①.

.. torchview:: nets.cnn.Block(8)
   :input: float32[1, 8, 16, 16]
   :caption: {caption}
"""


def test_a_highlight_is_drawn_anew_without_a_trace_and_captions_say_numbers(
    make_site: Callable[[str], Site],
) -> None:
    site = make_site("emphasis")
    site.file("nets/cnn.py", CNN)
    site.file("docs/index.rst", EMPHASIS.format(highlight="stem", caption="It has {parms}."))
    build = site.build("html")
    assert len(build.warnings) == 1
    assert re.search(
        r"index\.rst:13: WARNING: torchview: .*there is no placeholder \{parms\}", build.warnings[0]
    )
    assert build.torch_imports
    html = site.read("index.html")
    stood = re.findall(r'class="tv-\w+ tv-hi">.*?<text[^>]*>(\w+)', html)
    assert stood == ["Conv2d"]
    notes = re.findall(r'<li data-number="(\d)">(.*?)</li>', html)
    assert notes == [("1", "Goes on and on"), ("2", "One &amp; only")]
    # Nobody has asked for FLOPs on cards.
    cards = "".join(re.findall(r'<g class="tv-cards">.*?</svg>', html, re.DOTALL))
    assert "Linear" in cards
    assert "FLOPs" not in cards

    site.file("docs/index.rst", EMPHASIS.format(highlight="head", caption="Depth {depth}."))
    build = site.build("html", "-W")
    assert not build.traced & {"Net"}
    html = site.read("index.html")
    assert re.findall(r'class="tv-\w+ tv-hi">.*?<text[^>]*>(\w+)', html) == ["Linear"]
    # 3·8·9 + 8, twice 8·8·9 + 8, 8·10 + 10; two of each multiply-add, on 14×14 places.
    parameters = 3 * 8 * 9 + 8 + 2 * (8 * 8 * 9 + 8) + 8 * 10 + 10
    flops = 2 * (14 * 14 * (3 * 8 * 9 + 2 * 8 * 8 * 9) + 8 * 10)
    numbers = f"{parameters / 1000:.1f} k parameters and {flops / 1000:.1f} kFLOPs"
    assert f"A <em>Net</em> of {numbers}, {{so}} ①." in html
    assert "Depth 1." in html

    for builder, name in (("text", "index.txt"), ("latex", "nets.tex")):
        assert not site.build(builder, "-W").torch_imports
        said = site.read(name, builder)
        assert "Goes on and on" in said
        assert f"{parameters / 1000:.1f}" in said
        assert "{params}" not in said
    assert "kFLOPs, {so} (1)." in site.read("nets.tex", "latex").replace("\\", "")
    assert '1. "block": Goes on and on\n\n2. "head": One & only' in site.read("index.txt", "text")
