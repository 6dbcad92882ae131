"""Which files are opened, and how much of them is read."""

import os
import threading
import time
from pathlib import Path

import pytest

from tokencost.errors import AccessError, SpecError
from tokencost.reading import files
from tokencost.reading.files import contents, leaves_tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working tree, and beside it a file that is none of its business."""
    (tmp_path / "secret.yaml").write_text("key: 7\n")
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "tree" / "specs").mkdir()
    (tmp_path / "tree" / "own.yaml").write_text("a: 1\n")
    return tmp_path / "tree"


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("specs/a.yaml", "../../secret.yaml"),
        ("specs/a.yaml", "{outside}/secret.yaml"),
        ("specs/a.yaml", "/proc/self/environ"),
        ("specs/folder", "../.."),
        ("specs/chain", "../up"),
    ],
)
def test_a_link_out_of_the_working_tree_is_not_followed(link: str, target: str, tree: Path) -> None:
    """
    A pull request can hold a link to anything on the machine; a message would print what it leads to.
    """
    os.symlink("..", tree / "up")
    os.symlink(target.format(outside=tree.parent), tree / link)
    path = tree / link if link.endswith("yaml") else tree / link / "secret.yaml"

    with pytest.raises(AccessError, match="links lead out of") as error:
        contents(path, 100)

    assert "7" not in str(error.value).replace(str(path), "").replace(str(tree), "")


def test_links_inside_the_tree_are_followed(tree: Path) -> None:
    """
    One spec under two names is fine, and so is a path that somebody wrote himself.
    """
    os.symlink("../own.yaml", tree / "specs" / "a.yaml")

    assert b"a: 1\n" == contents(tree / "specs" / "a.yaml", 100) == contents(tree / "specs" / ".." / "own.yaml", 100)
    assert b"key: 7\n" == contents(tree.parent / "secret.yaml", 100)


def test_without_a_repository_the_current_folder_is_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Sources unpacked from an archive are judged alike.
    """
    (tmp_path / "here").mkdir()
    (tmp_path / "outside.yaml").write_text("a: 1\n")
    os.symlink("../outside.yaml", tmp_path / "here" / "link.yaml")
    monkeypatch.chdir(tmp_path / "here")

    assert (True, False, False) == (
        leaves_tree(Path("link.yaml")), leaves_tree(Path("../outside.yaml")), leaves_tree(Path("none.yaml")),
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/full", "/dev/null", ".", "missing", "a\0b", "x" * 300])
def test_what_is_no_file_is_not_read(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A device would never end; a folder has no bytes.
    """
    monkeypatch.chdir(tmp_path)

    with pytest.raises(AccessError) as error:
        contents(Path(path), 100)

    assert str(error.value).isprintable()


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    """
    Two links that point at each other are no file.
    """
    os.symlink(tmp_path / "b", tmp_path / "a")
    os.symlink(tmp_path / "a", tmp_path / "b")

    with pytest.raises(AccessError):
        contents(tmp_path / "a", 100)


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    """
    A sparse file of a terabyte costs as much as one of a hundred bytes.
    """
    path = tmp_path / "big"
    with open(path, "wb") as stream:
        os.truncate(stream.fileno(), 1 << 40)

    with pytest.raises(SpecError, match="limit of 100 bytes"):
        contents(path, 100)
    os.truncate(path, 100)
    assert 100 == len(contents(path, 100))


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    """
    `<(command)` is a pipe; its writer may be slow.
    """
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def slowly() -> None:
        with open(path, "wb", buffering=0) as stream:
            for part in (b"a: ", b"1\n"):
                time.sleep(0.1)
                stream.write(part)

    writer = threading.Thread(target=slowly)
    writer.start()
    try:
        assert b"a: 1\n" == contents(path, 100)
    finally:
        writer.join()


def test_a_pipe_without_a_writer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A job that waits forever is stopped by its runner hours later.
    """
    monkeypatch.setattr(files, "WAIT", 0.1)
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(AccessError, match="nobody wrote"):
        contents(tmp_path / "pipe", 100)


def test_a_pipe_is_not_read_past_the_limit(tmp_path: Path) -> None:
    """
    Whoever writes without end is told so by a closed pipe.
    """
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def endlessly() -> None:
        try:
            with open(path, "wb", buffering=0) as stream:
                while True:
                    stream.write(b"x" * 65536)
        except BrokenPipeError:
            pass

    writer = threading.Thread(target=endlessly)
    writer.start()
    with pytest.raises(SpecError, match="limit of 100 bytes"):
        contents(path, 100)
    writer.join()
