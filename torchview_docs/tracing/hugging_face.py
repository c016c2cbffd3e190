"""What the configuration of a Hugging Face model says of its input; nothing is imported for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from torchview_docs.expressions import Tensor

__all__ = ["hugging_face_inputs"]

#: Of text, as many tokens; of sound, a second at the rate that nearly all models hear.
_TOKENS, _SAMPLES, _SIDE = 16, 16_000, 224


def hugging_face_inputs(model: Any, accepted: Collection[str]) -> dict[str, Tensor] | None:
    """Text, picture, video and sound as large as the configuration says; None where it says nothing.

    Args:
        model: The model.
        accepted: The names of its forward's parameters.
    """
    config = getattr(model, "config", None)
    main = getattr(model, "main_input_name", None)
    if not hasattr(config, "to_dict") or not isinstance(main, str):
        return None
    found: dict[str, Tensor] = {}
    if "input_ids" in accepted and main in ("input_ids", "pixel_values"):
        found["input_ids"] = Tensor("int64", (1, _TOKENS))
    if "pixel_values" in accepted:
        picture = _picture(config)
        if picture is not None:
            found["pixel_values"] = picture
    sound = _sound(config, main) if main in accepted else None
    if sound is not None:
        found[main] = sound
    if main not in found:
        return None
    if "decoder_input_ids" in accepted and getattr(config, "is_encoder_decoder", False):
        found["decoder_input_ids"] = Tensor("int64", (1, _TOKENS))
    return found


def _picture(config: Any) -> Tensor | None:
    for part in _parts(config):
        channels, frames = getattr(part, "num_channels", 3), getattr(part, "num_frames", None)
        sides = _sides(getattr(part, "image_size", None))
        if sides is not None and isinstance(channels, int):
            video = (frames,) if isinstance(frames, int) else ()
            return Tensor("float32", (1, *video, channels, *sides))
    channels = getattr(config, "num_channels", None)
    # A convolutional model takes pictures of any size; this is what most processors scale them to.
    return Tensor("float32", (1, channels, _SIDE, _SIDE)) if isinstance(channels, int) else None


def _sides(size: Any) -> tuple[int, int] | None:
    if isinstance(size, int):
        return size, size
    if isinstance(size, list | tuple) and len(size) == 2 and all(isinstance(side, int) for side in size):
        return size[0], size[1]
    return None


def _sound(config: Any, main: str) -> Tensor | None:
    """A spectrogram, or samples where the configuration counts no bins."""
    bins = getattr(config, "num_mel_bins", None)
    if main == "input_features" and isinstance(bins, int):
        positions = getattr(config, "max_source_positions", None)
        # Whisper's encoder halves what it hears.
        return Tensor("float32", (1, bins, 2 * positions)) if isinstance(positions, int) else None
    if main == "input_values":
        length = getattr(config, "max_length", None)
        if isinstance(bins, int) and isinstance(length, int):
            return Tensor("float32", (1, length, bins))
        channels = getattr(config, "audio_channels", None)
        return Tensor("float32", (1, channels, _SAMPLES) if isinstance(channels, int) else (1, _SAMPLES))
    return None


def _parts(config: Any) -> Iterator[Any]:
    """The configuration itself, then those of its parts: that of vision has the size of pictures."""
    yield config
    yield from (v for name, v in vars(config).items() if name.endswith("_config") and hasattr(v, "to_dict"))
