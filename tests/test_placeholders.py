from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs

from torchview_docs.drawing.facts import facts
from torchview_docs.errors import OptionError
from torchview_docs.graph import Graph
from torchview_docs.placeholders import PLACEHOLDERS, filled, parse_caption, placeholders
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

VALUES = {"params": "85.1 M", "flops": "1 < 2", "class": "Net"}


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("{params}", "85.1 M"),
        ("Has {params} ({class}).", "Has 85.1 M (Net)."),
        ("{params}, {params}", "85.1 M, 85.1 M"),
        ("{{params}} is {params}", "{params} is 85.1 M"),
        ("{memory} unknown here", "{memory} unknown here"),
        ("", ""),
        ("no braces", "no braces"),
    ],
)
def test_placeholders_are_filled(caption: str, said: str) -> None:
    assert filled(caption, VALUES) == said


@pytest.mark.parametrize(
    "caption",
    [
        r"$\frac{a}{b} + x_{in}^{th}$",
        r":math:`\mathbf{W}_{params}`",
        "{ref}`fig-net`",
        "*x*{: .params}",
        r"$\text{params}$",
        "{#id} {1} { params } {}",
        r"$\mathbf{x_{i}}$",
    ],
)
def test_other_braces_are_left_alone(caption: str) -> None:
    assert parse_caption(caption) == caption
    assert filled(caption, VALUES) == caption


@pytest.mark.parametrize("word", ["parameters", "Params", "x"])
def test_an_unknown_placeholder_is_an_error_that_names_the_known(word: str) -> None:
    with pytest.raises(OptionError, match=rf"no placeholder {{{word}}}.*{{params}}"):
        FigureSpec.read("pkg.Net", {"caption": f"Has {{{word}}}."})


@given(st.text(alphabet="{}\\_$` ab1#", max_size=12))
def test_any_caption_is_filled_or_refused(caption: str) -> None:
    known = dict.fromkeys(placeholders(caption), "?")
    assert not set(placeholders(filled(caption, known))) - set(known) or "{{" in caption


@given(st.text(alphabet=st.characters(exclude_characters="{}"), max_size=20))
def test_text_without_braces_stays(caption: str) -> None:
    assert filled(caption, VALUES) == caption


@given(graphs(), st.sampled_from([0, 1, 2, 9]))
def test_facts_are_those_of_the_model_whatever_is_shown(graph: Graph, depth: int) -> None:
    shown = view(graph, FigureSpec("pkg.Net", depth=depth))
    said = dict(facts(shown))
    assert set(said) <= set(PLACEHOLDERS)
    whole = dict(facts(view(graph, FigureSpec("pkg.Net", depth=99))))
    assert {**said, "depth": ""} == {**whole, "depth": ""}
    assert int(said["depth"]) <= int(whole["depth"])
    if graph.root is not None:
        assert int(said["depth"]) <= depth
