from __future__ import annotations

import ast
import keyword
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.errors import ExpressionError
from torchview_docs.expression_parser import parse_input, parse_model
from torchview_docs.expressions import Call, Container, Literal, Name, Tensor
from torchview_docs.named_sizes import resized, sizes_of
from torchview_docs.spec import FigureSpec


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("pkg.Net", "pkg.Net"),
        ("pkg.mod:Net", "pkg.mod.Net"),
        ("  pkg.mod:Outer.Inner( 3 )", "pkg.mod.Outer.Inner(3)"),
        ("pkg.Net(hidden = 64, name='a:b')", "pkg.Net(hidden=64, name='a:b')"),
        ("t.GPT2Model(t.GPT2Config(n_layer=2))", "t.GPT2Model(t.GPT2Config(n_layer=2))"),
        ("t:GPT2Model(t:GPT2Config(n_layer=2))", "t.GPT2Model(t.GPT2Config(n_layer=2))"),
        ("pkg.Net(act=torch.nn.ReLU)", "pkg.Net(act=torch.nn.ReLU)"),
        ("pkg.Net([1, -2.5, (3,)], {'a': None}, {1})", "pkg.Net([1, -2.5, (3,)], {'a': None}, {1})"),
        ("pkg.Net(\n  1,\n  2,\n)", "pkg.Net(1, 2)"),
        ("pkg.Net(1+2j)", "pkg.Net((1+2j))"),
        ("pkg.Net(1e400, -1e400)", "pkg.Net(1e999, -1e999)"),
        ("pkg.Net({True:None})", "pkg.Net({True: None})"),
        ("pkg.Net  # the large one", "pkg.Net"),
        ("pkg.Net(3)  # the (large one", "pkg.Net(3)"),
    ],
)
def test_a_model_is_read_and_written_in_canonical_form(written: str, canonical: str) -> None:
    assert str(parse_model(written)) == canonical
    assert parse_model(canonical) == parse_model(written)


def test_an_input_holds_tensors_in_any_literal_container() -> None:
    parsed = parse_input("float32[1, 3], torch.int64[()], mask=[bool[2], {'a': (long[0],)}], train=False")
    assert parsed.args == (Tensor("float32", (1, 3)), Tensor("int64", ()))
    assert dict(parsed.kwargs) == {
        "mask": Container(
            "list",
            (
                Tensor("bool", (2,)),
                Container("dict", (Container("tuple", (Tensor("int64", (0,)),)),), (Literal("a"),)),
            ),
        ),
        "train": Literal(False),
    }


@pytest.mark.parametrize(
    ("written", "tensor"),
    [
        ("int64[1, 128] < 30522", Tensor("int64", (1, 128), below=30522)),
        ("ones(bool[2])", Tensor("bool", (2,), "ones")),
        ("zeros(bfloat16[()])", Tensor("bfloat16", (), "zeros")),
        ("arange(long[3])", Tensor("int64", (3,), "arange")),
        ("int8[3] < 128", Tensor("int8", (3,), below=128)),
        ("uint8[3] < 256", Tensor("uint8", (3,), below=256)),
    ],
)
def test_a_tensor_may_say_its_values(written: str, tensor: Tensor) -> None:
    parsed = parse_input(f"{written}, mask=[{written}]")
    assert parsed.args == (tensor,)
    assert parsed.kwargs == (("mask", Container("list", (tensor,))),)
    assert parse_input(str(parsed)) == parsed


def test_an_input_may_end_in_a_comment() -> None:
    assert str(parse_input("float32[1, 3]  # one (of many")) == "float32[1, 3]"


def test_an_empty_input_is_a_call_without_arguments_only_when_it_has_a_keyword() -> None:
    with pytest.raises(ExpressionError, match="nothing is written"):
        parse_input("  ")


def test_an_error_of_a_function_speaks_of_a_function() -> None:
    with pytest.raises(ExpressionError, match=r"a function needs its module: write `package\.module\.batch`"):
        FigureSpec.read("pkg.Net", {"input-from": "batch"})


