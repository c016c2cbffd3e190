"""Appearance: the options of what cards say and which parts stand out; a part of `spec.FigureSpec`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torchview_docs import options as kinds
from torchview_docs.assignments import Colour, Note
from torchview_docs.options import option

__all__ = ["SHADES", "Appearance"]

#: What cards can be shaded by, and the option that has it counted where that takes one.
SHADES: Mapping[str, str] = {"params": "", "flops": "show-flops", "activation": "show-memory"}


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """What cards say, which parts stand out, and what explains it."""

    show_names: bool = option(
        False, kinds.flag, "view", "Write on each card the path of its module, as seen from its panel."
    )
    show_params: bool = option(
        False, kinds.flag, "view", "Write on each card how many parameters its module has."
    )
    show_dtypes: bool = option(
        False, kinds.flag, "view", "Write on each card the dtype of what it makes (`float32`)."
    )
    show_outputs: bool = option(
        False, kinds.flag, "view", "Write on each card the shape of what it makes (`→ 1×64×56×56`)."
    )
    highlight: tuple[str, ...] = option(
        (),
        kinds.patterns,
        "view",
        "Have parts stand out by a thick border, and the rest step back. A part that is in a closed card "
        "is shown by that card.",
        hosts="page cli api",
        example="layer4 head",
    )
    color: tuple[Colour, ...] = option(
        (),
        kinds.colours,
        "view",
        "Give parts a colour of your own: to cards a tint, to panels a frame. Of several that name "
        "a part the last one counts. Lines are made darker or lighter as far as they are to be seen on a "
        "light and on a dark page.",
        example="layer4=#c2410c *Norm=grey",
    )
    note: tuple[Note, ...] = option(
        (),
        kinds.notes,
        "view",
        "Number parts (①, ②, …) and say something of each below the figure. A part that is in a closed "
        "card is numbered there.",
        hosts="page cli api",
        example="layer4.0.conv1 = Downsamples here; fc = One logit per class",
    )
    shade: str | None = option(
        None,
        kinds.choice(*SHADES),
        "view",
        "Shade each card by its share of the model's parameters, FLOPs or activation bytes, and write it "
        "on the card. What stands for several (× 12) has the share of all of them.",
        example="params",
    )
    legend: bool = option(
        False, kinds.flag, "view", "Explain below the figure the colours and signs that occur in it."
    )
