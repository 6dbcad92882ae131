"""Files are replaced whole or stay as they were: faults injected, writers killed, writers in crowds."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.reading.killing import WRITER, kill_writers
from tokencost.errors import AccessError
from tokencost.reading import atomic
from tokencost.reading.atomic import replaced, write_below, write_file, write_files

CALLS = ("open", "write", "fsync", "chmod", "link", "replace", "stat", "listdir", "close")


@pytest.fixture(params=["nameless", "named"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose file system has files without a name, and one that has none."""
    if request.param == "named":
        monkeypatch.setattr(atomic, "_nameless", lambda folder: None)
    elif atomic._nameless(tmp_path) is None:
        pytest.skip("the temporary folder is on a file system without such files")
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def failing(real: Callable[..., Any], at: int, error: int, calls: list[int]) -> Callable[..., Any]:
    """As the real call, but the one of this number fails."""

    def call(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == at:
            raise OSError(error, os.strerror(error))
        return real(*given, **named)

    return call


@pytest.mark.parametrize("old", ["yesterday", None])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_call_that_fails_leaves_the_old_file(
    error: int, name: str, old: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Every call of every kind fails once: one error, no temporary file, and the target is the old one or the new.
    """
    target = folder / "plan.json"
    for at in range(1, 9):
        if old is None:
            target.unlink(missing_ok=True)
        else:
            target.write_text(old)
        calls: list[int] = []
        with monkeypatch.context() as broken:
            broken.setattr(os, name, failing(getattr(os, name), at, error, calls))
            failed = False
            try:
                write_file("today", target)
            except AccessError:
                failed = True
        assert (old if failed else "today") == (target.read_text() if target.exists() else None)
        assert set(names(folder)) <= {"plan.json"}
        if len(calls) < at:
            return
    raise AssertionError(f"more calls of {name} than were made to fail")


def test_a_file_is_replaced(folder: Path) -> None:
    """
    New or old, with text that UTF-8 cannot carry, and with nothing.
    """
    target = folder / "a.txt"
    for text in ("one", "two\n", "", "é\ud800"):
        write_file(text, target)
        assert text.encode("utf-8", "backslashreplace") == target.read_bytes()
    assert ["a.txt"] == names(folder)


def test_of_several_files_all_or_none_are_replaced(folder: Path) -> None:
    """
    A report and its data belong together.
    """
    (folder / "a").write_text("old")
    with pytest.raises(AccessError, match="none"):
        write_files([("new", folder / "a"), ("new", folder / "b"), ("new", folder / "none" / "c")])
    assert ("old", ["a"]) == ((folder / "a").read_text(), names(folder))

    write_files([("new", folder / "a"), ("new", folder / "b")])
    assert ["new", "new"] == [(folder / name).read_text() for name in names(folder)]


def test_rights_are_those_of_the_old_file_or_the_masks(folder: Path) -> None:
    """
    What only its owner may read stays so; a new file is as the shell would make it.
    """
    before = os.umask(0o027)
    try:
        write_file("a", folder / "new")
        (folder / "old").touch(mode=0o600)
        write_file("a", folder / "old")
    finally:
        os.umask(before)

    assert [0o640, 0o600] == [stat.S_IMODE(os.stat(folder / name).st_mode) for name in ("new", "old")]


def test_a_link_is_kept_and_its_file_replaced(folder: Path) -> None:
    """
    Inside of the working tree.
    """
    (folder / "real").write_text("old")
    os.symlink("real", folder / "link")
    write_file("new", folder / "link")

    assert ("new", True) == ((folder / "real").read_text(), (folder / "link").is_symlink())


@pytest.mark.parametrize("name", ["link", "folder/a"])
def test_a_link_out_of_the_tree_is_not_written_through(name: str, tmp_path: Path) -> None:
    """
    A pull request that plants `plan.json -> ~/.profile` gets an error.
    """
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a").write_text("old")
    os.symlink("../outside/a", tmp_path / "tree" / "link")
    os.symlink("../outside", tmp_path / "tree" / "folder")

    for write in (write_file, write_below):
        with pytest.raises(AccessError, match="lead out of"):
            write("new", tmp_path / "tree" / name)
    assert "old" == (tmp_path / "outside" / "a").read_text()


def test_devices_are_written_to_not_replaced(tmp_path: Path) -> None:
    """
    `-o /dev/null` as root must not make a file of it.
    """
    write_file("x", Path("/dev/null"))
    with pytest.raises(AccessError, match="No space left"):
        write_file("x", Path("/dev/full"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AccessError):
        write_file("x", tmp_path / "pipe")

    assert all(stat.S_ISCHR(os.stat(device).st_mode) for device in ("/dev/null", "/dev/full"))
    assert ["pipe"] == names(tmp_path)


@pytest.mark.parametrize("target", [".", "none/a", "x" * 300, "a\0b", "loop"])
def test_what_cannot_be_written_is_an_error_in_one_line(target: str, tmp_path: Path) -> None:
    """
    A folder, a folder that is not there, names that no file can have.
    """
    os.symlink("loop", tmp_path / "loop")

    with pytest.raises(AccessError) as error:
        write_file("x", tmp_path / target)
    assert str(error.value).isprintable()
    assert ["loop"] == names(tmp_path)


def test_what_a_killed_writer_left_is_taken_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Only names of this form, and only if nobody holds them.
    """
    monkeypatch.setattr(atomic, "SETTLED", 0.0)
    dead, alive, foreign = ".a.1-0123abcd.part", ".a.2-0123abcd.part", ".a.notes.part"
    for name in (dead, alive, foreign):
        (folder / name).write_text("x")
    handle = os.open(folder / alive, os.O_RDONLY)
    atomic._lock(handle)
    write_file("new", folder / "a")
    os.close(handle)

    assert [alive, foreign, "a"] == names(folder)


def test_killed_writers_leave_whole_files(tmp_path: Path) -> None:
    """
    Writers are killed at random moments: whoever reads finds one whole text, and the next writer finds a clean folder.
    """
    found = kill_writers(tmp_path, kills=40, seed=1)

    assert (0, 40) == (found.partial, found.kills)
    assert found.left_after_next == 0


def test_a_crowd_of_writers_leaves_one_whole_text(tmp_path: Path) -> None:
    """
    Fifty processes write to one place at once.
    """
    line = [sys.executable, "-c", WRITER, str(tmp_path / "a"), "{}", "3"]
    crowd = [subprocess.Popen([*line[:4], str(n), "3"]) for n in range(50)]

    assert {0} == {process.wait() for process in crowd}
    assert ["a"] == names(tmp_path)
    text = (tmp_path / "a").read_text()
    assert {text[0]} == set(text)


def test_a_writer_that_takes_a_path_replaces_whole_files(tmp_path: Path) -> None:
    """
    What fails leaves the old file, its rights stay, and nothing of it is left.
    """
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o600)
    with pytest.raises(AccessError, match="a: No space left"), replaced(tmp_path / "a") as part:  # noqa: PT012
        part.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert ("old", ["a"]) == ((tmp_path / "a").read_text(), names(tmp_path))

    with replaced(tmp_path / "a") as part:
        part.write_text("new")
    assert ("new", 0o600, ["a"]) == (
        (tmp_path / "a").read_text(), stat.S_IMODE(os.stat(tmp_path / "a").st_mode), names(tmp_path)
    )  # fmt: skip
    with pytest.raises(AccessError), replaced(tmp_path / "none" / "a"):
        pass
