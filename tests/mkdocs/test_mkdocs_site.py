"""Sites built by MkDocs: what is in their pages, what a build traces, how it fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from mkdocs_project import FIGURES, MKDOCS, NET, Project, assert_valid, figures, svgs, traced


def test_every_figure_is_an_inline_svg_in_valid_html(built: Project) -> None:
    for name, count in FIGURES.items():
        html = built.page(name)
        assert len(svgs(html)) == len(figures(html)) == count, name
        assert "data-torchview" not in html
        assert_valid(html)


def test_captions_names_and_ids(built: Project) -> None:
    first, second, third = figures(built.page("index.md"))
    assert first.startswith('<figure class="torchview" id="fig-net">')
    assert first.endswith("<figcaption>The <em>net</em>.</figcaption></figure>")
    ids = [re.match(r'<figure class="torchview" id="(torchview-\w{8}(-2)?)">', f) for f in (second, third)]
    assert ids[0]
    assert ids[1]
    assert ids[1][1] == f"{ids[0][1]}-2"


def test_an_example_stays_an_example(built: Project) -> None:
    html = built.page("guide/nested.md")
    assert "zoo.nets.Net(hidden=16)" in re.sub(r"<figure.*?</figure>|<.*?>", "", html, flags=re.DOTALL)


def test_the_pages_link_the_style_sheet_relatively(built: Project) -> None:
    name = next(built.root.glob("site/assets/torchview.*.css")).name
    assert f'href="assets/{name}"' in built.page("index.md")
    assert f'href="../../assets/{name}"' in built.page("guide/nested.md")


def test_search_finds_captions_and_no_names_of_layers(built: Project) -> None:
    index = json.loads((built.root / "site/search/search_index.json").read_text())
    text = " ".join(entry["text"] for entry in index["docs"])
    assert "The net." in re.sub(r"\s+", " ", text).replace("net .", "net.")
    assert "Linear" not in text
    assert "Computation graph" not in text


def test_a_second_build_imports_no_torch_and_writes_the_same(built: Project, project: Project) -> None:
    output = project.mkdocs("--strict")
    assert project.imports == []
    assert traced(output) == []
    for name in FIGURES:
        assert figures(project.page(name)) == figures(built.page(name))


@pytest.mark.slow
def test_an_edit_traces_the_figures_of_that_source_and_no_other(project: Project) -> None:
    project.edit("src/zoo/pair.py", "self.right", "self.second")
    assert traced(project.mkdocs()) == ["zoo.pair.Pair"]
    project.edit("src/zoo/nets.py", '"""What it does."""', "# What it does.")
    assert traced(project.mkdocs()) == []
    assert project.imports == []


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["readthedocs", "material"])
@pytest.mark.parametrize("urls", ["true", "false"])
def test_themes_and_addresses(project: Project, theme: str, urls: str) -> None:
    project.edit("mkdocs.yml", "name: mkdocs", f"name: {theme}")
    project.edit("mkdocs.yml", "site_name: Zoo", f"site_name: Zoo\nuse_directory_urls: {urls}")
    project.mkdocs("--strict")
    assert project.imports == []
    for name, count in FIGURES.items():
        html = project.page(name)
        assert len(svgs(html)) == count
        assert_valid(html)
    css = re.search(r'href="([^"]*torchview\.\w+\.css)"', project.page("guide/nested.md"))
    assert css
    place = "site/guide/nested" if urls == "true" else "site/guide"
    assert (project.root / place / css[1]).resolve().is_file()


@pytest.mark.slow
def test_material_search_has_no_names_of_layers(project: Project) -> None:
    project.edit("mkdocs.yml", "name: mkdocs", "name: material")
    project.mkdocs("--strict")
    text = (project.root / "site/search/search_index.json").read_text()
    assert "The net" in re.sub(r"</?em>", "", text)
    assert "Linear" not in text


@pytest.mark.slow
def test_no_configuration_but_the_plugins_name_is_needed(project: Project) -> None:
    project.write("mkdocs.yml", "site_name: Zoo\nplugins: [torchview]\n")
    project.write("pyproject.toml", "[tool.torchview-docs]\npaths = ['src']\n")
    project.mkdocs("--strict")
    assert project.imports == []
    assert len(svgs(project.page("index.md"))) == 3
    assert len(svgs(project.page("pair.md"))) == 1


@pytest.mark.slow
def test_the_markdown_extension_may_be_listed_too(project: Project) -> None:
    project.edit("mkdocs.yml", "  - admonition\n", "  - torchview\n  - admonition\n")
    project.mkdocs("--strict")
    assert len(svgs(project.page("index.md"))) == 3
    assert "<style>/*" not in project.page("index.md")


@pytest.mark.slow
def test_options_of_the_markdown_extension_do_not_go_unheard_beside_the_plugin(project: Project) -> None:
    project.edit("mkdocs.yml", "  - admonition\n", "  - torchview:\n      depth: 0\n  - admonition\n")
    output = project.mkdocs("--strict", code=1)
    assert "what `markdown_extensions` says of torchview does nothing beside the plugin" in output


@pytest.mark.slow
def test_lists_of_blog_posts_have_their_figures(project: Project) -> None:
    project.write("mkdocs.yml", MKDOCS.replace("name: mkdocs", "name: material").replace("search", "blog"))
    project.write("docs/blog/index.md", "# Blog\n\n" + NET.format("depth: 1\n"))
    for day, name in enumerate(("first", "second"), 1):
        head, figure = (
            f"---\ndate: 2026-01-0{day}\n---\n\n# {name}\n\n",
            NET.format(f"caption: The *{name}*.\n"),
        )
        project.write(f"docs/blog/posts/{name}.md", f"{head}{figure}\n<!-- more -->\n\nRest.\n")
    output = project.mkdocs("--strict")
    assert project.imports == []
    html = project.page("blog/index.md")
    assert len(svgs(html)) == 3
    assert "<figcaption>The <em>second</em>.</figcaption>" in html
    assert_valid(html)
    assert "data-torchview" not in html
    assert output.count("to trace") == 0


@pytest.mark.slow
def test_a_docs_dir_elsewhere_and_an_absolute_site_dir(project: Project, tmp_path: Path) -> None:
    project.edit("mkdocs.yml", "site_name: Zoo", "site_name: Zoo\ndocs_dir: content/en/docs")
    (project.root / "content/en").mkdir(parents=True)
    (project.root / "docs").rename(project.root / "content/en/docs")
    project.write("content/en/docs/sub/bad.md", "# Bad\n\n```torchview\nzoo.nets.Nat\n```\n")
    output = project.mkdocs("-d", str(tmp_path / "out"))
    assert "content/en/docs/sub/bad.md:3: zoo.nets.Nat" in output
    assert len(svgs((tmp_path / "out/guide/nested/index.html").read_text())) == 2


@pytest.mark.slow
def test_defaults_come_from_the_configuration(project: Project) -> None:
    project.edit("mkdocs.yml", "paths: src", "paths: [src]\n      depth: 0\n      class: wide")
    project.mkdocs("--strict")
    assert project.imports == []
    html = project.page("pair.md")
    assert html.count('<figure class="torchview wide"') == 1
    assert "left" in svgs(html)[0], "the page says depth=1"
    assert "body" not in svgs(project.page("index.md"))[0]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dpeth: 2", "did you mean 'depth'"),
        ("depth: two", "a whole number from 0"),
        ("caption: x", "per figure"),
        ("workers: 0", "at least 1"),
    ],
)
def test_a_wrong_configuration_stops_the_build(project: Project, line: str, words: str) -> None:
    project.edit("mkdocs.yml", "paths: src", f"paths: src\n      {line}")
    output = project.mkdocs(code=1)
    assert words in output
    assert line.partition(":")[0] in output


BAD = """---
title: Bad
---

