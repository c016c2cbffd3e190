"""Builder: what a host gives it and what it gets back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from building_site import FIRST, MISSPELT, SECOND, Site, spec, write_package

from torchview_docs.build import Builder, Figure
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.errors import Failure, TraceError
from torchview_docs.graph import Graph, Node
from torchview_docs.records import Record
from torchview_docs.spec import FigureSpec


def figures(builder: Builder, *specs: FigureSpec) -> list[Figure]:
    found = builder.resolve(specs)
    result = []
    for each in specs:
        figure = found[each]
        assert isinstance(figure, Figure), figure
        assert figure.spec == each
        result.append(figure)
    return result


def test_figures_of_one_model_and_input_share_one_trace(site: Site) -> None:
    write_package(site)
    specs = [spec(FIRST, depth=depth) for depth in ("0", "1", "inf")] + [spec(FIRST, caption="It.")]
    with site.builder() as builder:
        found = figures(builder, *specs, *specs)
    assert site.said[0] == "torchview: 4 figures, 0 cached, 4 to trace (1 trace)"
    assert site.traced() == [FIRST]
    assert len(site.records) == 1
    assert len({id(figure) for figure in found}) == 4
    assert all(figure.graph == found[0].graph for figure in found)


@pytest.mark.slow
def test_one_figure_is_said_in_the_singular(site: Site) -> None:
    write_package(site)
    site.build([SECOND])
    assert site.said[0] == "torchview: 1 figure, 0 cached, 1 to trace"
    assert site.said[1].startswith(f"torchview: 1/1 {SECOND} ")


@pytest.mark.slow
def test_cached_figures_are_counted_and_failures_named(copy: Site) -> None:
    copy.edit("src/toy/second.py", "self.layer(x)", "self.layer(y)")
    copy.build([FIRST, SECOND, MISSPELT])
    assert copy.said[0] == "torchview: 3 figures, 2 cached, 1 to trace"
    assert copy.said[1].startswith(f"torchview: 1/1 {SECOND} failed after ")


def test_nothing_to_do_is_done_without_a_trace(site: Site) -> None:
    with site.builder() as builder:
        assert builder.resolve([]) == {}
    assert site.said == []
    assert not (site.root / ".torchview_cache").exists()


def test_the_digest_changes_with_what_is_drawn_and_not_with_the_page(copy: Site) -> None:
    with copy.builder() as builder:
        plain, again, captioned, deeper, turned = figures(
            builder,
            spec(FIRST),
            spec(FIRST, alt="A net."),
            spec(FIRST, caption="It.", width="50%"),
            spec(FIRST, depth="0"),
            spec(FIRST, direction="LR"),
        )
    assert plain.digest == again.digest == captioned.digest
    assert len({plain.digest, deeper.digest, turned.digest}) == 3


def test_a_drawing_is_made_once_and_then_read_from_the_cache(
    copy: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with copy.builder() as builder:
        (figure,) = figures(builder, spec(FIRST))
    drawing = figure.drawing
    assert isinstance(drawing, Drawing)
    assert [card.card.rows[0].title for card in drawing.cards]
    with copy.builder() as builder:
        (again,) = figures(builder, spec(FIRST, caption="It."))
    monkeypatch.setattr(Figure, "graph", property(lambda _: pytest.fail("the graph was read")))
    assert again.drawing == drawing


def test_a_drawing_that_is_damaged_is_made_again(copy: Site) -> None:
    with copy.builder() as builder:
        (figure,) = figures(builder, spec(FIRST))
        drawing = figure.drawing
        (path,) = (copy.root / ".torchview_cache/drawings").iterdir()
        path.write_text("{")
        (again,) = figures(builder, spec(FIRST))
        assert again.drawing == drawing
    assert len(copy.said) == 1
    assert path.stat().st_size > 10


@pytest.mark.slow
def test_a_cache_that_is_cleared_between_look_up_and_drawing_is_made_up_for(copy: Site) -> None:
    with copy.builder() as builder:
        (kept,) = figures(builder, spec(FIRST))
        expected = kept.graph
        figure, lost = figures(builder, spec(FIRST), spec(SECOND))
    shutil.rmtree(copy.root / ".torchview_cache")
    builder.store.refresh()
    assert figure.graph == expected
    copy.write("src/toy/second.py", "raise ValueError('no more')")
    with pytest.raises(TraceError, match="no more"):
        _ = lost.graph


@pytest.mark.slow
def test_a_damaged_record_is_traced_again(copy: Site) -> None:
    (path,) = [path for path in copy.records if SECOND.encode() in path.read_bytes()]
    other = next(other for other in copy.records if other != path)
    whole = path.read_bytes()
    damages = {
        "truncated": whole[:-10],
        "garbage": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "of another figure": other.read_bytes(),
        "gone": None,
    }
    with copy.builder() as worker:
        before = copy.build([SECOND], worker)[SECOND]
        for damage, content in damages.items():
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
            after = copy.build([SECOND], worker)[SECOND]
            assert copy.traced() == [SECOND], damage
            assert path.read_bytes() == whole, damage
            assert isinstance(before, Figure)
            assert isinstance(after, Figure)
            assert before.digest == after.digest


@pytest.mark.slow
def test_damage_is_noted_once(copy: Site) -> None:
    for path in copy.records:
        path.write_bytes(path.read_bytes()[:-1])
    copy.build([FIRST, SECOND])
    assert len([line for line in copy.said if "is not used" in line]) == 1


@pytest.mark.slow
def test_a_whole_record_that_holds_no_graph_is_traced_again(copy: Site) -> None:
    (path,) = [path for path in copy.records if SECOND.encode() in path.read_bytes()]
    record = Record.from_bytes(path.read_bytes())
    expected = record.graph()
    broken = Graph("Net", (Node("Net", "call_module", "", scope="nowhere"),))
    forged = Record.make(record.head.key, record.head.spec, record.head.manifest, broken)
    path.write_bytes(forged.to_bytes())
    with copy.builder() as builder:
        (figure,) = figures(builder, spec(SECOND))
    assert figure.graph == expected
    assert len([line for line in copy.said if "is not used" in line]) == 1
    assert path.read_bytes() == record.to_bytes()


@pytest.mark.slow
def test_a_cache_folder_that_cannot_be_written_costs_one_note(site: Site) -> None:
    write_package(site)
    site.write("file", "")
    site.settings["cache"] = "file/cache"
    with site.builder() as builder:
        first, second = figures(builder, spec(FIRST), spec(SECOND))
        assert len(first.drawing.cards) > 1
        assert len(second.drawing.cards) > 1
    notes = [line for line in site.said if "cannot be written" in line]
    assert len(notes) == 1


def test_a_failure_comes_back_in_each_build_without_a_trace(copy: Site) -> None:
    found = copy.build([MISSPELT])[MISSPELT]
    assert isinstance(found, Failure)
    assert found.repeats
    assert copy.said == []


def test_a_failed_import_names_the_folders_of_paths_that_do_not_exist_now(copy: Site) -> None:
    for folder in ("scr", "source"):
        copy.settings["paths"] = f"src {folder}"
        found = copy.build([MISSPELT])[MISSPELT]
        assert isinstance(found, Failure)
        assert f"`paths` names {copy.root / folder}, which does not exist" in found.advice
    assert copy.traced() == []
    (copy.root / "source").mkdir()
    found = copy.build([MISSPELT])[MISSPELT]
    assert isinstance(found, Failure)
    assert "paths" not in found.advice


@pytest.mark.slow
def test_models_are_found_in_the_folders_that_the_settings_name(site: Site) -> None:
    site.write("lib/nets.py", "from torch import nn\nclass Net(nn.ReLU):\n    pass\n")
    site.settings["paths"] = "src lib"
    assert isinstance(site.build(["nets.Net"])["nets.Net"], Figure)


@pytest.mark.slow
def test_limits_may_be_infinite_or_beyond_any_machine(site: Site) -> None:
    site.write(
        "src/nets.py", "from torch import nn\nclass Net(nn.ReLU):\n    pass\nclass Two(Net):\n    pass\n"
    )
    for memory, model in (("inf", "nets.Net"), ("1e30", "nets.Two")):
        site.settings |= {"memory": memory, "timeout": "inf"}
        assert isinstance(site.build([model])[model], Figure)


@pytest.mark.slow
def test_the_working_folder_of_a_model_is_the_projects(site: Site) -> None:
    site.write("size.txt", "8")
    site.write(
        "src/nets.py",
        "from torch import nn\ndef net():\n    return nn.Linear(8, int(open('size.txt').read()))\n",
    )
    figure = site.build(["nets.net()"])["nets.net()"]
    assert isinstance(figure, Figure), figure
    assert Path.cwd() != site.root
