"""Shrinking: a configuration of a Hugging Face model made small, whatever it is called there.

All widths are divided by one factor, so that sums, products and multiples of widths still fit.
Of the layers one of each kind is kept. What ids of special tokens are too large for the small
vocabulary are renumbered, equal ones alike.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Shrinking"]

_LAYERS = re.compile(
    r"(num_|n_|^)(\w+_)?(layers?|blocks?)$|^depth$|^num_(encoder|decoder)\w*blocks$|num_stages_layers"
)
_NO_LAYERS = re.compile(r"feature_layer|kv_shared|max_window|num_block_repeats|fusion_layers|feat_extract")
_DEPTHS = re.compile(r"(^|_)(depths?|layers|num_blocks|num_layers|block_repeats|stage_num_blocks|layer_num)$")
_WIDTH = re.compile(
    r"hidden|width|dim($|_|s$)|d_model|d_ff|d_kv|d_inner|n_embd|n_inner|_rank$|ffn|intermediate_size|channels?$"
    r"|filters|embedding_size|embed_dim|projection_size|output_size|proj_size|head_dim|d_head|units|planes"
    r"|_size_per_|input_dim|output_dim|adapter_input_size|mrope_section|n_state|d_embed|emb_dim|mlp_size|audio_channels|conv_dim"
)
_NO_WIDTH = re.compile(
    r"^(num|n)_hidden|hidden_layers|image|patch|vocab|kernel|num_mel|num_channels|dims?_per|hidden_act|window"
    r"|codebook_size|max_|state_dim|act_dim|input_dim$|hidden_group|prob|num_.*_dims?$|_layers?$"
)
_HEADS = re.compile(
    r"(^|_)(num_heads|n_heads?|attention_heads|key_value_heads|kv_heads|query_heads|nheads|heads)$"
)
_HEAD_WIDTH = re.compile(r"head_dim|d_head|dim_head|d_kv|rope|mrope|head_size")
_EXPERTS = re.compile(r"^(num_|n_)?(routed_|local_|moe_num_)?experts$|^moe_num_experts$|^n_routed_experts$")
_TOKEN = re.compile(r"(token|_)(_?id|_?index|_?ids|_?idx)s?$")
_INDEXES = re.compile(r"(out_ind|_index(es)?$|_indices$|block_indexes|layer_ids|cross_attention_layers)")
_VOCABULARY = 512
_EXPERTS_KEPT = 8


@dataclass(eq=False)
class Shrinking:
    """How much is left of a configuration.

    Attributes:
        factor: By which widths are divided.
        layers: How many layers are left at least; 0 leaves all.
        heads: Whether there are fewer heads; else they are smaller.
        pictures: Whether pictures larger than 256 pixels become smaller.
        vocabulary: Whether the vocabulary becomes smaller.
    """

    factor: int = 8
    layers: int = 2
    heads: bool = False
    pictures: bool = True
    vocabulary: bool = True
    _tokens: dict[int, int] = field(default_factory=dict)

    def __call__(self, config: Any) -> Any:
        """A smaller configuration of the same class."""
        self._tokens = {}
        return self._shrunk(config)

    def _shrunk(self, config: Any) -> Any:
        kept = self._kept(config)
        changed: dict[str, Any] = {}
        for name in _fields(config):
            value = _get(config, name)
            if hasattr(value, "to_dict") and dataclasses.is_dataclass(value):
                changed[name] = self._shrunk(value)
                continue
            new = self._value(name, value, config, kept)
            if new != value or type(new) is not type(value):
                changed[name] = new
        # What else the caller has set is not lost: only what the class itself would give again is.
        given = {n: _get(config, n) for n in _fields(config) if _differs(config, n)}
        return type(config)(**(given | _outputs(config, kept) | changed))

    def _kept(self, config: Any) -> list[int] | None:
        """Which layers are kept: the first of each kind, filled up to `layers`."""
        total = _total(config)
        if not self.layers or total is None or total <= self.layers:
            return None
        lists = [v for n in _fields(config) if _per_layer(v := _get(config, n), total) and not _counts(v)]
        kinds = [tuple(str(v[i]) for v in lists) for i in range(total)]
        kept = sorted(kinds.index(kind) for kind in dict.fromkeys(kinds))
        kept += [i for i in range(total) if i not in kept][: max(0, self.layers - len(kept))]
        return sorted(kept)

    def _value(self, name: str, value: Any, config: Any, kept: list[int] | None) -> Any:
        if isinstance(value, bool) or value is None or isinstance(value, str | float):
            return value
        if isinstance(value, dict):
            return self._rope(value) if "rope" in name else value
        if isinstance(value, int):
            return self._number(name, value, config, kept)
        if isinstance(value, list | tuple):
            return self._sequence(name, value, config, kept)
        return value

    def _number(self, name: str, value: int, config: Any, kept: list[int] | None) -> int:
        if name.endswith(("vocab_size", "vocab_size_per_layer_input")) and self.vocabulary:
            return min(value, _VOCABULARY)
        if _TOKEN.search(name) and self.vocabulary:
            return self._token(value)
        if self.layers and _LAYERS.search(name) and not _NO_LAYERS.search(name):
            if kept is not None and value == _total(config):
                return len(kept)
            return min(value, self.layers)
        if name in ("first_k_dense_replace", "max_window_layers", "num_kv_shared_layers"):
            return min(value, 1) if self.layers else value
        if _EXPERTS.search(name):
            return min(value, _EXPERTS_KEPT)
        if name in ("num_experts_per_tok", "moe_topk", "num_experts_per_token", "top_k_experts", "moe_k"):
            return min(value, 2)
        if name in ("n_group", "topk_group", "num_expert_group", "num_expert_groups", "num_limited_groups"):
            return min(value, 2)
        if _HEADS.search(name) and self.heads:
            return value // self.factor if value % self.factor == 0 else (1 if value < self.factor else value)
        if name == "image_size" and self.pictures:
            return self._picture(value, getattr(config, "patch_size", 1))
        return self._width(value) if self._is_width(name) else value

    def _is_width(self, name: str) -> bool:
        if self.heads and _HEAD_WIDTH.search(name):
            return False
        return bool(_WIDTH.search(name)) and not _NO_WIDTH.search(name)

    def _sequence(self, name: str, value: Any, config: Any, kept: list[int] | None) -> Any:
        kind = list  # as a configuration that was read from a file has it
        if not value:
            return value
        if _per_layer(value, _total(config)) and kept is not None:
            return kind(range(len(kept))) if _counts(value) else kind(value[i] for i in kept)
        if all(isinstance(v, int) and not isinstance(v, bool) for v in value):
            if _TOKEN.search(name) and self.vocabulary and max(value) >= _VOCABULARY:
                return kind(self._token(v) for v in value)
            if self.layers and _DEPTHS.search(name):
                return kind(min(v, self.layers) for v in value)
            if _HEADS.search(name) and self.heads:
                return kind(max(1, v // self.factor) for v in value)
            if kept is not None and _INDEXES.search(name):
                return kind(sorted({min(v, len(kept) - 1) for v in value}))
            if name == "image_size" and self.pictures:
                return kind(self._picture(v, getattr(config, "patch_size", 1)) for v in value)
            if self._is_width(name):
                return kind(self._width(v) for v in value)
        return kind(value)

    def _width(self, value: int) -> int:
        # Small numbers are counts that a width's name hides, as 3 channels or 1 hidden layer are.
        return value // self.factor if value >= 2 * self.factor and value % self.factor == 0 else value

    def _token(self, value: int) -> int:
        if value < _VOCABULARY - 64:
            return value
        return self._tokens.setdefault(value, _VOCABULARY - 1 - len(self._tokens))

    @staticmethod
    def _picture(value: int, patch: Any) -> int:
        patch = patch if isinstance(patch, int) else 1
        return value // 4 if value > 256 and value % (4 * patch) == 0 else value

    def _rope(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Sections of the rotary dimensions are widths, too."""
        found: dict[str, Any] = {}
        for name, value in parameters.items():
            if isinstance(value, dict):
                found[name] = self._rope(value)
            elif name == "mrope_section" and not self.heads:
                found[name] = [self._width(v) if v % self.factor == 0 else v for v in value]
            else:
                found[name] = value
        return found