#: Expression, what the message says, and the text from the offending character on.
WRONG_MODELS = [
    ("Net", "needs its module", "Net"),
    ("pkg.Net(lambda: 1)", "a lambda is not allowed", "lambda: 1)"),
    ("pkg.Net(1 + 2)", "arithmetic", "1 + 2)"),
    ("pkg.Net(x for x in y)", "comprehension", "(x for x in y)"),
    ("pkg.Net(*args)", r"`\*` is not allowed", "*args)"),
    ("pkg.Net(**kw)", r"`\*\*` is not allowed", "kw)"),
    ("pkg.Net(a=1, a=2)", "given twice", "a=2)"),
    ("pkg.Net()()", "a call is not allowed", "pkg.Net()()"),
    ("pkg.Net().x", "a call is not allowed", "pkg.Net().x"),
    ("__import__('os').system('x')", "a call is not allowed", "__import__('os').system('x')"),
    ("pkg.Net(f'{x}')", "an f-string", "f'{x}')"),
    ("pkg.Net(x[0])", "an index is not allowed", "x[0])"),
    ("pkg.Net(é=1, b=(c := 2))", "an assignment", "c := 2))"),
    ("pkg.Net(...)", "not allowed", "...)"),
    ("'pkg.Net'", "a model is a dotted name", "'pkg.Net'"),
    ("pkg.Net(\n  a=1,\n  b=x[0],\n)", "an index", "x[0],\n)"),
    ("pkg.Net(", "never closed", "("),
    ("pkg.Net(a=(1, 2)", "never closed", "(a=(1, 2)"),
    ("pkg.Net(\n  a=(1,\n  2)", "never closed", "(\n  a=(1,\n  2)"),
    ("pkg.Net([1\n", "never closed", "[1\n"),
    ("pkg.Net([1)", "does not match", ")"),
    ("pkg.Net('\u2028', t:x, b=y[0])", "an index", "y[0])"),
    ("pkg.Net)", "not an expression", ")"),
    ("pkg.Net)(3", "unmatched '\\)'", ")(3"),
    ("pkg.Net(')'))(1)(2", "unmatched '\\)'", ")(1)(2"),
    ("pkg.Net)(3)(4", "unmatched '\\)'", ")(3)(4"),
    ("", "nothing is written", ""),
    ("./src/pkg/nets.py", "this is a file", "./src/pkg/nets.py"),
    ("src/pkg/nets.py", "this is a file", "src/pkg/nets.py"),
]


@pytest.mark.parametrize(("text", "message", "rest"), WRONG_MODELS)
def test_what_is_no_model_is_an_error_at_its_character(text: str, message: str, rest: str | None) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        parse_model(text)
    if rest is not None:
        assert text[caught.value.position :] == rest


@pytest.mark.parametrize(
    ("text", "message", "rest"),
    [
        ("flaot32[1]", "did you mean 'float32'", "flaot32[1]"),
        ("float32[1, -2]", "a size must be", "-2]"),
        ("float32[n]", "a name needs its size: write `n=1`", "n]"),
        ("float32[N=1], x=[int64[2, N=2]]", "N is 2 here and 1 before", "N=2]]"),
        ("é, float32[N=1, 3],\n float32[N=2]", "a name is not allowed", "é, float32[N=1, 3],\n float32[N=2]"),
        ("'é', float32[N=1, 3],\n float32[N=2]", "N is 2 here and 1 before", "N=2]"),
        ("float32[N:1]", "a size is named with `=`: `N=1`", "N:1]"),
        ("float32[N=-1]", "a size must be", "N=-1]"),
        ("float32[N=1:2]", "a size must be", "N=1:2]"),
        ("float32[N=M]", "a size must be", "N=M]"),
        ("[N=1]", "not an expression", None),
        ("float32[(N=1)]", "not an expression", None),
        ("zeros[N=1, 3]", r"write `zeros\(float32\[N=1, 3\]\)`", "zeros[N=1, 3]"),
        ("float32[True]", "a size must be", "True]"),
        ("x.y", "a dotted name is not allowed", "x.y"),
        ("f(1)", "a call is not allowed .* `input-from: ", "f(1)"),
        ("1, float32(2, 4)", r"in brackets: `float32\[2, 4\]`", "float32(2, 4)"),
        ("torch.bool", r"write its sizes, `torch.bool\[1, 3\]`", "torch.bool"),
        ("1, float32[ ]", r"a scalar, is `float32\[\(\)\]`", "float32[ ]"),
        ("x=ones torch.bool[2, 4]", r"written `ones\(torch.bool\[2, 4\]\)`", "ones torch.bool[2, 4]"),
        ("ones[2, 4]", r"write `ones\(float32\[2, 4\]\)`", "ones[2, 4]"),
        ("fp32[2]", "'fp32' is not a dtype; known are float32, ", "fp32[2]"),
        ("float32[1] x=float32[1]", "a comma", "float32[1] x=float32[1]"),
        ("float32[1] < 3", "only whole numbers", "float32[1] < 3"),
        ("int64[1] < 0", "from 1", "0"),
        ("int8[1] < 129", "by 128 at most", "129"),
        ("uint8[1] < 257", "by 256 at most", "257"),
        ("int64[1] < 9223372036854775808", "by 9223372036854775807 at most", "9223372036854775808"),
        ("3 < int64[1]", "a bound is written", "3 < int64[1]"),
        ("int64[1] > 3", "a bound is written", "int64[1] > 3"),
        ("int64[1] < 3.5", "a bound is written", "int64[1] < 3.5"),
        ("1, int64[1] < 3 < 4", "a bound is written", "int64[1] < 3 < 4"),
        ("ones(1)", "takes one tensor", "ones(1)"),
        ("ones(bool[1], 2)", "takes one tensor", "ones(bool[1], 2)"),
        ("arange(bool[1])", "makes no bool", "bool[1])"),
        ("ones(flaot32[1])", "did you mean 'float32'", "flaot32[1])"),
        ("float32[1]) + g(2", "not a list of arguments", None),
        ("float32[1", "never closed", "[1"),
        ("float32[1] + [", "never closed", "["),
        ("mask:bool[1]", r"given as `mask=bool\[1\]`", "mask:bool[1]"),
    ],
)
def test_what_is_no_input_is_an_error_at_its_character(text: str, message: str, rest: str | None) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        parse_input(text)
    if rest is not None:
        assert text[caught.value.position :] == rest