# Bad

```torchview
zoo.nets.Nat
input: float32[1, 4]
```

```torchview depth=2
zoo.nets.Net
```

```torchview
zoo.nets.Net
input: float32[1, 5]
name: fig-bad
```

```torchview
zoo.nets.Net(hidden=16)
input: float32[1, 4]
dpeth: 2
```

!!! note

    ```torchview
    Net
    ```

"""
LINES = {
    7: "did you mean 'Net'",
    12: "cannot be parsed",
    16: "float32",
    22: "did you mean 'depth'",
    30: "module",
}


@pytest.fixture
def bad(project: Project) -> Project:
    project.write("docs/guide/bad.md", BAD + NET.format(""))
    return project


@pytest.fixture(scope="session")
def remembered(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with bad figures that has been built, so that their failures are remembered."""
    project = built.copy(tmp_path_factory.mktemp("bad") / "zoo")
    project.write("docs/guide/bad.md", BAD + NET.format(""))
    project.mkdocs()
    return project


def _warnings(output: str) -> dict[int, str]:
    found = re.findall(r"WARNING +-  torchview: docs/guide/bad\.md:(\d+): (.*)", output)
    return {int(line): text for line, text in found}


def test_failures_are_told_with_page_and_line_and_shown_in_the_page(bad: Project) -> None:
    output = bad.mkdocs()
    warnings = _warnings(output)
    assert sorted(warnings) == sorted(LINES)
    for line, words in LINES.items():
        assert words in output, line
    html = bad.page("guide/bad.md")
    assert html.count('class="tv-error"') == len(LINES)
    assert len(svgs(html)) == 1
    assert 'id="fig-bad"' in html
    assert_valid(html)
    assert len(svgs(bad.page("index.md"))) == 3


@pytest.mark.slow
def test_failures_come_back_without_torch_and_fail_a_strict_build(remembered: Project) -> None:
    output = remembered.mkdocs("--strict", code=1)
    assert sorted(_warnings(output)) == sorted(LINES)
    assert f"{len(LINES)} figures could not be drawn" in output
    assert remembered.imports == []
    quiet = remembered.mkdocs("-q", "--strict", code=1)
    assert f"{len(LINES)} figures could not be drawn: docs/guide/bad.md:7, " in quiet
    assert "WARNING" not in quiet


