"""What a shell sees when something breaks: the exit code of the contract, one line, never a traceback."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.calling import DRAFT


def shell(line: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of bash in which `tokencost` is this interpreter's; a pipe fails with its first part."""
    text = f'set -o pipefail; tokencost() {{ {sys.executable} -m tokencost "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", text], capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("tokencost tokens --tokenizer emu3 --res 512 >/dev/full", 4, "No space left on device"),
        ("tokencost tokens --tokenizer emu3 --res 512 >&-", 4, "standard output is closed"),
        ("tokencost tokens --tokenizer emu3 --res 512 2>&-", 0, ""),
        ("tokencost tokens --tokenizer emu3 --res 512 | true", 4, ""),
        ("tokencost tokens --tokenizer emu3 --res 7 2>/dev/full", 2, ""),
        ("tokencost tokens --tokenizer emu3 --res 7 <&- >&- 2>&-", 2, ""),
        ("tokencost tokens --tokenizer emu3 --res 512 -o /dev/full", 4, "/dev/full: No space left on device"),
        ("tokencost tokens --tokenizer emu3 --res 512 -o /dev/stdout | grep -c grid", 0, ""),
        ("tokencost --help >/dev/full", 4, "No space left on device"),
        ("tokencost --help | true", 4, ""),
        ("tokencost --version >/dev/full", 4, ""),
        ("tokencost --version >&-", 4, ""),
        ("tokencost check - <&-", 4, "standard input is closed"),
        ("tokencost check /dev/zero", 4, "a device, not a file"),
        ("tokencost check .", 4, "a folder, not a file"),
        # Where files may not grow, Python cuts compiled modules short, on which every later start fails, and what
        # measures coverage cannot write what it saw.
        (
            "ulimit -f 1; COVERAGE_PROCESS_CONFIG= PYTHONDONTWRITEBYTECODE=1 "
            "tokencost catalog list models -f json -o big.json",
            4,
            "File too large",
        ),
        ("PYTHONIOENCODING=ascii tokencost tokens --tokenizer emu3 --res 512", 0, ""),
        ("LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 tokencost catalog list engines", 0, ""),
        ("COLUMNS=x LINES=-1 TERM= NO_COLOR=1 tokencost tokens --tokenizer emu3 --res 512", 0, ""),
    ],
)
def test_a_fault_has_the_code_of_the_contract(
    line: str, code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Full disks, closed streams, pipes that nobody reads, devices, odd encodings: 4, or no matter at all.
    """
    monkeypatch.chdir(tmp_path)
    done = shell(line)

    assert (code, says) == (done.returncode, says if says in done.stderr else done.stderr)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_has_its_own_code_and_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    """
    A job that is cancelled was not judged.
    """
    target = tmp_path / "accuracy.json"
    line = [sys.executable, "-m", "tokencost", "validate", "--fit", "-o", str(target), "-f", "json"]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert running.stderr.readline().startswith("fitting")
        time.sleep(0.2)
        running.send_signal(number)
        said = running.stderr.read()

    assert (code, "", []) == (running.returncode, said, os.listdir(tmp_path))


def test_an_interrupt_in_code_made_from_text_is_one_like_any_other(tmp_path: Path) -> None:
    """
    Records are compiled when they are first made; Ctrl-C may come just then, and Python remembers that to its end.
    """
    (tmp_path / "interrupted.py").write_text(
        "import sys\n"
        "from tokencost.cli import run\n"
        "run.app = lambda **_: exec('raise KeyboardInterrupt')\n"
        "sys.exit(run.run())\n"
    )
    done = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, capture_output=True, check=False)

    assert (130, b"", b"") == (done.returncode, done.stdout, done.stderr)


def limited(megabytes: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of one process")
def test_too_little_memory_is_no_verdict() -> None:
    """
    A runner that is too small must not look like a budget that is kept or broken, at whatever point it is too small.
    """
    line = [sys.executable, "-m", "tokencost", "check", DRAFT]
    for megabytes in (40, 60, 4096):
        done = subprocess.run(line, capture_output=True, text=True, check=False, preexec_fn=limited(megabytes))
        assert done.returncode in ((0,) if megabytes == 4096 else (0, 1, 4))
        assert not done.returncode or not done.stdout


@pytest.mark.parametrize(
    ("missing", "line", "code", "says"),
    [
        ("torch", "calibrate --quick -o own", 2, "tokencost-planner[torch]"),
        ("numba", f"check {DRAFT}", 0, ""),
        ("rich", f"check {DRAFT}", 0, ""),
    ],
)
def test_a_package_that_is_not_there_is_asked_for_or_done_without(
    missing: str, line: str, code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Extras are named where they are needed.
    """
    monkeypatch.chdir(tmp_path)
    start = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv[0] = 'tokencost'; import tokencost.cli as c; c.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", start, *line.split()], capture_output=True, text=True, check=False, timeout=60
    )

    assert (code, says) == (done.returncode, says if says in done.stderr else done.stderr)
    assert "Traceback" not in done.stderr


def test_without_git_a_revision_cannot_be_read(tmp_path: Path) -> None:
    """
    Slim images have none.
    """
    line = [sys.executable, "-m", "tokencost", "diff", "main:specs/poster-512.yaml", DRAFT]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, "PATH": str(tmp_path)})

    assert (4, True) == (done.returncode, "git: No such file" in done.stderr)
