"""The MkDocs plugin: ``plugins: [torchview]``.

Fences are the Markdown extension's. The plugin is what belongs to a site: its configuration
(`config`), all figures in one batch (`figures`), the style sheet, `--dirty` builds (`dirty`) and what
`mkdocs serve` watches (`watching`).
"""

from __future__ import annotations

from torchview_docs.mkdocs_plugin.plugin import TorchviewPlugin

__all__ = ["TorchviewPlugin"]
