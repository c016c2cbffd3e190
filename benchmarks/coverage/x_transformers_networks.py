"""The transformers of x-transformers: its wrappers, and each option of its layers alone."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
import x_transformers as xt
from x_transformers import x_transformers as layers
from x_transformers.continuous_autoencoder import ContinuousTransformerAutoencoder
from x_transformers.free_transformer import FreeTransformer
from x_transformers.gpt_vae import GPTVAE

from .case import Case
from .entries import Entry, cases_from, given

__all__ = ["cases"]

_SMALL: dict[str, Any] = {"dim": 32, "depth": 2, "heads": 4, "attn_dim_head": 16, "verbose": False}
#: What options say about others: one that does nothing alone is tried with what it needs.
_NEEDS: dict[str, dict[str, Any]] = {
    "use_adaptive_layernorm": {"dim_condition": 16},
    "use_adaptive_rmsnorm": {"dim_condition": 16},
    "use_adaptive_layerscale": {"dim_condition": 16},
    "adaptive_condition_mlp": {"dim_condition": 16, "use_adaptive_layernorm": True},
    "rotary_xpos": {"rotary_pos_emb": True},
    "cross_residual_attn": {"cross_attend": True},
    "only_cross": {"cross_attend": True},
    "cross_attend": {},
    "dynamic_pos_bias_norm": {"dynamic_pos_bias": True},
    "dynamic_pos_bias_log_distance": {"dynamic_pos_bias": True},
    "attn_use_latent_q": {"attn_dim_latent_q": 16},
    "attn_use_latent_kv": {"attn_dim_latent_kv": 16},
    "attn_data_dependent_alibi": {},
    "ff_glu_mult_bias": {"ff_glu": True},
    "ff_swish": {"ff_glu": True},
    "qkv_receive_diff_residuals": {"num_residual_streams": 2},
    "attn_qk_norm_dim_scale": {"attn_qk_norm": True},
    "attn_cope_talking_heads": {"attn_use_cope": True},
    "learned_reinject_input_gate": {"reinject_input": True},
    "attn_flash_pack_seq": {"rotary_pos_emb": True, "attn_flash": True},
    "attn_aggregated_residuals": {"dim": 128},
    "gated_multi_residual": {"residual_fn_kwargs": {"read_gate_rank": 4, "write_gate_rank": 4}},
}
#: Options that the layers set themselves, or that raise in this version whatever else is given.
_NOT_ALONE = (
    "causal",
    "attn_causal",
    "attn_learned_value_residual_mix",
    "attn_qkv_receive_diff_residuals",
    "polar_bias_uniform_init",
    "attn_cope_soft_onehot_pos",
)
#: Options that are numbers or lists.
_OTHERS: dict[str, Any] = {
    "sandwich_coef": 1,
    "par_ratio": 2,
    "shift_tokens": 1,
    "num_residual_streams": 2,
    "attn_sparse_topk": 4,
    "attn_num_mem_kv": 2,
    "attn_kv_heads": 2,
    "attn_max_attend_past": 4,
    "attn_qk_norm_groups": 2,
    "attn_gate_values_rank": 4,
    "custom_layers": ("a", "f", "f"),
    "layers_execute_order": (0, 1, 0, 1),
    "attn_value_dim_head": 8,
    "attn_dim_latent_q": 16,
}
_WRAPPER: dict[str, Any] = {
    "num_memory_tokens": 4,
    "max_mem_len": 8,
    "num_output_heads": 2,
    "emb_dim": 16,
    "embed_num_tokens": {},
}


def _tokens(*shape: int) -> Any:
    return partial(torch.randint, 0, 64, shape or (1, 16))


def _language(layer: Any = None, **options: Any) -> torch.nn.Module:
    return xt.TransformerWrapper(
        num_tokens=64, max_seq_len=32, attn_layers=layer or xt.Decoder(**_SMALL), **options
    )


def _wrapped(layer: Any, **options: Any) -> torch.nn.Module:
    return _language(layer(), **options)


def _with(cls: Any, **options: Any) -> torch.nn.Module:
    """A language model whose layers have some options."""
    return _language(cls(**(_SMALL | options)))


def _switches(cls: Any, prefix: str = "") -> Iterator[str]:
    """The options of a class that are off."""
    for parameter in inspect.signature(cls.__init__).parameters.values():
        if parameter.default is False:
            yield prefix + parameter.name


def _options() -> Iterator[Entry]:
    names = [
        *_switches(layers.AttentionLayers),
        *_switches(layers.Attention, "attn_"),
        *_switches(layers.FeedForward, "ff_"),
    ]
    for name in [n for n in names if n not in _NOT_ALONE]:
        yield (
            f"Decoder {name}",
            partial(_with, xt.Decoder, **{name: True}, **_NEEDS.get(name, {})),
            _call_of(name),
        )
    for name, value in _OTHERS.items():
        yield f"Decoder {name}", partial(_with, xt.Decoder, **{name: value}), given(_tokens())
    for name in _switches(layers.TransformerWrapper):
        layer = partial(xt.Decoder, **_SMALL, pre_and_post_norm=name == "looped")
        steps = {"recycle_steps": 2} if name == "recycling" else {}
        yield (
            f"TransformerWrapper {name}",
            partial(_wrapped, layer, **{name: True}),
            given(_tokens(), **steps),
        )
    for name, value in _WRAPPER.items():
        yield f"TransformerWrapper {name}", partial(_language, **{name: value}), given(_tokens())


def _call_of(option: str) -> Any:
    if "cross" in option:
        return given(_tokens(), context=(1, 8, 32))
    if "adaptive" in option:
        return given(_tokens(), condition=(1, 16))
    return given(_tokens())


def _encoder(**options: Any) -> Any:
    return xt.Encoder(**(_SMALL | options))


_ENTRIES: list[Entry] = [
    ("Decoder", _language, given(_tokens())),
    (
        "Encoder",
        lambda: _language(_encoder()),
        given(_tokens(), mask=lambda: torch.ones(1, 16, dtype=torch.bool)),
    ),
    ("PrefixDecoder", lambda: _language(xt.PrefixDecoder(**_SMALL)), given(_tokens())),
    ("CrossAttender", lambda: xt.CrossAttender(**_SMALL), given((1, 16, 32), context=(1, 8, 32))),
    ("Attention", lambda: xt.Attention(dim=32, heads=4, dim_head=16), given((1, 16, 32))),
    ("FeedForward", lambda: xt.FeedForward(32, glu=True, swish=True), given((1, 16, 32))),
    (
        "ViTransformerWrapper",
        lambda: xt.ViTransformerWrapper(
            image_size=32, patch_size=8, num_classes=4, num_register_tokens=2, attn_layers=_encoder()
        ),
        given((1, 3, 32, 32)),
    ),
    (
        "ContinuousTransformerWrapper",
        lambda: xt.ContinuousTransformerWrapper(dim_in=8, dim_out=4, max_seq_len=32, attn_layers=_encoder()),
        given((1, 16, 8)),
    ),
    (
        "XTransformer",
        lambda: xt.XTransformer(
            dim=32,
            enc_num_tokens=64,
            enc_depth=2,
            enc_heads=4,
            enc_max_seq_len=32,
            dec_num_tokens=64,
            dec_depth=2,
            dec_heads=4,
            dec_max_seq_len=32,
        ),
        given(_tokens(), _tokens()),
    ),
    ("AutoregressiveWrapper", lambda: xt.AutoregressiveWrapper(_language()), given(_tokens())),
    (
        "NonAutoregressiveWrapper",
        lambda: xt.NonAutoregressiveWrapper(_language(_encoder()), mask_id=63),
        given(_tokens(1, 32)),
    ),
    (
        "ContinuousAutoregressiveWrapper",
        lambda: xt.ContinuousAutoregressiveWrapper(
            xt.ContinuousTransformerWrapper(
                dim_in=8, dim_out=8, max_seq_len=32, attn_layers=xt.Decoder(**_SMALL)
            )
        ),
        given((1, 16, 8)),
    ),
    (
        "XLAutoregressiveWrapper",
        lambda: xt.XLAutoregressiveWrapper(_language(xt.Decoder(**_SMALL, rel_pos_bias=True), max_mem_len=8)),
        given(_tokens(1, 17)),
    ),
    (
        "BeliefStateWrapper",
        lambda: xt.BeliefStateWrapper(forward_decoder=_language(), backward_decoder=_language()),
        given(_tokens()),
    ),
    ("NextLatentWrapper", lambda: xt.NextLatentWrapper(_language(), dim=32), given(_tokens())),
    (
        "XValTransformerWrapper",
        lambda: xt.XValTransformerWrapper(
            num_tokens=64, numerical_token_id=3, max_seq_len=32, attn_layers=xt.Decoder(**_SMALL)
        ),
        given(_tokens(), (1, 16)),
    ),
    (
        "MultiInputTransformerWrapper",
        lambda: xt.MultiInputTransformerWrapper(
            num_tokens={"note": 64, "pitch": 64}, max_seq_len=32, attn_layers=xt.Decoder(**_SMALL)
        ),
        given(lambda: {"note": _tokens()(), "pitch": _tokens()()}),
    ),
    ("NeoMLP", lambda: xt.NeoMLP(dim_in=5, dim_hidden=7, dim_out=5, depth=2, dim_model=32), given((3, 5))),
    (
        "EntropyBasedTokenizer",
        lambda: xt.EntropyBasedTokenizer(_language(), entropy_threshold=4.0),
        given(_tokens()),
    ),
    (
        "DPO",
        lambda: xt.DPO(_language(), pad_id=0),
        given(_tokens(), _tokens(), prompt_mask=lambda: torch.arange(16)[None] < 4),
    ),
    (
        "FreeTransformer",
        lambda: FreeTransformer(
            num_tokens=64, dim=32, dec_head_depth=1, dec_tail_depth=1, max_seq_len=32, latent_bits=4
        ),
        given(_tokens()),
    ),
    ("GPTVAE", lambda: GPTVAE(num_tokens=64, dim=32, depth=1, enc_depth=1, max_seq_len=32), given(_tokens())),
    (
        "ContinuousTransformerAutoencoder",
        lambda: ContinuousTransformerAutoencoder(
            dim=32, enc_depth=1, dec_depth=1, max_seq_len=32, dim_input=8
        ),
        given((1, 16, 8)),
    ),
]


def cases() -> Iterator[Case]:
    """A case for each wrapper, and for each option of the layers in a small language model."""
    yield from cases_from("x-transformers", [*_ENTRIES, *_options()])
