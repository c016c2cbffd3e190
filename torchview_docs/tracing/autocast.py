"""Autocast on the meta device, which torch does not know: the casts that it makes on the CPU.

The lists are those of torch's documentation of autocast for CPU operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.tracing.functions import short_name

__all__ = ["cast_for"]

_LOWER = frozenset({
    "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "bmm",
    "mm", "linear", "addmm", "matmul", "addbmm", "baddbmm", "chain_matmul", "einsum",
    "scaled_dot_product_attention", "lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell",
    "rnn_tanh_cell", "rnn_relu_cell", "multi_head_attention_forward", "multi_dot", "prelu", "bilinear",
})  # fmt: skip
_FLOAT32 = frozenset({
    "avg_pool3d", "binary_cross_entropy", "grid_sample", "grid_sampler", "polar", "prod", "quantile",
    "nanquantile", "stft", "cdist", "trace", "view_as_complex", "cholesky", "cholesky_inverse",
    "cholesky_solve", "inverse", "lu_solve", "orgqr", "ormqr", "pinverse", "max_pool3d", "max_unpool2d",
    "max_unpool3d", "adaptive_avg_pool3d", "reflection_pad1d", "reflection_pad2d", "replication_pad1d",
    "replication_pad2d", "replication_pad3d", "mse_loss", "cosine_embedding_loss", "nll_loss",
    "nll_loss2d", "hinge_embedding_loss", "poisson_nll_loss", "smooth_l1_loss", "cross_entropy",
    "l1_loss", "huber_loss", "margin_ranking_loss", "soft_margin_loss", "triplet_margin_loss",
    "multi_margin_loss", "ctc_loss", "kl_div", "multilabel_margin_loss",
    "binary_cross_entropy_with_logits", "fft", "ifft", "fft2", "ifft2", "fftn", "ifftn", "rfft",
    "irfft", "rfft2", "irfft2", "rfftn", "irfftn", "hfft", "ihfft", "cond", "matrix_rank", "solve",
    "slogdet", "det", "qr", "svd", "eig", "eigh",
})  # fmt: skip
_WIDEST = frozenset(["stack", "cat", "index_copy"])


def cast_for(function: Any, used: list[torch.Tensor]) -> Callable[[torch.Tensor], torch.Tensor] | None:
    """How autocast would cast the arguments of an operation; None where it would not."""
    if not torch.is_autocast_enabled("cpu"):
        return None
    name = short_name(function)
    floats = {t.dtype for t in used if t.is_floating_point() and t.dtype is not torch.float64}
    if name in _LOWER:
        dtype = torch.get_autocast_dtype("cpu")
    elif name in _FLOAT32 or (name in _WIDEST and torch.float32 in floats):
        dtype = torch.float32
    else:
        return None
    if floats <= {dtype}:
        return None
    return lambda t: t.to(dtype) if t.dtype in floats else t
