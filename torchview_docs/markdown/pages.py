"""Page: the text that is being converted, as far as the host says what it is.

Plain Python-Markdown says nothing. Zensical keeps the page in a preprocessor, also in the Markdown
instances that convert docstrings into it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown import Markdown

__all__ = ["Page", "host_root"]


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        name: For messages; empty where it is not known.
        file: Where it is written, for the lines in it.
        ids: Of the figures that it has, shared by everything that is converted into it.
    """

    name: str = ""
    file: Path | None = None
    ids: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, md: Markdown) -> Page:
        """The page that a Markdown instance converts."""
        context = _zensical(md)
        if context is None:
            return cls()
        path = Path(context.config["docs_dir"], context.page.path)
        # Zensical makes its page anew for each conversion, so the ids end with it.
        ids = vars(context.page).setdefault("torchview_ids", set())
        return cls(str(path), Path(context.config["root_dir"], path), ids)


def host_root(md: Markdown) -> Path:
    """The folder of the host's configuration file, else the current one."""
    context = _zensical(md)
    return Path(context.config["root_dir"]) if context is not None else Path()


def _zensical(md: Markdown) -> Any:
    """Zensical's context of the page, None elsewhere."""
    # A Registry has no `get`.
    name = "rendering_context"
    return md.preprocessors[name] if name in md.preprocessors else None  # noqa: SIM401
