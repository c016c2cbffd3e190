from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.content import Content
from torchview_docs.errors import OptionError
from torchview_docs.patterns import Depths, is_optional, matcher, parse_depth
from torchview_docs.spec import OPTIONS, FigureSpec


@pytest.mark.parametrize(
    ("text", "value", "canonical"),
    [
        ("2", 2, "2"),
        (" auto ", "auto", "auto"),
        ("all", math.inf, "inf"),
        ("2, encoder.layer.0: inf", Depths(2, (("encoder.layer.0", math.inf),)), None),
        ("2,a:0,*Norm : 1", Depths(2, (("a", 0), ("*Norm", 1))), "2, a: 0, *Norm: 1"),
        ("encoder: 1", Depths("auto", (("encoder", 1),)), "auto, encoder: 1"),
        ("INF, ?a@2: ALL", Depths(math.inf, (("?a@2", math.inf),)), "inf, ?a@2: inf"),
    ],
)
def test_a_depth_is_read_and_written_in_one_form(text: str, value: Any, canonical: str | None) -> None:
    spec = FigureSpec.read("pkg.Net", {"depth": text})
    assert spec.depth == value
    assert OPTIONS["depth"].write(spec.depth) == canonical or text == str(spec.depth)
    assert FigureSpec.from_data(spec.to_data()) == spec
    assert Content.read(str(spec)).spec({}) == spec


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("2, 3", "'3' is no `path: number`"),
        ("a: 1, 2", "'2' is no `path: number`"),
        ("2, a: 1, a: 2", "'a' is given twice"),
        ("2, a: auto", "a part's depth is a number or `inf`"),
        ("2, a: -1", "a negative depth"),
        ("2, a b: 1", "'a b' is no path"),
        ("2, : 1", "'' is no path"),
        ("2,", "'' is no `path: number`"),
        ("", "it takes a whole number"),
    ],
)
def test_a_wrong_depth_says_what_is_wrong(text: str, because: str) -> None:
    with pytest.raises(OptionError) as error:
        FigureSpec.read("pkg.Net", {"depth": text})
    assert because in str(error.value)


_names = st.from_regex(r"\??[\w.*\[\]@/<>+-]{1,12}", fullmatch=True).filter(lambda name: name != "?")
_numbers = st.one_of(st.integers(0, 99), st.just(math.inf))


@given(
    st.one_of(_numbers, st.just("auto")),
    st.dictionaries(_names, _numbers, min_size=1, max_size=4),
)
def test_what_is_written_of_a_depth_is_read_back(whole: Any, parts: dict[str, Any]) -> None:
    depths = Depths(whole, tuple(parts.items()))
    assert parse_depth(str(depths)) == depths


@given(st.lists(_names, max_size=4))
def test_patterns_are_read_back_from_text_and_from_lists(names: list[str]) -> None:
    option = OPTIONS["hide"]
    assert option.read(option.write(tuple(names))) == tuple(names)
    assert option.read(", ".join(names)) == option.read(names) == tuple(names)


@pytest.mark.parametrize("wrong", ["a(b)", "a: b", "'a'", "?"])
def test_what_can_name_nothing_is_no_pattern(wrong: str) -> None:
    for name in ("hide", "collapse"):
        with pytest.raises(OptionError, match="no path, class or pattern"):
            FigureSpec.read("pkg.Net", {name: wrong})


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("encoder.layer.0", "encoder.layer.0", "encoder.layer.01"),
        ("encoder.*", "encoder.layer.0.fc", "decoder.encoder.0"),
        ("h.[0-2]", "h.2", "h.3"),
        ("?Norm", "Norm", "LayerNorm"),
        ("layer?", "layer1", "layer"),
    ],
)
def test_a_pattern_matches_whole_names_as_file_names_are_matched(pattern: str, yes: str, no: str) -> None:
    matches = matcher(pattern)
    assert matches(yes)
    assert not matches(no)
    assert is_optional(pattern) == (pattern == "?Norm")
