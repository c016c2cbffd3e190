"""Where the classes and functions in a figure are documented.

Looked for in the `py` domain, then wherever else Sphinx looks for missing references (intersphinx).
That is done when a page is written and without `pending_xref` nodes: those would be warned of where
a class is documented nowhere, which is no mistake in a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.singlehtml import SingleFileHTMLBuilder
from sphinx.errors import NoUri

if TYPE_CHECKING:
    from sphinx.builders import Builder as SphinxBuilder

__all__ = ["Links"]


class Links:
    """The addresses of classes and functions, as seen from one page.

    Args:
        builder: Writes the page.
        docname: The page.
    """

    def __init__(self, builder: SphinxBuilder, docname: str) -> None:
        self._builder = builder
        self._docname = docname

    def __call__(self, name: str) -> str | None:
        """The address of what `module.QualName` names; None where it is not documented."""
        for target in _public_names(name):
            reference = self._resolve(target)
            if reference is not None:
                return self._address(reference)
        return None

    def _resolve(self, target: str) -> nodes.Element | None:
        env = self._builder.env
        content = nodes.literal(target, target)
        xref = addnodes.pending_xref(
            "", refdomain="py", reftype="obj", reftarget=target, refexplicit=False, refdoc=self._docname
        )
        try:
            domain = env.get_domain("py")
            found = domain.resolve_xref(env, self._docname, self._builder, "obj", target, xref, content)
            return found or self._builder.events.emit_firstresult(
                "missing-reference", env, xref, content, allowed_exceptions=(NoUri,)
            )
        except NoUri:
            return None

    def _address(self, reference: nodes.Element) -> str | None:
        if reference.get("refid"):
            return f"#{reference['refid']}"
        address = reference.get("refuri")
        if not address:
            return None
        if reference.get("internal") and isinstance(self._builder, SingleFileHTMLBuilder):
            # All pages are one: of `index.html#document-api#pkg.Net` only the last part is an id.
            return "#" + str(address).rpartition("#")[2]
        return str(address)


def _public_names(name: str) -> Iterator[str]:
    """The name, and the one that its library documents it by."""
    if not name:
        return
    yield name
    # torch documents `torch.nn.modules.conv.Conv2d` as `torch.nn.Conv2d`. Names of other libraries
    # are not shortened: `pkg.old.Net` need not be `pkg.Net`.
    public = re.sub(r"^torch\.nn\.modules\.\w+\.", "torch.nn.", name)
    if public != name:
        yield public
