"""Sites built by Zensical, where the Markdown extension is all there is of us."""

from __future__ import annotations

import json
import os
import time

import pytest
from mkdocs_project import FIGURES, Project, assert_valid, figures, svgs

pytestmark = pytest.mark.slow


def zensical(project: Project, *options: str, code: int | None = 0, **environment: str) -> str:
    return project.run("zensical", "build", *options, code=code, **environment)


def test_figures_are_in_the_pages(built: Project, project: Project) -> None:
    output = zensical(project)
    assert project.imports == [], "the cache is the one that MkDocs has filled"
    assert "torchview:" not in output
    for name, count in FIGURES.items():
        html = project.page(name)
        assert svgs(html) == svgs(built.page(name))
        assert len(figures(html)) == count
        assert html.count("<style>.tv") + html.count("<style>:where(.tv") == 1
        assert_valid(html)


def test_an_example_stays_an_example_and_search_has_no_names_of_layers(project: Project) -> None:
    zensical(project)
    html = project.page("guide/nested.md")
    assert len(svgs(html)) == 2
    assert "torchview" in html.partition("<pre>")[2].partition("</pre>")[0]
    index = (project.root / "site/search.json").read_text()
    assert any("The net" in item["text"] for item in json.loads(index)["items"])
    assert "Linear" not in index


def test_a_clean_build_draws_a_changed_model_anew(project: Project) -> None:
    zensical(project)
    project.edit("src/zoo/pair.py", "self.right", "self.second")
    zensical(project, "--clean")
    assert len(project.imports) == 1, "one worker traces"
    assert "second" in svgs(project.page("pair.md"))[0]


def test_failures_are_told_with_page_and_line_and_shown(project: Project) -> None:
    text = (
        "---\ntitle: Bad\n---\n\n```torchview\nzoo.nets.Nat\n```\n\n```torchview depth=2\nzoo.nets.Net\n```\n"
    )
    project.write("docs/guide/bad.md", text)
    output = zensical(project)
    assert "torchview: docs/guide/bad.md:5: zoo.nets.Nat: " in output
    assert "torchview: docs/guide/bad.md:9: the fence's header 'torchview depth=2'" in output
    assert project.page("guide/bad.md").count('class="tv-error"') == 2
    strict = zensical(project, "--clean", code=None, TORCHVIEW_STRICT="1")
    assert "docs/guide/bad.md:5: zoo.nets.Nat" in strict
    assert not (project.root / "site/guide/bad/index.html").exists()


def test_strict_fails_the_build_by_option_too(project: Project) -> None:
    project.write("docs/bad.md", "```torchview\nzoo.nets.Net\ndpeth: 2\n```\n")
    project.edit("zensical.toml", 'paths = "src"', 'paths = "src"\nstrict = true')
    output = zensical(project, code=1)
    assert "docs/bad.md:1: unknown option 'dpeth'; did you mean 'depth'? (line 3)" in output


def test_the_worker_ends_with_the_build(project: Project) -> None:
    project.edit("src/zoo/pair.py", "self.right", "self.second")
    zensical(project)
    [line] = project.imports
    worker = int(line.split()[0])
    for _ in range(600):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail(f"process {worker} is still there")


def test_docstrings_and_their_page_share_no_ids(project: Project) -> None:
    fence = "```torchview\nzoo.nets.{}\ninput: float32[1, 4]\n```\n"
    docstring = fence.format("Net(hidden=16)") + "\n" + fence.format("Nat")
    body = "".join(f"    {line}\n" for line in docstring.splitlines())
    project.write("src/zoo/documented.py", f'class Documented:\n    """A net.\n\n{body}    """\n')
    project.write("docs/api.md", f"# API\n\n::: zoo.documented\n\n{fence.format('Net(hidden=16)')}")
    handler = '[project.plugins.mkdocstrings.handlers.python]\npaths = ["src"]\n'
    admonition = "[project.markdown_extensions.admonition]"
    project.edit("zensical.toml", admonition, handler + admonition)
    output = zensical(project)
    html = project.page("api.md")
    assert len(svgs(html)) == 2
    assert_valid(html)
    assert "torchview: docs/api.md: zoo.nets.Nat: " in output
    assert "in a docstring" in output
