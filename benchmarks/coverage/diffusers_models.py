"""The models of diffusers, small: their settings are divided, and their inputs guessed by name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import diffusers
import torch

from .case import Call, Case

__all__ = ["cases"]

_LAYERS = re.compile(r"(^|_)(num_|n_)?(\w+_)?layers$|^num_\w*blocks$|depth$|^mmdit_layers$")
_HEADS = re.compile(r"(num_|n_)(\w+_)?heads$|^num_key_value_heads$|_heads$")
_WIDTHS = re.compile(
    r"^(hidden_size|intermediate_size|ffn_dim|ff_dim|dim|model_dim|inner_dim|joint_attention_dim|text_dim|text_embed_dim"
    r"|caption_projection_dim|cross_attention_dim|text_in_dim|llm_features_dim|text_hidden_dim|cap_feat_dim|base_dim"
    r"|ffn_hidden_size|time_dim|time_embed_dim|in_text_dim|caption_channels|model_channels|channels|ch|dit_dim)$"
)
_STAGES = re.compile(r"out_channels$|channel_list|stage_channels")
#: Settings without a default, or whose default None does not do.
_ABSENT: dict[str, Any] = {
    "in_channels": 4, "out_channels": 4, "patch_size": 2, "latent_channels": 4,
    "block_out_channels": (32, 64), "layers_per_block": 1,
    "sample_size": 32, "spatial_compression_ratio": 4, "cross_attention_dim": 64,
}  # fmt: skip
_TEXT_WIDTHS = (
    "encoder_hid_dim", "joint_attention_dim", "text_dim", "text_embed_dim", "caption_channels",
    "cap_feat_dim", "text_hidden_dim", "in_text_dim", "text_in_dim", "llm_features_dim",
    "encoder_hidden_states_channels",
    "dit_text_dim", "cross_attention_dim", "context_dim", "text_feat_dim",
)  # fmt: skip
_WANTED = (
    "encoder_hidden_states", "timestep", "pooled_projections", "img_ids", "txt_ids", "guidance",
    "class_labels",
    "encoder_hidden_states_t5", "text_embedding_mask", "text_embedding_mask_t5",
)  # fmt: skip
_LARGEST = 100_000_000


def cases() -> Iterator[Case]:
    """A case for each model class."""
    base = diffusers.ModelMixin
    for name in sorted(dir(diffusers)):
        cls = getattr(diffusers, name, None)
        if isinstance(cls, type) and issubclass(cls, base) and cls is not base and "Multi" not in name:
            models = tuple(partial(_model, cls, factor) for factor in (8, 4, 2, 1))
            yield Case("diffusers", name, models, tuple(partial(_call, form) for form in range(5)))


def _model(cls: Any, factor: int) -> torch.nn.Module:
    settings: dict[str, Any] = {}
    for parameter in list(inspect.signature(cls.__init__).parameters.values())[1:]:
        value = None if parameter.default is parameter.empty else parameter.default
        if value is None and parameter.name in _ABSENT:
            required = parameter.default is parameter.empty or parameter.name in ("in_channels", "patch_size")
            if required:
                settings[parameter.name] = _ABSENT[parameter.name]
        elif (smaller := _smaller(parameter.name, value, factor)) != value:
            settings[parameter.name] = smaller
    with torch.device("meta"):
        size = sum(p.numel() for p in cls(**settings).parameters())
    if size > _LARGEST:
        raise ValueError(f"{size:,} parameters are too many")
    model: torch.nn.Module = cls(**settings)
    return model


def _smaller(name: str, value: Any, factor: int) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if _LAYERS.search(name) and "per_block" not in name:
            return min(value, 2)
        if name == "norm_num_groups" and factor > 1:
            return max(1, value // factor)
        if _HEADS.search(name) or _WIDTHS.search(name):
            return value // factor if value % factor == 0 else value
    if isinstance(value, list | tuple) and _STAGES.search(name) and all(isinstance(v, int) for v in value):
        return type(value)(v // factor if v % factor == 0 and v >= 8 * factor else v for v in value)
    return value


def _call(form: int, model: torch.nn.Module) -> Call:
    arguments = Arguments(model, form)
    given: dict[str, Any] = {}
    for parameter in inspect.signature(model.forward).parameters.values():
        required = parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        if required or parameter.name in _WANTED:
            value = arguments.of(parameter.name)
            if value is None and required:
                raise LookupError(f"no idea what {parameter.name} is")
            if value is not None:
                given[parameter.name] = value
    return Call(kwargs=given)


class Arguments:
    """What a model's settings tell about its arguments, in one of the forms that latents have."""

    def __init__(self, model: torch.nn.Module, form: int) -> None:
        self.config: Any = model.config
        self.form = form

    def of(self, name: str) -> Any:
        """An argument by its name; None if it is not known or not wanted."""
        maker = getattr(self, f"_{name}", None)
        return maker() if maker is not None else None

    def _find(self, *names: str, default: Any = None) -> Any:
        return next((v for n in names if (v := getattr(self.config, n, None)) is not None), default)

    def _latents(self) -> torch.Tensor:
        channels = self._find(
            "in_channels", "in_visual_dim", "input_channels", "audio_channels", "latent_dim", default=3
        )
        forms = (
            (1, channels, 16, 16),
            (1, channels, 5, 16, 16),
            (1, 16, channels),
            (1, channels, 64, 64),
            (1, channels, 8192),
        )
        return torch.rand(*forms[self.form])

    _hidden_states = _sample = _x = _latents

    def _timestep(self) -> torch.Tensor:
        return torch.tensor([1.0])

    _t = _r_timestep = _timestep_r = _timestep

    def _encoder_hidden_states(self) -> torch.Tensor | None:
        width = self._find(*_TEXT_WIDTHS)
        width = width[0] if isinstance(width, list | tuple) else width
        return torch.rand(1, 8, width) if isinstance(width, int) else None

    _text_hidden_states = _cap_feats = _text_bth = _encoder_hidden_states

    def _encoder_hidden_states_t5(self) -> torch.Tensor | None:
        width = self._find("cross_attention_dim_t5")
        return torch.rand(1, self._find("text_len_t5", default=8), width) if width else None

    def _encoder_attention_mask(self) -> torch.Tensor:
        return torch.ones(1, 8, dtype=torch.long)

    _text_attention_mask = _encoder_mask = _encoder_attention_mask

    def _pooled_projections(self) -> torch.Tensor | None:
        width = self._find("pooled_projection_dim", "in_text_dim2")
        return torch.rand(1, width) if width else None

    def _axes(self) -> int:
        return len(self._find("axes_dims_rope", "rope_axes_dim", "axes_dims", default=(0, 0, 0)))

    def _img_ids(self) -> torch.Tensor:
        return torch.zeros(16, self._axes())

    def _txt_ids(self) -> torch.Tensor:
        return torch.zeros(8, self._axes())

    def _guidance(self) -> torch.Tensor | None:
        return torch.tensor([1.0]) if self._find("guidance_embeds", default=False) else None

    def _class_labels(self) -> torch.Tensor | None:
        wanted = self._find("num_embeds_ada_norm", "num_class_embeds")
        return torch.tensor([1]) if wanted else None

    def _conditioning_scale(self) -> float:
        return 1.0

    def _controlnet_cond(self) -> torch.Tensor:
        latents = self._latents()
        return (
            latents
            if self.form == 2
            else torch.rand(1, self._find("conditioning_channels", default=3), 128, 128)
        )

    def _target_size(self) -> torch.Tensor:
        return torch.tensor([[128.0, 128.0]])

    _original_size = _crop_coords = _target_size

    def _text_lens(self) -> torch.Tensor:
        return torch.tensor([8])

    def _img_shapes(self) -> list[list[tuple[int, int, int]]]:
        return [[(1, 4, 4)]]

    def _fps(self) -> torch.Tensor:
        return torch.tensor([8])
