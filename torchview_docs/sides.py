"""Sides: what an author says of a figure that compares two models, `old -> new`.

The arrow stands between two models, and in the value of an option that may differ between them: what
they are called with, what is traced, and what is in focus. An option without it is for both. A side
that is empty is one for which the option is not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torchview_docs.brackets import outside
from torchview_docs.errors import OptionError
from torchview_docs.expression_parser import parse_model
from torchview_docs.options import Host
from torchview_docs.spec import OPTIONS, FigureSpec

__all__ = ["ARROW", "SIDED", "halves", "read_sides"]

ARROW = "->"

#: The options that may differ between the two models.
SIDED = frozenset({*(name for name, option in OPTIONS.items() if option.scope == "trace"), "focus"})


def halves(text: str) -> tuple[str, ...]:
    """What stands left and right of the arrow; the text itself where there is none.

    Raises:
        OptionError: There are several arrows.
    """
    places = outside(text, ARROW)
    if len(places) > 1:
        raise OptionError(f"{text!r} has {len(places)} arrows: two are compared, `old {ARROW} new`")
    if not places:
        return (text,)
    return text[: places[0]].strip(), text[places[0] + len(ARROW) :].strip()


def read_sides(
    model: str,
    given: Mapping[str, object],
    *,
    host: Host = "page",
    defaults: Mapping[str, Any] | None = None,
) -> FigureSpec:
    """The spec of a comparison from what the author wrote: that of the model after, with the one before.

    Args:
        model: The model expressions, or one model where options differ.
        given: Options by name.
        host: Where they were written.
        defaults: Values by field name from the project's configuration.

    Raises:
        ExpressionError: In a model or input expression, with the character.
        OptionError: An unknown option or a wrong value, or nothing differs.
    """
    models = halves(model)
    if not all(models):
        missing = "before" if not models[0] else "after"
        raise OptionError(f"the model {missing} is missing: write `old {ARROW} new`")
    sides: tuple[dict[str, object], ...] = ({}, {})
    differs = len(models) > 1
    for name, value in given.items():
        parts = halves(value) if isinstance(value, str) and _is_sided(name) else (value,)
        differs |= len(parts) > 1
        for side, part in zip(sides, (parts[0], parts[-1]), strict=True):
            if len(parts) == 1 or part:
                side[name] = part
    if not differs:
        parse_model(model)  # an arrow may be in a bracket that is never closed
        listed = ", ".join(f"`{name}`" for name in sorted(SIDED))
        raise OptionError(
            f"there is one model and nothing to compare it with: write `old {ARROW} new`, for the model or "
            f"for an option that may differ ({listed})"
        )
    old, new = (
        FigureSpec.read(one, side, host=host, defaults=defaults)
        for one, side in zip((models[0], models[-1]), sides, strict=True)
    )
    return replace(new, old=old)


def _is_sided(name: str) -> bool:
    return name.strip().replace("_", "-").lower() in SIDED
