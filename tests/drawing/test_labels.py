from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.arguments import arguments
from torchview_docs.drawing.configs import module_config
from torchview_docs.drawing.labels import count, path, path_range, shape, shortened, words
from torchview_docs.drawing.operations import operation_config
from torchview_docs.families import FAMILIES, family, operation_name
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use

FLOATS = TensorMeta((1, 4), "float32")


def module(type_: str, config: str = "", **more: object) -> Node:
    return Node("m", "call_module", "m", type=type_, config=config, **more)  # type: ignore[arg-type]


def card(node: Node) -> tuple[str, str]:
    said = words(node, Graph("g", (node,)))
    return said.title, said.config


@pytest.mark.parametrize(
    ("type_", "config", "expected"),
    [
        ("conv.Conv2d", "3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False",
         "3→64, 7×7, stride 2"),
        ("conv.Conv2d", "64, 64, kernel_size=(3, 3), stride=(1, 1), padding=(2, 2), dilation=(2, 2)",
         "64→64, 3×3, dilation 2"),
        ("conv.Conv2d", "8, 8, kernel_size=(3, 3), stride=(2, 1), groups=8",
         "8→8, 3×3, stride 2×1, depthwise"),
        ("conv.Conv2d", "32, 64, kernel_size=(1, 3), stride=(1, 1), groups=4", "32→64, 1×3, 4 groups"),
        ("conv.Conv1d", "80, 384, kernel_size=(3,), stride=(1,), padding=(1,)", "80→384, kernel 3"),
        ("conv.ConvTranspose2d", "16, 8, kernel_size=(2, 2), stride=(2, 2)", "16→8, 2×2, stride 2"),
        ("linear.Linear", "in_features=768, out_features=2304, bias=True", "768→2304"),
        ("linear.Bilinear", "in1_features=3, in2_features=4, out_features=5, bias=True", "3, 4→5"),
        ("normalization.LayerNorm", "(768,), eps=1e-12, elementwise_affine=True", "768"),
        ("normalization.LayerNorm", "(64, 8, 8), eps=1e-05, elementwise_affine=True", "64×8×8"),
        ("normalization.GroupNorm", "32, 128, eps=1e-05, affine=True", "128, 32 groups"),
        ("batchnorm.BatchNorm2d", "64, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True", "64"),
        ("sparse.Embedding", "50257, 768, padding_idx=0", "50257→768"),
        ("sparse.EmbeddingBag", "10, 3, mode='mean'", "10→3, mean"),
        ("pooling.MaxPool2d", "kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False",
         "3×3, stride 2"),
        ("pooling.MaxPool2d", "kernel_size=(2, 3), stride=(2, 3), padding=0", "2×3, stride 2×3"),
        ("pooling.MaxPool2d", "kernel_size=3, stride=1, padding=1", "3×3, stride 1"),
        ("pooling.AvgPool1d", "kernel_size=(4,), stride=(4,), padding=(0,)", "kernel 4, stride 4"),
        ("pooling.AdaptiveAvgPool2d", "output_size=(1, 1)", "to 1×1"),
        ("pooling.AdaptiveAvgPool2d", "output_size=1", "to 1×1"),
        ("upsampling.Upsample", "scale_factor=2.0, mode='nearest'", "×2, nearest"),
        ("upsampling.Upsample", "size=(8, 9), mode='bilinear'", "to 8×9, bilinear"),
        ("pixelshuffle.PixelShuffle", "upscale_factor=2", "×2"),
        ("dropout.Dropout", "p=0.1, inplace=False", "p 0.1"),
        ("rnn.LSTM", "64, 128, num_layers=2, batch_first=True, bidirectional=True",
         "64→128, 2 layers, bidirectional"),
        ("rnn.GRU", "64, 128", "64→128"),
        ("activation.GELU", "approximate='none'", ""),
        ("activation.GELU", "approximate='tanh'", "tanh"),
        ("activation.LeakyReLU", "negative_slope=0.2, inplace=True", "slope 0.2"),
        ("activation.ReLU", "inplace=True", ""),
        ("activation.Softmax", "dim=1", "dim 1"),
        ("flatten.Flatten", "start_dim=1, end_dim=-1", ""),
        ("flatten.Flatten", "start_dim=2, end_dim=-1", "from dim 2"),
    ],
)  # fmt: skip
def test_a_layer_is_configured_as_a_person_writes_it(type_: str, config: str, expected: str) -> None:
    assert card(module(f"torch.nn.modules.{type_}", config)) == (type_.rpartition(".")[2], expected)


