from __future__ import annotations

from pathlib import Path

import pytest

from torchview_docs.errors import OptionError
from torchview_docs.settings import SETTINGS, Project, Settings


def test_without_configuration_the_defaults_hold(tmp_path: Path) -> None:
    project = Project.read(tmp_path)
    assert project.settings == Settings()
    assert project.cache_folder == tmp_path.resolve() / ".torchview_cache"
    assert project.defaults == {}


def test_the_hosts_configuration_wins_over_pyproject(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "pyproject.toml").write_text(
        "[tool.torchview-docs]\ndepth = 2\nshow-shapes = false\ntimeout = 7\npaths = ['src']\n"
    )
    project = Project.read(docs, {"depth": "auto", "workers": 3})
    assert project.defaults == {"depth": "auto", "show_shapes": False}
    assert project.settings.timeout == 7
    assert project.settings.workers == 3
    assert project.paths == (str(tmp_path.resolve() / "src"),)


def test_relative_folders_start_at_the_file_that_names_them(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.torchview-docs]\ncache = 'kept'\n")
    assert Project.read(docs).cache_folder == tmp_path.resolve() / "kept"
    assert Project.read(docs, {"cache": "../here"}).cache_folder.resolve() == tmp_path.resolve() / "here"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"time-out": 3}, "did you mean 'timeout'"),
        ({"wokers": 3}, "did you mean 'workers'"),
        ({"timeout": -1}, "greater than 0"),
        ({"workers": "many"}, "a whole number from 1"),
        ({"depth": "deep"}, "whole number from 0"),
        ({"caption": "x"}, "only per figure"),
    ],
)
def test_a_wrong_setting_is_an_error_with_the_nearest_right_one(
    tmp_path: Path, given: dict[str, object], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        Project.read(tmp_path, given)


def test_a_broken_pyproject_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.torchview-docs\n")
    with pytest.raises(OptionError, match=r"pyproject\.toml"):
        Project.read(tmp_path)
    (tmp_path / "pyproject.toml").write_text("tool.torchview-docs = 3\n")
    with pytest.raises(OptionError, match=r"pyproject\.toml: .* must be a table"):
        Project.read(tmp_path)


def test_a_pyproject_without_our_table_says_nothing(tmp_path: Path) -> None:
    for text in ("", "tool = 3\n", "[tool.other]\n"):
        (tmp_path / "pyproject.toml").write_text(text)
        assert Project.read(tmp_path).settings == Settings()


def test_what_is_wrong_in_pyproject_is_told_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.torchview-docs]\ndetph = 2\n")
    with pytest.raises(OptionError, match=r"pyproject\.toml: unknown option 'detph'; did you mean 'depth'"):
        Project.read(tmp_path)


def test_no_setting_has_the_name_of_an_option_of_figures() -> None:
    from torchview_docs.spec import OPTIONS

    assert not set(SETTINGS) & set(OPTIONS)


def test_a_list_of_folders_may_hold_spaces(tmp_path: Path) -> None:
    project = Project.read(tmp_path, {"paths": ["my models", "src"]})
    assert project.paths == (str(tmp_path.resolve() / "my models"), str(tmp_path.resolve() / "src"))
