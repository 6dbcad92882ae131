"""What a pyproject.toml may say, and what a stranger's may not do."""

import os
from pathlib import Path

import pytest

from tokencost.cli.project import catalog_folder
from tokencost.errors import AccessError, SpecError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A working tree with a folder of records, and another one outside of it."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "top" / ".git").mkdir(parents=True)
    (tmp_path / "top" / "own").mkdir()
    (tmp_path / "top" / "part" / "below").mkdir(parents=True)
    return tmp_path / "top"


def said(project: Path, text: str) -> Path | None:
    (project / "part" / "pyproject.toml").write_text(text)
    return catalog_folder(project / "part" / "below")


@pytest.mark.parametrize("text", ["", "[tool.other]\ncatalog = 1\n", "[tool.tokencost]\n", "# tokencost\n[project]\n"])
def test_a_project_need_not_say_anything(text: str, project: Path) -> None:
    """
    Most have a pyproject.toml for other reasons.
    """
    assert said(project, text) is None


def test_the_folder_begins_where_the_file_stands(project: Path) -> None:
    """
    From whatever folder a command is run, and anywhere in the repository.
    """
    assert project / "part" / "own" == said(project, '[tool.tokencost]\ncatalog = "own"\n')
    assert project / "part" / ".." / "own" == said(project, '[tool.tokencost]\ncatalog = "../own"\n')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[tool.tokencost]\ncatalog = "../../elsewhere"\n', "outside of the project"),
        ('[tool.tokencost]\ncatalog = "/etc"\n', "outside of the project"),
        ('[tool.tokencost]\ncatalog = "link"\n', "outside of the project"),
        ('[tool.tokencost]\ncatalog = "~"\ncatalog = "b"\n', "not TOML"),
        ("[tool.tokencost]\ncatalog = 3\n", "not a folder"),
        ('[tool.tokencost]\ncatalog = ""\n', "not a folder"),
        ('[tool.tokencost]\ncatalog = "a\\u0000b"\n', "not a folder"),
        ("[tool]\ntokencost = 3\n", "a table is due"),
        ("tokencost = [" + "[" * 5000, "not TOML"),
        ("tokencost = " + "9" * 5000, "not TOML"),
        ("tokencost = '", "not TOML"),
        ("# tokencost" + "x" * (1 << 20), "larger than the limit"),
    ],
)
def test_what_cannot_be_understood_is_wrong_input(text: str, says: str, project: Path) -> None:
    """
    Records that are silently left out would change a verdict.
    """
    os.symlink(project.parent / "elsewhere", project / "part" / "link")

    with pytest.raises(SpecError, match=says):
        said(project, text)


def test_bytes_that_are_no_text_are_refused(project: Path) -> None:
    """
    TOML is UTF-8.
    """
    (project / "pyproject.toml").write_bytes(b"# tokencost \xff")

    with pytest.raises(SpecError, match="UTF-8"):
        catalog_folder(project)


def test_a_link_to_a_file_elsewhere_is_not_followed(project: Path) -> None:
    """
    The file itself may be a link.
    """
    (project.parent / "elsewhere" / "pyproject.toml").write_text('[tool.tokencost]\ncatalog = "own"\n')
    os.symlink("../elsewhere/pyproject.toml", project / "pyproject.toml")

    with pytest.raises(AccessError, match="links lead out"):
        catalog_folder(project)
