"""The pages of the documentation, taken apart: commands, and the files they are about."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKILL = ROOT / "tokencost" / "SKILL.md"
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", SKILL, *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\|.*\| `(tokencost [^`|]+)`", re.MULTILINE)
"""A command in a table of questions."""
EXAMPLE = re.compile(r"^    (tokencost .+)$", re.MULTILINE)
"""The example in the help of a command."""
FILE = re.compile(r"# ([\w./-]+\.ya?ml)\n")
EXIT = re.compile(r"\s+# exit (\d)$")
NOT_RUN = {
    "pip install": "brings packages from the network",
    "python3 -m venv": "makes an environment and brings packages from the network",
    "pytest": "the tests themselves",
    ".ci/run": "the tests themselves, in fresh environments",
    "tokencost calibrate": "measures for minutes and needs PyTorch; tests/measuring runs it",
    "tokencost validate mine.csv": "reads what a calibration of the reader's machine wrote",
    "tokencost estimate sdxl --gpu my-box": "uses what a calibration of the reader's machine wrote",
    "tokencost catalog add config.json": "reads a configuration of the reader; tests/importing runs it",
    "tokencost catalog add ./my-flux": "reads a configuration of the reader; tests/importing runs it",
    "tokencost plan first.yaml --watch": "runs until somebody interrupts it; tests/cli/test_watch.py does",
    "tokencost reconcile invoice.csv": "reads an invoice of the reader; tests/cli/test_reconcile.py makes one",
    "tokencost reconcile november.csv": "reads an invoice of the reader; tests/cli/test_reconcile.py makes one",
    "tokencost prices refresh": "asks the network or the reader's mirror; tests/cli/test_refresh.py has its own",
    "tokencost comment result.json": "reads a saved result of the reader; tests/network posts one",
    "tokencost --install-completion": "writes into the start file of the shell that runs it",
    "tokencost --show-completion": "asks which shell runs it; tests/cli/test_completion.py asks for each",
}
"""How commands begin that are shown and not run, and why."""
QUICK_START = re.compile(r"^## Quick start$.*?(?=^## )", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A line of a page, and the code it has to exit with."""

    line: str
    code: int


def name_of(page: Path) -> str:
    """A page as it is called."""
    return page.relative_to(ROOT).as_posix()


def fenced(page: Path, language: str) -> Iterator[str]:
    """Blocks of code in one language; what the quick start installs is run elsewhere, in an environment of its own."""
    text = QUICK_START.sub("", page.read_text(encoding="utf-8"))
    return (textwrap.dedent(body) for _, found, body in FENCE.findall(text) if found == language)


def commands(page: Path) -> list[Command]:
    """Every command of a page that is run, in order; then those of its tables and examples."""
    return [_command(line) for line in lines(page) if not reason(line)]


def lines(page: Path) -> list[str]:
    """Every command of a page as it is written."""
    shell = "".join(fenced(page, "sh")).replace("\\\n", " ").splitlines()
    console = "".join(fenced(page, "console")).replace("\\\n", " ").splitlines()
    typed = [*(line for line in shell if not line.startswith("#")), *(c[2:] for c in console if c.startswith("$ "))]
    text = page.read_text(encoding="utf-8")
    rows = ROW.findall(text) if page in (SKILL, ROOT / "README.md") else []
    examples = EXAMPLE.findall(text) if page == COMMANDS else []
    return [line.strip() for line in (*typed, *rows, *examples) if line.strip()]


def reason(line: str) -> str:
    """Why a command is not run; empty for those that are."""
    return next((why for start, why in NOT_RUN.items() if line.startswith(start)), "")


def _command(line: str) -> Command:
    found = EXIT.search(line)
    return Command(EXIT.sub("", line), int(found[1]) if found else 0)


def files(page: Path) -> dict[str, str]:
    """YAML blocks that say in their first line which file they are."""
    return {found[1]: body for body in fenced(page, "yaml") if (found := FILE.match(body))}


def write_files(page: Path, folder: Path) -> None:
    """The files of a page where its commands expect them."""
    for name, text in files(page).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