def test_the_rules_read_what_torch_writes() -> None:
    from torch import nn

    layers: list[tuple[nn.Module, str]] = [
        (nn.Conv2d(3, 64, 7, 2, 3), "3→64, 7×7, stride 2"),
        (nn.Conv3d(1, 2, 3), "1→2, 3×3×3"),
        (nn.ConvTranspose1d(4, 2, 2, 2), "4→2, kernel 2, stride 2"),
        (nn.Linear(768, 3072), "768→3072"),
        (nn.LayerNorm(768), "768"),
        (nn.RMSNorm(64), "64"),
        (nn.GroupNorm(8, 64), "64, 8 groups"),
        (nn.InstanceNorm2d(5), "5"),
        (nn.Embedding(100, 16), "100→16"),
        (nn.MaxPool2d(3, 2), "3×3, stride 2"),
        (nn.AdaptiveMaxPool1d(3), "to 3"),
        (nn.Upsample(scale_factor=2), "×2, nearest"),
        (nn.Dropout(0.25), "p 0.25"),
        (nn.LSTM(4, 8, 3, bidirectional=True), "4→8, 3 layers, bidirectional"),
        (nn.GRUCell(4, 8), "4→8"),
        (nn.ELU(), ""),
        (nn.Softmax(-1), "dim -1"),
        (
            nn.Conv2d(4, 4, 3, groups=2, padding=1, padding_mode="reflect"),
            "4→4, 3×3, 2 groups, reflect padding",
        ),
        (nn.AdaptiveAvgPool2d((None, 7)), "to same×7"),
        (nn.LocalResponseNorm(5), "size 5"),
        (nn.PReLU(), ""),
        (nn.PReLU(8), "8 parameters"),
        (nn.Softplus(2), "beta 2"),
        (nn.Hardtanh(), ""),
        (nn.Hardtanh(-2, 2), "-2 to 2"),
        (nn.ReLU6(), ""),
        (nn.RReLU(), ""),
        (nn.RReLU(0.1, 1 / 3), "lower 0.1"),
        (nn.GLU(), ""),
        (nn.GLU(1), "dim 1"),
        (nn.Flatten(2, 3), "dims 2 to 3"),
        (nn.Unflatten(1, (2, 4)), "dim 1 to 2×4"),
        (nn.ZeroPad2d(1), "1"),
        (nn.ReflectionPad2d((1, 2, 3, 4)), "1, 2, 3, 4"),
        (nn.ConstantPad1d(2, 3.5), "2, value 3.5"),
        (nn.Unfold(3, padding=1), "3×3"),
        (nn.Fold((16, 16), 2, stride=2), "to 16×16, 2×2, stride 2"),
        (nn.ChannelShuffle(2), "2 groups"),
        (nn.PixelUnshuffle(2), "×2"),
    ]
    for layer, expected in layers:
        type_ = f"{type(layer).__module__}.{type(layer).__qualname__}"
        assert card(module(type_, layer.extra_repr())) == (type(layer).__name__, expected)


@pytest.mark.parametrize(
    ("type_", "config", "expected"),
    [
        ("transformers.models.t5.modeling_t5.T5LayerNorm", "", "16"),
        ("transformers.models.llama.modeling_llama.LlamaRMSNorm", "(768,), eps=1e-06", "768"),
        ("transformers.pytorch_utils.Conv1D", "nf=2304, nx=768", "768→2304"),
        ("timm.layers.Conv2dSame", "3, 8, kernel_size=(3, 3), stride=(2, 2)", "3→8, 3×3, stride 2"),
        ("pkg.Gate", "width=8", "width=8"),
        ("pkg.Gate", "this is no code", "this is no code"),
        ("pkg.Gate", "a_rather_long_option=1, another_long_option=2", "16"),
        ("torch.nn.modules.conv.Conv2d", "changed in a later torch", "changed in a later torch"),
        ("torch.nn.modules.conv.Conv2d", "3, out, kernel_size=x", "3, out, kernel_size=x"),
    ],
)
def test_what_is_not_known_is_not_touched(type_: str, config: str, expected: str) -> None:
    node = module(type_, config, parameters=Parameters(16, 16, 16))
    said = words(node, Graph("g", (node,)))
    assert said.config == expected
    assert config in said.hint


