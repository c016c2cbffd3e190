"""Shapes: what the configuration of a Hugging Face model tells about the shapes of its arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch

from .configuration import configs, parameters, setting

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["Shapes"]

_TEXT = 16
_PICTURE = 64
_SOUND = 16_000


class Shapes:
    """What a model's configuration tells about the shapes of its arguments."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model
        self.config = model.config
        self.names = [p.name for p in parameters(model)]

    def forms(self, name: str) -> Iterator[Any]:
        """The forms of an argument; none if its name says nothing."""
        maker = getattr(self, f"_{name}", None)
        if maker is not None:
            yield from maker()
        elif name.endswith(("input_ids", "decoder_input_ids")):
            yield self._text("text", "decoder")
        elif name.endswith(("attention_mask", "pixel_mask")):
            yield torch.ones(1, _TEXT, dtype=torch.long)

    def find(self, *names: str, near: str = "", default: Any = None) -> Any:
        """The first of some settings that the configuration has, looked up in its parts."""
        parts = [v for k, v in vars(self.config).items() if near and near in k and hasattr(v, "to_dict")]
        for config in [c for part in [*parts, self.config] for c in configs(part)]:
            for name in names:
                value = setting(config, name)
                if value is not None:
                    return value
        return default

    # Text

    def _text(self, *near: str, length: int = _TEXT) -> torch.Tensor:
        vocabulary = next((v for n in near if (v := self.find("vocab_size", near=n))), 99)
        vocabulary = vocabulary if isinstance(vocabulary, int) else 99
        tokens = torch.randint(min(4, vocabulary - 1), min(vocabulary, 60), (1, length))
        end = self.find("eos_token_id", near=near[0])
        if isinstance(end, int) and 0 <= end < vocabulary:
            tokens[:, -1] = end
        return tokens

    def _input_ids(self) -> Iterator[torch.Tensor]:
        text = self._text("text", "encoder")
        if type(self.model).__name__.endswith("MultipleChoice"):
            yield text[:, None].repeat(1, 2, 1)
        yield text
        codebooks = self.find("num_codebooks", "num_quantizers", "n_codes_total")
        if isinstance(codebooks, int):
            yield text[:, :, None].repeat(1, 1, codebooks)
            yield text[:, None].repeat(1, codebooks, 1)
            yield text.repeat(codebooks, 1)

    def _decoder_input_ids(self) -> Iterator[torch.Tensor]:
        same = type(self.model).__name__.endswith(
            "SequenceClassification"
        )  # where the last token is looked for
        text = self._text("decoder", "text", length=_TEXT if same else 8)
        yield text
        codebooks = self.find("num_codebooks", "num_channels", near="decoder")
        if isinstance(codebooks, int):
            yield text[:, :, None].repeat(1, 1, codebooks)
            yield text[:, None].repeat(1, codebooks, 1)
            yield text.repeat(codebooks, 1)

    def _attention_mask(self) -> Iterator[torch.Tensor]:
        text = next(self._input_ids())
        yield torch.ones_like(text)

    def _mm_token_type_ids(self) -> Iterator[torch.Tensor]:
        yield torch.zeros(1, _TEXT, dtype=torch.long)

    def _codebook_idx(self) -> Iterator[int]:
        yield 2

    def _token_index(self) -> Iterator[int]:
        yield 1

    def _bbox(self) -> Iterator[torch.Tensor]:
        yield torch.tensor([10, 20, 30, 40]).repeat(1, _TEXT, 1)
        yield torch.rand(1, _TEXT, 8)

    def _xpath_tags_seq(self) -> Iterator[torch.Tensor]:
        yield torch.zeros(1, _TEXT, self.find("max_depth", default=50), dtype=torch.long)

    _xpath_subs_seq = _xpath_tags_seq

    def _inputs_embeds(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, _TEXT, self.find("hidden_size", "d_model", near="text"))

    def _encoder_hidden_states(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, _TEXT, self.find("encoder_hidden_size", "hidden_size", "d_model", near="text"))

    _query_embeds = _inputs_embeds
    _context_hidden_states = _inputs_embeds

    # Pictures

    def _sizes(self) -> Iterator[tuple[int, int]]:
        ratios = self.find("scaled_images_ratios")
        if ratios:
            size = int(self.find("patch_size") / min(ratios))
            yield size, size
        size = self.find("image_size", "img_size", "input_size", near="vision")
        size = [size.get("height", _PICTURE), size.get("width", _PICTURE)] if isinstance(size, dict) else size
        if isinstance(size, int):
            yield size, size
        elif size:
            yield int(size[0]), int(size[-1])
        else:
            yield _PICTURE, _PICTURE
        yield 224, 224
        yield 512, 512

    @property
    def _channels(self) -> int:
        found = self.find("num_channels", "in_channels", "in_chans", near="vision", default=3)
        return found if isinstance(found, int) and found < 32 else 3

    @property
    def _packed(self) -> bool:
        """Whether pictures come as one row of patches of all pictures, and their grids."""
        return any("grid_thw" in name for name in self.names)

    @property
    def _grid(self) -> tuple[int, int, int]:
        merge = self.find("spatial_merge_size", near="vision", default=2)
        return 1, 4 * merge, 4 * merge

    def _patches(self) -> torch.Tensor:
        patch = self.find("patch_size", near="vision", default=14)
        time = self.find("temporal_patch_size", near="vision", default=1)
        t, h, w = self._grid
        return torch.rand(t * h * w, self._channels * time * patch * patch)

    def _pixel_values(self) -> Iterator[torch.Tensor]:
        if self._packed:
            yield self._patches()
            patch = self.find("patch_size", near="vision", default=14)
            t, h, w = self._grid
            yield torch.rand(t * h * w, self._channels, patch, patch)
        if "pixel_position_ids" in self.names or "image_position_ids" in self.names:
            yield torch.rand(1, 36, self._channels * self.find("patch_size", near="vision", default=16) ** 2)
        frames = self.find("num_frames", near="vision")
        sizes = list(self._sizes())
        pictures = [torch.rand(1, self._channels, h, w) for h, w in sizes]
        frames = frames if isinstance(frames, int) else None
        if frames or self.find("tubelet_size", near="vision"):
            yield pictures[0][:, None].repeat(1, frames or 8, 1, 1, 1)
        yield pictures[0]
        yield pictures[0][:, None].repeat(1, 2, 1, 1, 1)
        yield from pictures[1:]

    def _pixel_values_videos(self) -> Iterator[torch.Tensor]:
        if self._packed:
            yield self._patches()
        frames = self.find("frames_per_clip", "num_frames", near="vision", default=8)
        for h, w in self._sizes():
            yield torch.rand(1, frames, self._channels, h, w)

    def _image_grid_thw(self) -> Iterator[torch.Tensor]:
        yield torch.tensor([self._grid])

    _video_grid_thw = _image_grid_thw
    _grid_thw = _image_grid_thw

    def _hidden_states(self) -> Iterator[torch.Tensor]:
        if self._packed:
            yield self._patches()
            patch = self.find("patch_size", near="vision", default=14)
            t, h, w = self._grid
            yield torch.rand(t * h * w, self._channels, patch, patch)
        yield torch.rand(1, _TEXT, self.find("hidden_size", "d_model", "dim", near="text", default=64))
        yield torch.rand(1, self._channels, *next(self._sizes()))

    def _pixel_position_ids(self) -> Iterator[torch.Tensor]:
        yield torch.stack(torch.meshgrid(torch.arange(6), torch.arange(6), indexing="xy"), -1).reshape(
            1, 36, 2
        )

    _image_position_ids = _pixel_position_ids

    def _image_sizes(self) -> Iterator[torch.Tensor]:
        yield torch.tensor([next(self._sizes())])

    def _pixel_mask(self) -> Iterator[torch.Tensor]:
        yield torch.ones(1, *next(self._sizes()), dtype=torch.long)

    def _bool_masked_pos(self) -> Iterator[torch.Tensor]:
        size, patch = next(self._sizes())[0], self.find("patch_size", near="vision", default=16)
        patch = patch if isinstance(patch, int) else patch[-1]
        count = (size // patch) ** 2
        frames, tubes = self.find("num_frames"), self.find("tubelet_size")
        if isinstance(frames, int) and isinstance(tubes, int):
            count *= frames // tubes
        mask = torch.zeros(1, count, dtype=torch.bool)
        mask[:, ::2] = True
        yield mask

    def _flattened_patches(self) -> Iterator[torch.Tensor]:
        patch = self.find("patch_size", near="vision", default=16)
        patches = torch.rand(1, 16, 2 + self._channels * patch * patch)
        patches[:, :, :2] = torch.arange(1, 17)[None, :, None] % 5
        yield patches

    def _input_boxes(self) -> Iterator[torch.Tensor]:
        if "pixel_values" in self.names and self.find("prompt_encoder_config") is not None:
            yield torch.tensor([[[4.0, 4.0, 20.0, 20.0]]])

    def _visual_feats(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, 4, self.find("visual_feat_dim", default=2048))

    def _visual_pos(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, 4, self.find("visual_pos_dim", default=4))

    # Sound

    def _input_features(self) -> Iterator[torch.Tensor]:
        bins = self.find(
            "num_mel_bins",
            "input_feat_per_channel",
            "feature_size",
            "n_mels",
            "feature_projection_input_dim",
            "input_feat_size",
            "input_size",
            "input_dim",
            "num_mels",
            near="audio",
            default=80,
        )
        positions = self.find("max_source_positions", near="audio")
        if isinstance(positions, int) and positions <= 3000:
            yield torch.rand(1, bins, 2 * positions)
        yield torch.rand(1, 128, bins)
        yield torch.rand(1, bins, 128)
        size = self.find("spec_size", near="audio", default=256)
        yield torch.rand(1, 1, 1001, self.find("num_mel_bins", near="audio", default=64))
        yield torch.rand(1, 1, size, size)

    def _input_features_mask(self) -> Iterator[torch.Tensor]:
        for features in self._input_features():
            yield torch.ones(1, features.shape[-2], dtype=torch.long)

    def _input_values(self) -> Iterator[torch.Tensor]:
        bins = self.find("num_mel_bins", "num_mels", near="audio", default=80)
        length = self.find("max_length", default=128)
        channels = self.find("audio_channels", default=1)
        if isinstance(self.find("max_length"), int) and self.find("num_mel_bins"):
            yield torch.rand(1, length, bins)
        if self.find("audio_channels", "sampling_rate", "codebook_size") is None:
            yield torch.rand(1, _SOUND)
        yield torch.rand(1, channels, _SOUND)
        yield torch.rand(1, _SOUND)
        yield torch.rand(1, 128, bins)

    def _audio_mel(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, 64, self.find("input_feat_size", default=128))

    def _audio_mel_mask(self) -> Iterator[torch.Tensor]:
        yield torch.zeros(1, 64, dtype=torch.bool)

    def _spectrogram(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, 64, self.find("model_in_dim", "num_mel_bins", default=80))

    def _audio_codes(self) -> Iterator[torch.Tensor]:
        yield torch.randint(0, 8, (1, self.find("num_codebooks", default=8), _TEXT))

    # Decisions

    def _states(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, 4, self.find("state_dim", default=17))

    def _actions(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, 4, self.find("act_dim", default=4))

    def _rewards(self) -> Iterator[torch.Tensor]:
        yield torch.rand(1, 4, 1)

    _returns_to_go = _rewards

    def _timesteps(self) -> Iterator[torch.Tensor]:
        yield torch.arange(4)[None]

    # Time series

    def _past_values(self) -> Iterator[torch.Tensor]:
        length = self.find("context_length", default=64)
        lags = self.find("lags_sequence", default=[0])
        inputs = self.find("input_size", default=1)
        if self.find("lags_sequence"):
            history = length + max(lags)
            yield torch.rand(1, history) if inputs == 1 else torch.rand(1, history, inputs)
        yield torch.rand(1, length, self.find("num_input_channels", default=1))
        yield torch.rand(1, length)

    def _past_time_features(self) -> Iterator[torch.Tensor]:
        history = next(self._past_values()).shape[1]
        yield torch.rand(1, history, self.find("num_time_features", default=0) or 0)

    def _past_observed_mask(self) -> Iterator[torch.Tensor]:
        for values in self._past_values():
            yield torch.ones_like(values)