@pytest.mark.slow
def test_the_site_is_written_before_a_strict_build_fails(remembered: Project, tmp_path: Path) -> None:
    project = remembered.copy(tmp_path / "zoo")
    project.mkdocs("-q", "--strict", code=1)
    assert project.page("guide/bad.md").count('class="tv-error"') == len(LINES)


@pytest.mark.slow
def test_a_fence_that_is_not_in_the_file_is_told_without_a_line(project: Project) -> None:
    project.write("docs/snippet.txt", "```torchview\nzoo.nets.Nat\n```\n")
    project.write("docs/snip.md", '# Snip\n\n--8<-- "docs/snippet.txt"\n')
    project.edit("mkdocs.yml", "  - admonition\n", "  - admonition\n  - pymdownx.snippets\n")
    output = project.mkdocs()
    assert re.search(r"WARNING +-  torchview: docs/snip\.md: zoo\.nets\.Nat: .*snippet", output)


@pytest.mark.slow
def test_a_dirty_build_reads_the_pages_of_a_changed_model(project: Project) -> None:
    project.mkdocs()
    before = {name: project.page(name) for name in FIGURES}
    project.edit("src/zoo/pair.py", "self.right", "self.second")
    assert traced(project.mkdocs("--dirty")) == ["zoo.pair.Pair"]
    assert "second" in project.page("pair.md")
    assert {n: project.page(n) for n in FIGURES if n != "pair.md"} == {
        n: before[n] for n in FIGURES if n != "pair.md"
    }
    assert "Building page" not in project.mkdocs("--dirty", "-v")


@pytest.mark.slow
def test_properdocs_builds_the_same_site(built: Project, project: Project) -> None:
    project.write("docs/bad.md", "# Bad\n\n```torchview\nzoo.nets.Net\ndpeth: 2\n```\n")
    output = project.run("properdocs", "build", "-f", "mkdocs.yml")
    assert project.imports == []
    assert "docs/bad.md:3: unknown option 'dpeth'" in output
    for name in FIGURES:
        assert figures(project.page(name)) == figures(built.page(name))
    project.run("properdocs", "build", "-q", "--strict", "-f", "mkdocs.yml", code=1)


DOCUMENTED = '''
"""Two nets."""


class Documented:
    """A net that is documented.

    ```torchview
    zoo.nets.Net(hidden=16)
    input: float32[1, 4]
    caption: In a docstring.
    ```

    - Also in a list:

        ```torchview
        zoo.nets.Nat
        ```
    """
'''


@pytest.mark.slow
def test_docstrings_shown_by_mkdocstrings_have_figures(project: Project) -> None:
    project.write("src/zoo/documented.py", DOCUMENTED)
    project.write("docs/api.md", f"# API\n\n::: zoo.documented\n\n## More\n\n{NET.format('')}")
    project.edit(
        "mkdocs.yml",
        "  - search\n",
        "  - search\n  - mkdocstrings:\n      handlers: {python: {paths: [src]}}\n",
    )
    output = project.mkdocs()
    html = project.page("api.md")
    first, last = figures(html)
    assert "<figcaption>In a docstring.</figcaption>" in first
    assert html.count('class="tv-error"') == 1
    assert svgs(last)
    assert_valid(html)
    assert re.search(r"docs/api\.md: zoo\.nets\.Nat: .*\(in a docstring", output)


def test_a_part_that_the_model_does_not_have_is_told_and_shown_like_other_failures(project: Project) -> None:
    page = "# Bad\n\n" + NET.format("collapse: Sequental\n") + "\n" + NET.format("depth: 0, body: inf\n")
    project.write("docs/guide/bad.md", page)
    for _ in range(2):
        output = project.mkdocs()
        assert list(_warnings(output)) == [3]
        assert "names 'Sequental', which Net does not have; did you mean 'Sequential'?" in output
        html = project.page("guide/bad.md")
        assert html.count('class="tv-error"') == len(svgs(html)) == 1
    assert project.imports == []


def test_captions_say_numbers_and_an_unknown_one_is_told_with_its_line(project: Project) -> None:
    caption = "caption: A *{class}* of {params} parameters, {flops}, {{so}}.\nnote: head = Two & out\n"
    page = "# Numbers\n\n" + NET.format(caption) + "\n" + NET.format("highlight: head\ncaption: A {clas}.\n")
    project.write("docs/guide/numbers.md", page)
    output = project.mkdocs()
    assert "there is no placeholder {clas}" in output
    assert "(line 14)" in output
    html = project.page("guide/numbers.md")
    parameters, flops = 4 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2, 2 * (4 * 16 + 16 * 16 + 16 * 2)
    said = f"A <em>Net</em> of {parameters} parameters, {flops} FLOPs, {{so}}."
    assert f"<figcaption>{said}</figcaption>" in html
    assert '<ol class="tv-notes"><li data-number="1">Two &amp; out</li></ol>' in html
    assert_valid(html)
    # Another highlight, the same trace.
    project.write("docs/guide/numbers.md", "# Numbers\n\n" + NET.format(caption + "highlight: body\n"))
    assert traced(project.mkdocs("--strict")) == []
    assert project.imports == []
    assert 'class="tv-hi"' in project.page("guide/numbers.md")