def test_an_error_shows_a_caret_under_the_character() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_model("pkg.Net(\n  b=x[0])")
    assert caught.value.pointer() == "  b=x[0])\n    ^"
    assert ExpressionError("something is missing", "pkg.Net([1\n", 11).pointer() == "\n^"


identifiers = st.text(string.ascii_letters, min_size=1, max_size=5).filter(
    lambda s: s.isidentifier() and not keyword.iskeyword(s)
)
names = st.lists(identifiers, min_size=2, max_size=3).map(lambda parts: Name(".".join(parts)))
literals = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=4),
).map(Literal)


def _grow(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    items = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Container, st.sampled_from(["list", "tuple"]), items),
        items.flatmap(
            lambda values: st.builds(
                Container,
                st.just("dict"),
                st.just(values),
                st.lists(literals, min_size=len(values), max_size=len(values)).map(tuple),
            )
        ),
        st.builds(
            Call,
            names,
            items,
            st.dictionaries(identifiers, inner, max_size=2).map(lambda d: tuple(d.items())),
        ),
    )


values = st.recursive(st.one_of(literals, names), _grow, max_leaves=8)


@given(st.builds(Call, names, st.lists(values, max_size=3).map(tuple), st.just(())))
def test_every_model_reads_back_from_its_text(model: Call) -> None:
    text = str(model)
    ast.parse(text, mode="eval")
    assert str(parse_model(text)) == text


def test_sizes_may_have_names() -> None:
    written = "float32[N=1, 3, H = 224,\n W=224], mask=ones(bool[ N=1,10 ]), t=[int64[N=1] < 5], x='a[N=1]'"
    parsed = parse_input(written)
    assert parsed.args == (Tensor("float32", (1, 3, 224, 224), names=("N", "", "H", "W")),)
    assert str(parsed) == (
        "float32[N=1, 3, H=224, W=224], mask=ones(bool[N=1, 10]), t=[int64[N=1] < 5], x='a[N=1]'"
    )
    assert sizes_of(parsed) == {"N": 1, "H": 224, "W": 224}
    assert parse_input("Data(x=float32[V=3, 8])").args[0].kwargs[0][1].names == ("V", "")


sized = st.tuples(st.sampled_from(["", "N", "höhe", "_w2"]), st.integers(0, 9))


@given(
    st.lists(st.lists(sized, min_size=1, max_size=4), min_size=1, max_size=3),
    st.sampled_from(["", " ", "\n"]),
)
def test_inputs_with_names_read_back_from_their_text(shapes: list[list[tuple[str, int]]], space: str) -> None:
    sizes = {name: size for shape in shapes for name, size in shape}
    between = f",{space}"

    def one(name: str) -> str:
        return f"{name}{space}={space}{sizes[name]}" if name else str(sizes[name])

    written = between.join(f"float32[{between.join(one(name) for name, _ in shape)}]" for shape in shapes)
    parsed = parse_input(written)
    assert parse_input(str(parsed)) == parsed
    named = {name for name in sizes if name}
    assert sizes_of(parsed) == {name: sizes[name] for name in sizes_of(parsed)}
    assert set(sizes_of(parsed)) == named
    larger = resized(parsed, {name: sizes[name] + 10 for name in named})
    assert sizes_of(larger) == {name: sizes[name] + 10 for name in named}
    assert sizes_of(parsed) == {name: sizes[name] for name in named}


@given(st.text())
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    for parse in (parse_model, parse_input):
        caught = None
        try:
            parse(text)
        except ExpressionError as error:
            caught = error
        if caught is not None:
            assert 0 <= caught.position <= len(text)
            assert caught.pointer().endswith("^")
