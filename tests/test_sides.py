"""What an author writes of a comparison: two models, and options that may differ between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.content import Content, ContentError
from torchview_docs.errors import ExpressionError, OptionError
from torchview_docs.sides import halves, read_sides
from torchview_docs.spec import FigureSpec


def test_an_arrow_in_brackets_or_in_a_text_is_none() -> None:
    assert halves("a.F('x -> y') -> b.G(k=['->'])") == ("a.F('x -> y')", "b.G(k=['->'])")
    assert halves("a.F('->')") == ("a.F('->')",)
    assert halves("-> b.G") == ("", "b.G")


def test_an_option_without_arrow_is_for_both() -> None:
    spec = read_sides("a.F -> b.G", {"input": "float32[1, 3]", "mode": "eval -> train", "depth": "2"})
    assert spec.old is not None
    assert (spec.old.model, spec.model, spec.title) == ("a.F", "b.G", "a.F -> b.G")
    assert (spec.old.input, spec.input) == ("float32[1, 3]", "float32[1, 3]")
    assert (spec.old.mode, spec.mode) == ("eval", "train")
    assert (spec.old.depth, spec.depth) == (2, 2)
    assert len({side.trace_key for side in spec.sides}) == 2


def test_a_side_of_an_option_may_be_empty() -> None:
    spec = read_sides("a.F", {"input": "float32[1] ->", "input-from": "-> a.batch", "focus": "-> body"})
    assert spec.old is not None
    assert (spec.old.input, spec.old.input_from, spec.old.focus) == ("float32[1]", None, None)
    assert (spec.input, spec.input_from, spec.focus) == (None, "a.batch", "body")


def test_what_a_caption_asks_for_is_counted_on_both_sides() -> None:
    spec = read_sides("a.F -> b.G", {"caption": "{flops}"})
    alone = [FigureSpec.read(model, {"show-flops": "yes"}).trace_key for model in ("a.F", "b.G")]
    assert [side.trace_key for side in spec.sides] == alone


def test_a_comparison_is_another_figure_than_its_sides_and_than_the_other_way_round() -> None:
    keys = {read_sides(f"{one} -> {two}", {}).view_key for one in ("a.F", "b.G") for two in ("a.F", "b.G")}
    assert len(keys | {FigureSpec.read("a.F", {}).view_key, FigureSpec.read("b.G", {}).view_key}) == 6


sides = st.fixed_dictionaries(
    {},
    optional={
        "input": st.sampled_from(["float32[1, 3]", "float32[1, 3] -> float32[2, 3]", "-> int64[4]"]),
        "mode": st.sampled_from(["train", "eval -> train", "train -> eval"]),
        "focus": st.sampled_from(["body", "body -> trunk", "body ->"]),
        "depth": st.sampled_from(["1", "inf"]),
        "caption": st.sampled_from(["From a -> b", "It has {params}."]),
        "device": st.sampled_from(["cpu", "auto -> cpu"]),
    },
)


@given(sides)
def test_the_text_of_a_comparison_reads_back_as_the_same(given: dict[str, str]) -> None:
    spec = read_sides("a.F(1) -> b.G", given)
    assert Content.read(str(spec)).spec({}, compares=True) == spec


def test_the_second_model_may_stand_on_a_line_of_its_own() -> None:
    for text in ("a.F\n  -> b.G\ndepth: 1", "a.F ->\nb.G(\n  1,\n)\ndepth: 1"):
        spec = Content.read(text).spec({}, compares=True)
        assert spec.title.startswith("a.F -> b.G")
        assert spec.depth == 1


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a.F", 1, "nothing to compare it with: write `old -> new`"),
        ("a.F ->", 1, "the model after is missing"),
        ("-> a.F", 1, "the model before is missing"),
        ("a.F -> b.G -> c.H", 1, "has 2 arrows"),
        ("a.F( -> b.G)", 1, "'a.F( -> b.G)'"),
        ("a.F -> b.G\ninput: float32[1] -> float32[", 2, "'float32['"),
        ("a.F -> b.G\ndepth: 1\nmode: evil -> train", 3, "did you mean 'eval'"),
        ("a.F -> b.G\nmode: eval -> trian", 2, "did you mean 'train'"),
        ("a.F -> b.G\n\ndirection: TB -> LR", 3, "'TB -> LR'"),
        ("a.F -> b.G\ndepht: 2", 2, "did you mean 'depth'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ContentError) as raised:
        Content.read(text).spec({}, compares=True)
    assert said in str(raised.value)
    assert raised.value.line == line


def test_the_character_is_that_of_the_side_that_is_wrong() -> None:
    with pytest.raises(ExpressionError) as raised:
        read_sides("a.F -> b.G(", {})
    assert raised.value.text == "b.G("


def test_a_figure_of_one_model_says_how_two_are_compared() -> None:
    with pytest.raises(OptionError, match="`torchview-diff`"):
        FigureSpec.read("a.F -> b.G", {})