def _fields(config: Any) -> list[str]:
    return [f.name for f in dataclasses.fields(config) if f.init and not f.name.startswith("_")]


def _total(config: Any) -> int | None:
    for name in ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "depth"):
        value = getattr(config, name, None)
        if isinstance(value, int):
            return value
    return None


def _per_layer(value: Any, total: int | None) -> bool:
    return isinstance(value, list | tuple) and total is not None and len(value) == total > 4


def _counts(value: Any) -> bool:
    """Whether it is the numbers of all layers, which tell no two kinds apart."""
    return [*value] == [*range(len(value))]


def _differs(config: Any, name: str) -> bool:
    """Whether a field holds something other than the class's own default."""
    if name in ("transformers_version", "architectures", "id2label", "label2id"):
        return False
    default = next(f for f in dataclasses.fields(config) if f.name == name).default
    value = _get(config, name)
    return value is not None and value != default


def _get(config: Any, name: str) -> Any:
    """A setting; of one that differs between layers, the value for all others."""
    try:
        return getattr(config, name, None)
    except RuntimeError:
        return vars(config).get(name)


def _outputs(config: Any, kept: list[int] | None) -> dict[str, Any]:
    """Which stages of a backbone are given out, where it is not the last one alone."""
    indices = vars(config).get("_out_indices")
    if not indices or len(indices) < 2 or "out_indices" in _fields(config):
        return {}
    fits = kept is None or max(indices) <= len(kept)
    return {"out_indices": list(indices) if fits else list(range(1, len(kept or ()) + 1))[-len(indices) :]}
