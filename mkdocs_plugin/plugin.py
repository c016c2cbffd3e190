"""The plugin: what it does at which event of MkDocs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config.base import LegacyConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority

from torchview_docs.markdown import TorchviewExtension
from torchview_docs.mkdocs_plugin.assets import add_style_sheet, link_style_sheet
from torchview_docs.mkdocs_plugin.config import SCHEME, read_project, unify
from torchview_docs.mkdocs_plugin.dirty import PageSources
from torchview_docs.mkdocs_plugin.figures import SiteFigures, logger
from torchview_docs.mkdocs_plugin.watching import Watch, watched

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.base import ConfigErrors, ConfigWarnings
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

__all__ = ["TorchviewPlugin"]

#: The names under which a site may have loaded the Markdown extension itself.
_EXTENSION = ("torchview", "torchview_docs.markdown")


class TorchviewPlugin(BasePlugin[LegacyConfig]):  # type: ignore[no-untyped-call]  # MkDocs has no type there
    """Figures of PyTorch models in MkDocs."""

    config_scheme = SCHEME

    def __init__(self) -> None:
        super().__init__()
        self.dirty = False
        self.watch: Watch | None = None

    def load_config(
        self, options: dict[str, Any], config_file_path: str | None = None
    ) -> tuple[ConfigErrors, ConfigWarnings]:
        """Check what mkdocs.yml says; names may be written with `_` or `-`."""
        known, wrong = unify(options)
        errors, warnings = super().load_config(known, config_file_path)
        return [*wrong, *errors], warnings

    def on_startup(self, *, dirty: bool, **_: Any) -> None:
        """Note how MkDocs was called; that this exists keeps the plugin from build to build."""
        self.dirty = dirty

    def on_config(self, config: MkDocsConfig) -> None:
        """Begin a build: its project, the Markdown extension, the style sheet."""
        project = read_project(config, self.config)
        self.figures = SiteFigures(project)
        self.sources = PageSources(project.cache_folder, _relative(config.docs_dir, project.root))
        for name in _EXTENSION:
            if name in config.markdown_extensions:
                config.markdown_extensions.remove(name)
            if config.mdx_configs.pop(name, None):
                logger.warning(
                    "torchview: what `markdown_extensions` says of %s does nothing beside the plugin: "
                    "write it below `torchview` of `plugins`",
                    name,
                )
        extension = TorchviewExtension(requests=self.figures.requests, defaults=project.defaults)
        # MkDocs says a list of names, Python-Markdown takes extensions as well.
        config.markdown_extensions.append(extension)  # type: ignore[arg-type]
        link_style_sheet(config)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Add the style sheet; have a dirty build read the pages of changed models."""
        add_style_sheet(config, files)
        if self.dirty:
            self.sources.mark(files)

    def on_env(self, _env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Put all figures into their pages: after all are read, before search indexes see them."""
        self.figures.fill(config, files)
        for page, results in self.figures.pages.items():
            self.sources.note(page, results)
        self.sources.save()
        self._update_watch()

    @event_priority(100)
    def _hide(self, _context: TemplateContext, /, *, page: Page, **_: Any) -> None:
        self.figures.hide(page)

    @event_priority(-100)
    def _show(self, _context: TemplateContext, /, *, page: Page, **_: Any) -> None:
        self.figures.show(page)

    #: Between the two, search plugins take a page's text: captions they find, names of layers not.
    on_page_context = CombinedEvent(_hide, _show)

    def on_post_page(self, output: str, /, **_: Any) -> str:
        """Put figures where a theme's plugin has converted fences once more."""
        return self.figures.fill_late(output)

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Put figures into what other plugins have written; end a strict build in which one failed.

        Raises:
            PluginError: Also where MkDocs counts no warnings, with `-q`.
        """
        self.figures.fill_written(Path(config.site_dir))
        failed = self.figures.failed
        if failed and config.strict:
            count = f"{len(failed)} figure{'s' * (len(failed) != 1)}"
            raise PluginError(f"torchview: {count} could not be drawn: {', '.join(failed)}")

    def on_serve(self, server: LiveReloadServer, /, **_: Any) -> LiveReloadServer:
        """Watch the models' sources."""
        self.watch = Watch(server)
        self._update_watch()
        return server

    def _update_watch(self) -> None:
        if self.watch is not None:
            self.watch.update(watched(self.figures.project, self.figures.results))


def _relative(folder: str, root: Path) -> str:
    """The folder as seen from the project's; as it is where it lies on another drive."""
    try:
        return os.path.relpath(folder, root)
    except ValueError:
        return folder