@given(st.text(max_size=60), st.sampled_from(sorted(FAMILIES)), st.sampled_from(["Conv2d", "Flatten", "Net"]))
def test_no_configuration_breaks_a_rule(config: str, kind: str, name: str) -> None:
    for said in (module_config(kind, name, config), operation_config(kind, name.lower(), config)):
        assert said is None or isinstance(said, str)


@given(st.lists(st.one_of(st.integers(), st.booleans(), st.tuples(st.integers(), st.integers())), max_size=4))
def test_arguments_are_read_as_they_are(values: list[object]) -> None:
    read = arguments(", ".join(map(repr, values)))
    assert read is not None
    assert read.positional == tuple(ast.literal_eval(repr(v)) for v in values)


def test_a_linear_layer_that_hides_its_sizes_shows_them_where_its_parameters_prove_them() -> None:
    source = Node("x", "placeholder", "x", outputs=(TensorMeta((1, 768), "float32"),))
    for parameters, expected in ((768 * 2304 + 2304, "768→2304"), (768 * 2304, "768→2304"), (17, "17")):
        node = module(
            "transformers.pytorch_utils.Conv1D",
            args=(Use("x"),),
            outputs=(TensorMeta((1, 2304), "float32"),),
            parameters=Parameters(parameters, parameters, parameters),
        )
        assert words(node, Graph("g", (source, node))).config == expected


def operation(target: str, config: str = "", *, arg: str = "0", op: str = "call_function") -> Node:
    return Node("f", op, target, args=(Use("x", arg=arg),), outputs=(FLOATS,), config=config)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (operation("operator.add"), ("add", "")),
        (operation("operator.add", "1e-06"), ("add", "1e-06")),
        (operation("operator.truediv", "2"), ("div", "2")),
        (operation("operator.sub", "1", arg="1"), ("sub", "1 - x")),
        (operation("operator.pow", "2", arg="1"), ("pow", "2 ** x")),
        (operation("operator.and_"), ("and", "")),
        (operation("torch.cat", "dim=1"), ("cat", "dim 1")),
        (operation("relu_", op="call_method"), ("relu", "")),
        (operation("torch.nn.functional.softmax", "dim=-1, dtype=float32"), ("softmax", "dim -1")),
        (operation("torch.nn.functional.scaled_dot_product_attention", "dropout_p=0.0, is_causal=True"),
         ("scaled_dot_product_attention", "causal")),
        (operation("operator.getitem", "[:, 0]"), ("getitem", "[:, 0]")),
        (operation("mean", "dim=(2, 3), keepdim=True", op="call_method"), ("mean", "dims 2, 3, keepdim")),
        (operation("pow", "exponent=0.5", op="call_method"), ("pow", "0.5")),
        (operation("torch.split", "split_size_or_sections=768, dim=2"), ("split", "768, dim 2")),
        (operation("torch.einsum", "'bhid,bhjd->bhij'"), ("einsum", "bhid,bhjd->bhij")),
        (operation("torch.nn.functional.max_pool2d", "kernel_size=2, stride=2"),
         ("max_pool2d", "2×2, stride 2")),
        (operation("torch.nn.functional.layer_norm", "normalized_shape=(768,)"), ("layer_norm", "768")),
        (operation("torch.nn.functional.interpolate", "scale_factor=2.0, mode='bilinear'"),
         ("interpolate", "×2, bilinear")),
        (operation("torch.nn.functional.conv2d", "stride=(2, 2), padding=(1, 1)"),
         ("conv2d", "stride (2, 2), padding (1, 1)")),
    ],
)  # fmt: skip
def test_an_operation_is_named_and_configured_as_a_person_writes_it(
    node: Node, expected: tuple[str, str]
) -> None:
    assert card(node) == expected


