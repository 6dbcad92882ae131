"""What a command costs before it says anything, beside importing its libraries: `python benchmarks/start.py [runs]`.

Processor time (user and system) of whole processes, the minimum of the runs: what else the machine does counts least
there. Every command is set against the imports that it may at most resemble.
"""

import os
import platform
import sys
import sysconfig
from pathlib import Path

SPECS = Path(__file__).parents[1] / "specs"
TOKENCOST = str(Path(sysconfig.get_path("scripts")) / "tokencost")
POSTER, THUMBNAILS = str(SPECS / "poster-1024.yaml"), str(SPECS / "thumbnails.yaml")
TYPER = "import typer"
EDGES = "import typer, rich, pydantic, yaml"
COMMANDS: tuple[tuple[tuple[str, ...], str, float | None], ...] = (
    (("--version",), TYPER, 1.2),
    (("--help",), TYPER, None),
    (("tokens", "--tokenizer", "emu3", "--res", "512"), EDGES, None),
    (("estimate", "sdxl"), EDGES, None),
    (("compare", "--res", "1024"), EDGES, None),
    (("plan", POSTER, "--quick", "--format", "json"), EDGES, None),
    (("plan", POSTER, "--format", "json"), EDGES, 1.3),
    (("plan", POSTER), EDGES, 1.6),
    (("check", POSTER, THUMBNAILS), EDGES, None),
    (("capacity", THUMBNAILS), EDGES, None),
)
"""Arguments, the imports to compare with, and how many times as long it may take, where there is a goal."""


def spent(command: list[str]) -> float:
    """Processor seconds of one process, from start to end; raises where it fails."""
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=silent)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """One table: milliseconds, times the imports, the goal."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    processes = {code: [sys.executable, "-c", code] for code in ("pass", TYPER, EDGES)}
    processes |= {" ".join(arguments): [TOKENCOST, *arguments] for arguments, _, _ in COMMANDS}
    least = dict.fromkeys(processes, float("inf"))
    for _ in range(runs):
        for name, command in processes.items():
            least[name] = min(least[name], spent(command))
    print(f"{platform.machine()}, Python {platform.python_version()}, minimum of {runs} runs, processor time")
    print(f"{'command':<60} {'ms':>7} {'ratio':>6} {'goal':>5}")
    goals = {" ".join(arguments): (against, goal) for arguments, against, goal in COMMANDS}
    for name, seconds in least.items():
        against, goal = goals.get(name, ("", None))
        ratio = f"{seconds / least[against]:.2f}" if against else ""
        shown = name.replace(f"{SPECS}{os.sep}", "specs/")
        print(f"{shown:<60} {1000 * seconds:>7.1f} {ratio:>6} {goal or '':>5}")


if __name__ == "__main__":
    main()
