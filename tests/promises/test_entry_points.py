"""Every way in: whatever a stranger's file holds, the outcome is a value or a problem in its place, and soon."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tokencost.catalog.compile import compile_folder
from tokencost.cli.project import catalog_folder
from tokencost.errors import AccessError, TokencostError
from tokencost.importing.add import add
from tokencost.measuring.measurements import _text as table_to_extend
from tokencost.reading.revision import revision
from tokencost.spec.load import load
from tokencost.spec.saved import saved_plans
from tokencost.spec.trace import read_trace
from tokencost.validation.table import read_table

Way = tuple[str, Callable[[Path], Any]]

WAYS: dict[str, Way] = {
    "spec": ("spec.yaml", load),
    "record": ("gpus/x.yaml", lambda path: compile_folder(path.parents[1], {})),
    "sources": ("sources/x.yaml", lambda path: compile_folder(path.parents[1], {})),
    "configuration": ("config.json", lambda path: add(path, "x")),
    "pipeline": ("model_index.json", lambda path: add(path.parent, "x")),
    "saved result": ("plan.json", saved_plans),
    "measurements": ("table.csv", read_table),
    "measurements to extend": ("table.csv", table_to_extend),
    "trace": ("arrivals.csv", read_trace),
    "project": ("pyproject.toml", lambda path: catalog_folder(path.parent)),
}
"""Where a file stands below a folder, and what reads it."""
MEBIBYTE = 1 << 20
PAYLOADS: dict[str, bytes] = {
    "nothing": b"",
    "not UTF-8": b"\xff\xfe\x00a",
    "half a character": b"a: 1\nb: \xc3",
    "NUL": b"\x00" * 1000,
    "controls": b"a: \x1b[2J\x07\n",
    "bidi": "a: \u202eb\n".encode(),
    "hidden": "a\u200b: b\n".encode(),
    "tags": 'a: "\U000e0041"\n'.encode(),
    "no character": 'a: "\U0001fffe"\n'.encode(),
    "lone surrogate": b'{"a": "\\ud800"}',
    "duplicate": b'{"a": 1, "a": 2}',
    "not a number": b'{"a": NaN, "b": Infinity}',
    "huge": b'{"a": 1e999}',
    "digits": b'{"version": ' + b"9" * 5000 + b"}",
    "deep lists": b"[" * MEBIBYTE,
    "deep mappings": b'{"a":' * (MEBIBYTE // 5),
    "many": b"[" + b"1," * (MEBIBYTE // 2 - 2) + b"]",
    "lines": b"\n" * MEBIBYTE,
    "commas": b"," * MEBIBYTE,
    "quotes": b'"' * MEBIBYTE,
    "one line": b"x" * MEBIBYTE,
    "numbers": b"1\n" * (MEBIBYTE // 2),
    "aliases": b"a: &a [1]\nb: [*a, *a]\n",
    "table": b"tokencost = " + b"[" * 100_000,
    "arrays": b"[tool]\ntokencost = " + b"{a=" * 10_000,
}

ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def place(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@ways
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_hostile_file_is_a_value_or_a_declared_problem(payload: bytes, way: Way, tmp_path: Path) -> None:
    """
    No other exception leaves a reader, a mebibyte takes a second at most, and messages stay short and printable.
    """
    path, read = place(tmp_path, way[0]), way[1]
    path.write_bytes(payload)
    start = time.process_time()
    try:
        read(path)
        problems = []
    except TokencostError as error:
        problems = [*error.problems]

    assert time.process_time() - start < 1.0 or sys.gettrace()  # a tracer takes longer
    assert all(len(str(p)) < 1000 and (str(p) + p.frame.replace("\n", "")).isprintable() for p in problems)


@ways
def test_a_link_out_of_the_tree_is_not_followed(way: Way, tmp_path: Path) -> None:
    """
    By whatever way a file comes in, what it leads to is none of the tree's business.
    """
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "secret").write_text("tokencost swordfish")
    path = place(tmp_path / "tree", way[0])
    os.symlink(tmp_path / "secret", path)

    with pytest.raises(AccessError) as error:
        way[1](path)
    assert "swordfish" not in str(error.value)


@ways
def test_a_device_is_not_read(way: Way, tmp_path: Path) -> None:
    """
    A link to a device that never ends, in a folder outside of any repository.
    """
    path = place(tmp_path, way[0])
    os.symlink("/dev/zero", path)

    if way[0] not in ("pyproject.toml", "model_index.json"):
        with pytest.raises(AccessError):
            way[1](path)


def test_a_revision_unpacks_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    """
    An old commit may hold links as well.
    """
    top = tmp_path / "repository"
    (top / "own").mkdir(parents=True)
    os.symlink("/etc/passwd", top / "own" / "away.yaml")
    (top / "own" / "a[b]*.yaml").write_text("a: 1\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for line in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *line], cwd=top, check=True, capture_output=True)
    there = revision("main", top)
    there.unpack(Path("own/a[b]*.yaml"), tmp_path / "into")

    assert ["a[b]*.yaml"] == os.listdir(tmp_path / "into" / "own")
    with pytest.raises(AccessError, match=r"main:own: "):
        there.unpack(Path("own"), tmp_path / "all")
    with pytest.raises(AccessError, match=r"main:none: "):
        there.unpack(Path("none"), tmp_path / "all")
