"""No command that plans, gates or explains opens a connection: what it knows is in its files."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, POSTER

LINES = (
    f"plan {DRAFT} --quick",
    f"plan {DRAFT} --quick --format html",
    f"check {DRAFT} --format sarif",
    "compare --res 512 --models sdxl,imagen-4",
    f"capacity {DRAFT}",
    "explain llamagen-xl --res 256",
    "validate {rows}",
    "prices list --gpu a100-80gb-sxm",
    f"diff {DRAFT} {POSTER} --format json",
    "train llama-2-7b",
    "catalog check",
)
ROWS = """\
id,model,scope,family,gpu,n_gpus,width,height,batch,metric,value,source
a,sdxl,request,diffusion,a100-80gb-sxm,1,1024,1024,1,latency_s,3,me
"""
CALLED = re.compile(r"\b(?:connect|sendto|sendmsg|sendmmsg)\(")
STRACE = shutil.which("strace")


def rows(folder: Path) -> str:
    path = folder / "rows.csv"
    path.write_text(ROWS)
    return str(path)


def watched(record: Path, *arguments: str) -> list[str]:
    """What a command asked of the outside."""
    line = [sys.executable, "-m", "tests.promises.offline", str(record), *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return record.read_text().splitlines() if record.exists() else []


@pytest.mark.parametrize("line", LINES)
def test_no_connection_is_opened(line: str, tmp_path: Path) -> None:
    """
    As the interpreter tells of every connection, name, and program that is started.
    """
    assert [] == watched(tmp_path / "record", *line.format(rows=rows(tmp_path)).split())


def test_a_connection_would_be_seen(tmp_path: Path) -> None:
    """
    A refresh asks others for prices: the address is on this machine and closed.
    """
    line = (
        "prices",
        "refresh",
        "--only",
        "apis",
        "--portkey",
        "http://127.0.0.1:9/x",
        "--litellm",
        "http://127.0.0.1:9/y",
    )
    record = tmp_path / "record"
    asked = [
        sys.executable,
        "-m",
        "tests.promises.offline",
        str(record),
        *line,
        "--dry-run",
        "--catalog",
        str(tmp_path),
    ]
    subprocess.run(asked, capture_output=True, check=False)

    assert "127.0.0.1" in record.read_text()


@pytest.mark.skipif(STRACE is None, reason="strace is not installed; the interpreter's own hook tells the same above")
@pytest.mark.parametrize("line", LINES[:1] + LINES[2:8])
def test_the_system_is_asked_for_no_connection(line: str, tmp_path: Path) -> None:
    """
    As the kernel sees it, threads and children included: sockets of files of this machine apart.
    """
    assert STRACE
    record = tmp_path / "trace"
    command = [sys.executable, "-m", "tokencost", *line.format(rows=rows(tmp_path)).split()]
    traced = [STRACE, "-f", "-qq", "-e", "trace=network", "-o", str(record), *command]
    done = subprocess.run(traced, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3) and "ptrace" in done.stderr:
        pytest.skip("no process may be traced here")

    assert done.returncode in (0, 3), done.stderr
    assert [] == [one for one in record.read_text().splitlines() if CALLED.search(one) and "AF_UNIX" not in one]
