"""Arguments: what the forward of a Hugging Face model can be called with, from its names and config.

Each name of an argument has one or more forms, the likeliest first: `input_features` are bins by
time in one model and time by bins in another, and no configuration says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import torch

from .case import Call
from .configuration import configs, parameters, setting
from .shapes import Shapes

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["calls"]


#: Arguments given whenever a forward has them, for a figure that shows the whole model.
_WANTED = (
    "input_ids", "bbox", "pixel_values", "pixel_values_videos", "image_grid_thw", "video_grid_thw",
    "input_features", "input_features_mask", "input_values", "decoder_input_ids", "input_boxes",
    "visual_feats", "visual_pos", "pixel_position_ids", "image_position_ids",
    "spatial_shapes", "pixel_attention_mask", "xpath_tags_seq", "xpath_subs_seq", "mm_token_type_ids",
    "states", "actions", "rewards", "returns_to_go", "timesteps", "past_time_features", "past_observed_mask",
    "encoder_hidden_states",
)  # fmt: skip
#: Of those, the ones that are neither text nor wanted without their model's main input.
_TOKENS = re.compile(r"tokens(?: do not match)?[^0-9]*(\d+)[^0-9]+(\d+)")


def calls() -> tuple[Callable[[PreTrainedModel], Call], ...]:
    """Ways to call a model: with all that it takes, then with less, each in several forms."""
    forms = range(5)
    return (
        *(_Maker(form, names) for names in (_all, _still, _main, _required) for form in forms),
        _dummy,
    )


def _dummy(model: PreTrainedModel) -> Call:
    return Call(kwargs=dict(model.dummy_inputs))


Names: TypeAlias = Callable[["PreTrainedModel"], list[str]]


def _required(model: PreTrainedModel) -> list[str]:
    return [p.name for p in parameters(model) if p.default is p.empty]


def _main(model: PreTrainedModel) -> list[str]:
    main = model.main_input_name
    mains = [main] if isinstance(main, str) else list(main)
    names = {p.name for p in parameters(model)}
    decoder = ["decoder_input_ids"] if getattr(model.config, "is_encoder_decoder", False) else []
    wanted = [n for n in (*mains, *decoder) if n in names]
    return wanted + [n for n in _required(model) if n not in wanted]


def _all(model: PreTrainedModel) -> list[str]:
    names = [p.name for p in parameters(model)]
    wanted = _main(model)
    wanted += [n for n in names if n in _WANTED and n not in wanted]
    if "attention_mask" in names and set(wanted) <= {"input_ids", "decoder_input_ids"}:
        wanted.append("attention_mask")
    return wanted


def _still(model: PreTrainedModel) -> list[str]:
    """All but moving pictures."""
    return [n for n in _all(model) if "video" not in n]


class _Maker:
    """Makes the arguments that it is told the names of, in one of their forms."""

    def __init__(self, form: int, names: Names) -> None:
        self.form = form
        self.names = names

    def __call__(self, model: PreTrainedModel) -> Call:
        shapes = Shapes(model)
        given: dict[str, Any] = {}
        for name in self.names(model):
            forms = list(shapes.forms(name))
            if not forms and name in _required(model):
                raise LookupError(f"no idea what {name} is")
            if forms:
                given[name] = forms[min(self.form, len(forms) - 1)]
        if self.form and not any(len(list(shapes.forms(name))) > self.form for name in given):
            raise LookupError("no further form")
        return Call(kwargs=_with_placeholders(model, given))


def _with_placeholders(model: PreTrainedModel, given: dict[str, Any]) -> dict[str, Any]:
    """As many tokens that stand for a picture, or a sound, as the model says that it needs."""
    text = given.get("input_ids")
    if text is None or len(given) < 2:
        return given
    for _ in range(3):
        try:
            with torch.no_grad():
                model(**given)
        except (ValueError, RuntimeError) as error:
            found = _TOKENS.search(str(error))
            token = _placeholder(model.config, str(error))
            if found is None or token is None:
                return given
            extra = torch.full((1, int(found[2]) - int(found[1])), token)
            text = torch.cat([text[:, :2], extra, text[:, 2:]], 1)
            given = given | {"input_ids": text}
            if "mm_token_type_ids" in given:
                given["mm_token_type_ids"] = _kinds_of_tokens(model.config, text)
        else:
            break
    return given


def _kinds_of_tokens(config: Any, text: torch.Tensor) -> torch.Tensor:
    """0 for text, 1 for what stands for a picture, 2 for a film."""
    kinds = torch.zeros_like(text)
    for kind, name in ((1, "image"), (2, "video")):
        token = _placeholder(config, name)
        if token is not None:
            kinds[text == token] = kind
    return kinds


def _placeholder(config: Any, message: str) -> int | None:
    for kind in ("video", "audio", "image", "Multimodal"):
        if kind.lower() in message.lower():
            for part in configs(config):
                for name in (f"{kind}_token_id", f"{kind}_token_index", "image_token_id", "audio_token_id"):
                    if isinstance(value := setting(part, name), int):
                        return value
    return None
