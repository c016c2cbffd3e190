"""A caption as HTML: inline Markdown, read by the page's own rules.

Code, emphasis, links and whatever else the page's extensions know inside a line; no paragraphs or
lists. A link to another page is made relative as in the page's text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from markdown import Markdown

__all__ = ["caption_html"]

#: What makes HTML of a line's text; `relpath` is MkDocs' and knows where pages are.
_TREE = ("inline", "relpath", "unescape")
_TEXT = ("raw_html", "amp_substitute", "unescape")


def caption_html(md: Markdown, text: str) -> str:
    """The caption as HTML.

    Args:
        md: Has just converted the page that the caption is in.
        text: The caption as written.
    """
    # The processors look at what is in an element, not at its own text.
    root = ET.Element("div")
    line = ET.SubElement(root, "span")
    line.text = " ".join(text.split())
    for name in _TREE:
        if name in md.treeprocessors:
            md.treeprocessors[name].run(root)
    html: str = md.serializer(line)
    for name in _TEXT:
        if name in md.postprocessors:
            html = md.postprocessors[name].run(html)
    return re.sub(r"\A\s*<span>|</span>\s*\Z", "", html)