def test_functions_of_torch_are_configured_as_a_person_writes_them() -> None:
    import torch
    from torch.nn import functional as F

    from torchview_docs.tracing import trace

    x, image = torch.zeros(1, 10, 8), torch.zeros(1, 8, 16, 16)
    mask = x > 0
    known: list[tuple[Callable[[], object], str, str]] = [
        (lambda: torch.log_softmax(x, 1), "log_softmax", "dim 1"),
        (lambda: x.softmax(-1), "softmax", "dim -1"),
        (lambda: image.mean((2, 3)), "mean", "dims 2, 3"),
        (lambda: image.mean([-1], keepdim=True), "mean", "dim -1, keepdim"),
        (lambda: image.flip(-1), "flip", "dim -1"),
        (lambda: x.reshape(1, 10, 2, 4), "reshape", "1, 10, 2, 4"),
        (lambda: image.permute(0, 2, 3, 1), "permute", "0, 2, 3, 1"),
        (lambda: x.transpose(1, 2), "transpose", "1, 2"),
        (lambda: image.flatten(2), "flatten", "from dim 2"),
        (lambda: image.flatten(1, 2), "flatten", "start_dim 1, end_dim 2"),
        (lambda: image.movedim(1, -1), "movedim", "1 to -1"),
        (lambda: x.narrow(1, 2, 3), "narrow", "dim 1, 2:5"),
        (lambda: F.interpolate(image, (32, 32), mode="bilinear"), "interpolate", "to 32×32, bilinear"),
        (lambda: F.pad(image, (1, 2, 0, 0), mode="reflect"), "pad", "(1, 2, 0, 0), reflect"),
        (lambda: torch.einsum("bnd,bmd->bnm", x, x), "einsum", "bnd,bmd->bnm"),
        (lambda: x[:, 1:3], "getitem", "[:, 1:3]"),
        (lambda: image[..., ::2], "getitem", "[..., ::2]"),
        (lambda: x.masked_fill(mask, float("-inf")), "masked_fill", "-inf"),
        (lambda: torch.where(mask, x, 0.0), "where", "else 0"),
        (lambda: F.group_norm(image, 4), "group_norm", "4 groups"),
        (lambda: F.one_hot(x[0, :, 0].long(), 5), "one_hot", "5 classes"),
        (lambda: F.pixel_shuffle(image, 2), "pixel_shuffle", "×2"),
        (lambda: F.unfold(image, 3), "unfold", "3×3"),
        (lambda: F.glu(x), "glu", ""),
        (lambda: F.linear(x, torch.zeros(3, 8)), "linear", "8→3"),
        (lambda: F.embedding(x[0].long(), torch.zeros(9, 4)), "embedding", "9→4"),
        (lambda: F.conv2d(image, torch.zeros(4, 8, 3, 3), stride=2), "conv2d", "8→4, 3×3, stride 2"),
        (lambda: F.conv2d(image, torch.zeros(8, 1, 3, 3), None, 1, 1, 1, 8), "conv2d", "8→8, 3×3, depthwise"),
        (lambda: F.conv_transpose2d(image, torch.zeros(8, 4, 2, 2), stride=2), "conv_transpose2d",
         "8→4, 2×2, stride 2"),
    ]  # fmt: skip
    for function, title, config in known:
        graph = trace(function, device="cpu")
        said = [words(node, graph) for node in graph.nodes if node.op in ("call_function", "call_method")]
        assert (title, config) in [(one.title, one.config) for one in said]


def test_attention_says_its_width_and_heads() -> None:
    import torch

    from torchview_docs.tracing import trace

    x = torch.zeros(1, 4, 8)
    graph = trace(torch.nn.MultiheadAttention(8, 2, batch_first=True), x, x, x)
    assert graph.root is not None
    assert words(graph.root, graph).config == "8, 2 heads"


def test_what_an_operation_leaves_out_is_in_its_hint() -> None:
    node = operation("torch.roll", "shifts=(-3, -3), dims=(1, 2), something=another_thing")
    said = words(node, Graph("g", (node,)))
    assert len(said.config) <= 36
    assert said.hint == "torch.roll(shifts=(-3, -3), dims=(1, 2), something=another_thing)"


def test_an_operation_without_arguments_needs_no_hint() -> None:
    assert words(operation("operator.add"), Graph("g", ())).hint == ""


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("transformers.models.t5.modeling_t5.T5LayerNorm", "norm"),
        ("transformers.models.llama.modeling_llama.LlamaRMSNorm", "norm"),
        ("transformers.models.convnext.modeling_convnext.ConvNextLayerNorm", "norm"),
        ("torchvision.ops.misc.FrozenBatchNorm2d", "norm"),
        ("transformers.activations.NewGELUActivation", "act"),
        ("transformers.pytorch_utils.Conv1D", "lin"),
        ("torch.nn.modules.linear.Identity", "op"),
        ("torch.nn.modules.linear.Linear", "lin"),
        ("torch.nn.modules.activation.MultiheadAttention", "att"),
        ("torch.nn.modules.activation.Softmax", "act"),
        ("torch.nn.modules.transformer.TransformerEncoderLayer", "mod"),
        ("torch.nn.modules.container.Sequential", "mod"),
        ("transformers.models.bert.modeling_bert.BertSelfAttention", "att"),
        ("transformers.models.bert.modeling_bert.BertLayer", "mod"),
        ("transformers.models.bert.modeling_bert.BertPooler", "mod"),
        ("transformers.models.bert.modeling_bert.BertEmbeddings", "emb"),
        ("transformers.models.t5.modeling_t5.T5DenseActDense", "mod"),
        ("torchvision.ops.misc.Conv2dNormActivation", "mod"),
        ("pkg.ConvBNReLU", "mod"),
        ("torch_geometric.nn.conv.gcn_conv.GCNConv", "conv"),
        ("bitsandbytes.nn.modules.Linear8bitLt", "lin"),
        ('pkg.make.<locals>.Net<int>&"', "mod"),
        ("pkg.Normal", "mod"),
        ("", "mod"),
    ],
)
def test_a_class_is_of_the_family_that_its_name_ends_with(type_: str, expected: str) -> None:
    assert family(module(type_)) == expected


