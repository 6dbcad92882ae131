"""Every command over files, records and flags of somebody hostile: what it prints and writes obeys nobody."""

import functools
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.cli.calling import Called, call
from tests.cli.house import house
from tests.report import cases
from tests.report.parse import RAW, active, parsed
from tests.report.test_published import VALID
from tests.report.test_sinks import constructs
from tokencost.catalog import load as loading
from tokencost.errors import Problem
from tokencost.report import formats
from tokencost.report.problems import problems_in

LINES = {
    "plan SPEC --catalog OWN --quick": "plan",
    "check SPEC --catalog OWN --budget NAME.budget.yaml": "check",
    "check SPEC --catalog OWN --set labels.a=TEXT": "check",
    "compare own-lm imagen-4 --catalog OWN --gpu own-gpu --res 512": "compare",
    "compare --what-if sdxl --catalog OWN": "compare --what-if",
    "estimate own-lm --catalog OWN --gpu own-gpu": "estimate",
    "estimate imagen-4 --catalog OWN": "estimate",
    "explain SPEC --catalog OWN": "explain",
    "capacity SPEC --catalog OWN": "capacity",
    "diff SPEC SPEC --catalog OWN --set output.width=256": "diff",
    "lock SPEC --catalog OWN": "",
    "sweep NAME.sweep.yaml --catalog OWN": "",
    "sweep NAME.sweep.yaml --catalog OWN --format markdown": "",
    "validate NAME.csv": "validate",
    "prices list --catalog OWN --gpu own-gpu": "prices list",
    "prices list --catalog OWN --model imagen-4": "prices list",
    "prices show own-price --catalog OWN": "prices show",
    "train own-run --catalog OWN": "train",
    "train --list --catalog OWN": "train --list",
    "reconcile NAME.invoice.csv SPEC --catalog OWN": "reconcile",
    "catalog show own-lm --catalog OWN": "catalog show",
    "catalog show gpus/own-gpu --catalog OWN": "catalog show",
    "catalog list models --catalog OWN": "catalog list",
    "catalog check OWN": "",
    "comment saved.json --dry-run --title TEXT --id TEXT": "",
    "init --name TEXT -o NAME.new.yaml -y --schema NAME": "",
    "prices add a100 --price 1USD/h --provider TEXT --source TEXT --instance TEXT --catalog NAME.prices": "",
}  # fmt: skip
"""Commands that do their work, and whose formats they write."""
REFUSED = {
    "plan NAME.raw.yaml --catalog OWN --quick": "plan",
    "check NAME.none.yaml NAME.raw.yaml --catalog OWN": "check",
    "check SPEC --set TEXT --catalog OWN": "check",
    "catalog check RAW": "",
    "catalog add NAME.json --id own-two": "",
    "catalog show TEXT": "",
    "estimate TEXT": "estimate",
    "compare --models TEXT": "compare",
    "compare --res TEXT": "compare",
    "prices list --provider TEXT": "prices list",
    "tokens --tokenizer TEXT": "tokens",
    "validate NAME.wrong.csv": "validate",
    "capacity SPEC --trace NAME.trace.csv --catalog OWN": "capacity",
    "diff TEXT SPEC": "diff",
    "sweep NAME.raw.yaml": "",
    "schema TEXT": "",
    "TEXT": "",
}
"""Commands that say what is wrong with a name, a flag or a file."""
Seen = Counter[str]


TOWN = tempfile.TemporaryDirectory()


@pytest.fixture(autouse=True, scope="module")
def _once() -> Iterator[None]:
    """Records are read once for a folder; the folder of the tests is the one before."""
    before = os.getcwd()
    with patch.object(loading, "load", functools.cache(loading.load)):
        yield
    os.chdir(before)


@functools.cache
def built(text: str) -> tuple[Path, dict[str, str]]:
    """A folder with everything named so, and a saved result in it."""
    folder = Path(tempfile.mkdtemp(dir=TOWN.name))
    words = house(folder, text)
    os.chdir(folder)
    saved = call("check", words["spec"], "--catalog", words["own"], "--format", "json", "-o", "saved.json")
    assert saved.code in (0, 3), saved.err
    return folder, words


def ran(line: str, command: str, text: str) -> tuple[Called, dict[str, str]]:
    """What a command says, and what it writes by format."""
    folder, words = built(text)
    os.chdir(folder)
    arguments = [
        functools.reduce(lambda said, key: said.replace(key.upper(), words[key]), words, w) for w in line.split()
    ]
    names = [name for name in formats(command) if name != "table"] if command else []
    for name in names:
        Path(f"answer.{name}").unlink(missing_ok=True)
    called = call(*arguments, *(word for name in names for word in ("-o", f"{name}:answer.{name}")))
    written = {name: Path(f"answer.{name}") for name in names}
    return called, {name: path.read_text(encoding="utf-8") for name, path in written.items() if path.exists()}


@functools.cache
def innocent(line: str, command: str) -> tuple[int, dict[str, tuple[Seen, Seen]]]:
    """The same with a name that means no harm."""
    called, written = ran(line, command, "innocent")
    everything = {**written, "table": called.out}
    return called.code, {name: (active(name, text), constructs(name, text)) for name, text in everything.items()}


def harmless(line: str, command: str, hostile: str) -> int:
    """Assert that nothing printed or written is obeyed by anybody; the exit code."""
    code, expected = innocent(line, command)
    called, written = ran(line, command, cases.HOSTILE[hostile])

    for text in (called.out, called.err):
        assert not RAW.search(text)
        assert not active("table", text)["command"]
    for name, text in written.items():
        assert parsed(name, text) is not None
        assert not RAW.search(text)
        VALID.get(name, str)(text)
        found = (active(name, text), constructs(name, text))
        if code == called.code in (0, 3):
            assert not found[0] - expected[name][0]
            assert not found[1] - expected[name][1]
        else:
            assert kinds(found) <= kinds(refusal(name)) | kinds(expected.get(name, (Counter(), Counter())))
    return called.code


@functools.cache
def refusal(name: str) -> tuple[Seen, Seen]:
    """What a refusal is made of in a format, whatever it is about."""
    text = problems_in(name, [Problem("wrong", "a.yaml", 1, 2, "output.width")])
    return (active(name, text), constructs(name, text)) if text else (Counter(), Counter())


def kinds(found: tuple[Seen, Seen]) -> set[str]:
    """What there is of it at all."""
    return {kind for counted in found for kind in +counted}


@pytest.mark.parametrize("hostile", cases.HOSTILE)
@pytest.mark.parametrize("line", LINES)
def test_what_a_team_has_written_is_obeyed_by_nobody(line: str, hostile: str) -> None:
    """
    Names of products, files, folders, records, owners, columns; each command does its work all the same.
    """
    asked = innocent(line, LINES[line])[0]

    assert asked in (0, 3)
    assert harmless(line, LINES[line], hostile) in ((asked, 2) if "TEXT" in line or ".csv" in line else (asked,))


@pytest.mark.parametrize("hostile", cases.HOSTILE)
@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_is_obeyed_by_nobody(line: str, hostile: str) -> None:
    """
    On both streams, and in the formats of machines.
    """
    assert harmless(line, REFUSED[line], hostile) in (0, 2, 3, 4)
