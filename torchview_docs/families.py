"""Families: what kind of layer or operation a node is, which a figure shows by colour.

A class that is not PyTorch's own is judged by the end of its name: `LlamaRMSNorm` is a
normalisation, `NewGELUActivation` an activation. Where that doesn't say, it is a module.
"""

from __future__ import annotations

import re
from functools import cache

from torchview_docs.graph import Node

__all__ = ["FAMILIES", "class_name", "family", "operation_name"]

#: The families, in the order of a legend.
FAMILIES = {
    "conv": "convolution",
    "lin": "linear",
    "norm": "normalisation",
    "act": "activation",
    "att": "attention",
    "emb": "embedding",
    "pool": "pooling",
    "rec": "recurrent",
    "op": "operation",
    "const": "parameter or constant",
    "mod": "module",
    "io": "input or output",
}

#: Torch's own functions and methods of each family, by their last name.
_FUNCTION_NAMES = {
    "conv": "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc convolution "
    "deform_conv2d",
    "lin": "linear bilinear addmm",
    "norm": "layer_norm batch_norm group_norm instance_norm rms_norm local_response_norm normalize "
    "weight_norm spectral_norm",
    "act": "relu relu6 leaky_relu prelu rrelu elu selu celu gelu silu mish sigmoid tanh hardtanh hardswish "
    "hardsigmoid softplus softsign softshrink hardshrink tanhshrink logsigmoid glu softmax log_softmax "
    "softmin gumbel_softmax threshold",
    "att": "scaled_dot_product_attention multi_head_attention_forward flex_attention "
    "_native_multi_head_attention",
    "emb": "embedding embedding_bag one_hot",
    "pool": "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d "
    "adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d "
    "lp_pool1d lp_pool2d lp_pool3d fractional_max_pool2d fractional_max_pool3d max_pool1d_with_indices "
    "max_pool2d_with_indices max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d interpolate "
    "upsample pixel_shuffle pixel_unshuffle grid_sample roi_align roi_pool",
    "rec": "lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell",
}
_FUNCTIONS = {name: kind for kind, names in _FUNCTION_NAMES.items() for name in names.split()}

#: Families by how a class name ends, since its last word says what it is: `ConvNextLayerNorm` is a
#: normalisation, `BertLayer` none of these.
_ENDINGS: tuple[tuple[str, str], ...] = (
    ("norm", r"(norm|bn|batchnormact|groupnormact)([123]?d)?(nobias)?|frn|grn|evonorm\w*"),
    ("att", r"(attention|attn|mha|msa)(\d|[123]d)?"),
    ("emb", r"(embed|embedding|embeddings|embedder)([123]?d)?|positional_?encoding"),
    ("pool", r"(pool|pooling)([123]?d)?|upsample|upsampling"),
    ("rec", r"(lstm|gru|rnn)(_?cell)?"),
    ("conv", r"(conv|convolution|convtranspose)([1234]?d)?((static|dynamic)?same(padding)?)?"),
    ("lin", r"linear(\d+bit\w*|fp8|nf4)?|(?<!act)dense|proj|projection"),
    (
        "act",
        r"activation|relu\d?|gelu(tanh)?|silu|[ck]?elu|swish|mish|sigmoid|tanh|softmax([123]?d)?|swiglu|geglu",
    ),
)
#: `ConvBNReLU` ends like an activation, but is more than that.
_MORE_THAN_ACTIVATION = re.compile(r"conv(?!ne?xt|bert)|bn|norm|linear|dense|block")

#: PyTorch's own classes, where the words would mislead.
_TORCH_MODULES = {
    "torch.nn.modules.linear": "lin",
    "torch.nn.modules.conv": "conv",
    "torch.nn.modules.normalization": "norm",
    "torch.nn.modules.batchnorm": "norm",
    "torch.nn.modules.instancenorm": "norm",
    "torch.nn.modules.pooling": "pool",
    "torch.nn.modules.upsampling": "pool",
    "torch.nn.modules.pixelshuffle": "pool",
    "torch.nn.modules.sparse": "emb",
    "torch.nn.modules.rnn": "rec",
    "torch.nn.modules.activation": "act",
    "torch.nn.modules.dropout": "op",
    "torch.nn.modules.flatten": "op",
    "torch.nn.modules.padding": "op",
    "torch.nn.modules.fold": "op",
    "torch.nn.modules.distance": "op",
}


#: Python's operators by the name that torch gives the operation.
_OPERATIONS = {"truediv": "div", "floordiv": "floor_divide", "mod": "remainder", "iadd": "add", "isub": "sub"}


def operation_name(node: Node) -> str:
    """The last name of an operation without marks of Python or of writing in place: `add`."""
    name = node.target.rpartition(".")[2]
    plain = name.strip("_") or name
    return _OPERATIONS.get(plain, plain)


def class_name(type_: str) -> str:
    """The last name of a class: `Block` of `pkg.mod.make.<locals>.Block`."""
    return type_.rpartition(".")[2]


def family(node: Node) -> str:
    """The family of a node, one of `FAMILIES`."""
    if node.op in ("placeholder", "output", "tensor"):
        return "io"
    if node.op == "get_attr":
        return "const"
    if node.op == "call_module":
        return _module_family(node.type)
    if node.op == "call_phase":
        return "mod"
    return _FUNCTIONS.get(node.target.rpartition(".")[2].rstrip("_"), "op")


@cache
def _module_family(type_: str) -> str:
    module, _, name = type_.rpartition(".")
    if module in _TORCH_MODULES:
        if name == "Identity":
            return "op"
        return "att" if name == "MultiheadAttention" else _TORCH_MODULES[module]
    if type_ == "transformers.pytorch_utils.Conv1D":  # GPT-2's, a linear layer
        return "lin"
    word = name.lower()
    for kind, ending in _ENDINGS:
        if re.search(rf"(?:{ending})$", word):
            return "mod" if kind == "act" and _MORE_THAN_ACTIVATION.search(word) else kind
    return "mod"
