"""What a commit holds, as git names it."""

from pathlib import Path

import pytest

from tests.cli.repository import BASE, LARGER, commit, git, write
from tokencost.reading.revision import Revision, revision


@pytest.fixture(params=["sha1", "sha256"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Revision:
    """One spec in a folder, in a repository of each format."""
    git(tmp_path, "init", "-q", "-b", "main", f"--object-format={request.param}")
    write(tmp_path, BASE, "ä ö.yaml")
    commit(tmp_path, "base")
    return revision("main", tmp_path)


def test_files_and_folders_were_there(base: Revision) -> None:
    """
    By their whole path.
    """
    assert base.has(Path("specs/ä ö.yaml"))
    assert base.has(Path("specs"))
    assert base.has(Path())
    assert not base.has(Path("ä ö.yaml"))
    assert not base.has(Path("spec"))


def test_contents_are_known_by_their_name(base: Revision) -> None:
    """
    Byte by byte; a file that was not there held nothing, not even no bytes.
    """
    assert base.held(Path("specs/ä ö.yaml"), BASE.encode())
    assert not base.held(Path("specs/ä ö.yaml"), LARGER.encode())
    assert not base.held(Path("specs/ä ö.yaml"), BASE.encode() + b"\n")
    assert not base.held(Path("specs/other.yaml"), b"")
    assert not base.held(Path("specs"), b"")