def test_every_family_is_in_the_list() -> None:
    ops = ["placeholder", "output", "tensor", "get_attr"]
    found = {family(Node("n", op, "n")) for op in ops}  # type: ignore[arg-type]
    found |= {
        family(operation(f"torch.{name}")) for name in ("conv2d", "add", "lstm", "embedding", "max_pool2d")
    }
    assert found <= set(FAMILIES)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0"), (640, "640"), (999, "999"), (1000, "1.0 k"), (12_384, "12.4 k"), (999_949, "999.9 k"),
     (999_950, "1.0 M"), (85_054_464, "85.1 M"), (405_853_388_800, "405.9 B"), (1_000_000_000_000, "1.0 T")],
)  # fmt: skip
def test_counts_are_rounded_to_one_decimal(number: int, expected: str) -> None:
    assert count(number) == expected


@given(st.integers(0, 10**15))
def test_a_count_is_near_the_number(number: int) -> None:
    digits, _, unit = count(number).partition(" ")
    factor = {"": 1, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[unit]
    assert abs(float(digits) * factor - number) <= 0.0501 * factor * (factor > 1)
    assert float(digits) < 1000 or unit == "T"


def test_shapes_are_written_with_times_signs() -> None:
    assert shape(TensorMeta((1, 128, 768), "float32")) == "1×128×768"
    assert shape(TensorMeta((), "float32")) == "scalar"
    assert shape(TensorMeta((0,), "float32")) == "0"


@given(st.text(max_size=80), st.integers(12, 40))
def test_a_shortened_text_keeps_its_ends(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or (short[0] == text[0] and short[-1] == text[-1] and "…" in short)


def test_a_shortened_path_keeps_its_last_name() -> None:
    assert shortened("vision_model_output.last_hidden_state", 32) == "vision_model_….last_hidden_state"


def test_the_path_of_a_run_is_a_range() -> None:
    run = Node("a.0", "call_module", "enc.layer.0", repeat=12, last="enc.layer.11")
    assert path_range(run) == "enc.layer.0 – 11"
    assert path_range(Node("a", "call_module", "first", repeat=2, last="second")) == "first – second"


@pytest.mark.parametrize(
    ("node", "around", "expected"),
    [
        (Node("", "call_module", "encoder.layer.0"), None, "encoder.layer.0"),
        (Node("", "call_module", "encoder.layer.0"), "encoder", "layer.0"),
        (Node("", "call_module", "layer1.0"), "layer1", "layer1.0"),
        (Node("", "call_module", "down.0.1"), "down.0", "down.0.1"),
        (Node("", "call_module", "shared"), "encoder", "shared"),
        (Node("", "call_module", "encoder2.x"), "encoder", "encoder2.x"),
        (Node("", "call_module", "enc.fc", call=2), "enc", "fc, call 2"),
        (Node("", "call_module", "layer", repeat=6, last="layer"), None, "layer, calls 1 – 6"),
    ],
)
def test_a_panel_is_called_by_its_path_in_the_panel_around_it(
    node: Node, around: str | None, expected: str
) -> None:
    outer = None if around is None else Node(around, "call_module", around)
    assert path(node, outer) == expected


def test_a_call_number_is_not_repeated_inside() -> None:
    inner = Node("", "call_module", "enc.fc", call=2)
    assert path(inner, Node("", "call_module", "enc", call=2)) == "fc"


@given(st.text(min_size=1, max_size=20))
def test_an_operation_always_has_a_name(target: str) -> None:
    assert operation_name(Node("n", "call_function", target)) or target.endswith(".")
