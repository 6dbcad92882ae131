"""The pages of the documentation, taken apart: commands, and the files they are about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w./-]+\.ya?ml)\n")
EXIT = re.compile(r"\s+# exit (\d)$")
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
    return (body for found, body in FENCE.findall(text) if found == language)


def commands(page: Path) -> list[Command]:
    """Every command of a page, in order."""
    lines = "".join(fenced(page, "sh")).replace("\\\n", " ").splitlines()
    return [_command(line.strip()) for line in lines if line.strip() and not line.startswith("#")]


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
