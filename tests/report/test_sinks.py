"""Every command, every format: whatever any field of an answer holds, what comes out is text and obeys nobody."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.cli.calling import SPECS, call
from tests.report import cases, on_disk
from tests.report.naming import Naming
from tests.report.parse import RAW, active, parsed
from tests.report.test_published import VALID
from tokencost.cli import show
from tokencost.measuring.fit import ELEMENT
from tokencost.report import RENDERERS, formats, renderer
from tokencost.sweeping.metrics import METRICS

FOLDER = on_disk.files()
REFRESH = (
    "prices refresh {specs}/poster-512.yaml --only apis --portkey {folder}/portkey --litellm {folder}/litellm.json "
    "--catalog {folder}/own --dry-run"
)
SMALL = "--set candidates=[sdxl,emu3-gen,imagen-4]"
LINES = {
    "plan": f"plan {{specs}}/poster-512.yaml {SMALL}",
    "check": f"check {{specs}}/poster-512.yaml {SMALL} --set budget.per_asset=1e-6USD",
    "diff": "diff {specs}/captions.yaml {specs}/captions.yaml --set output_tokens=64",
    "lock": "lock {specs}/captions.yaml -o {folder}/tokencost.lock",
    "reconcile": "reconcile {folder}/invoice.csv {specs}/poster-1024.yaml --assets poster-1024=6000000",
    "compare": "compare --res 1024 --models sdxl,emu3-gen,imagen-4",
    "compare --what-if": "compare --what-if sdxl",
    "compare --where": "compare --res 1024 --models sdxl,imagen-4 --where any --residency eu",
    "compare --res=A..B": "compare --res 512..1024 --models sdxl,emu3-gen",
    "estimate": "estimate emu3-gen --res 720",
    "tokens": "tokens --tokenizer emu3 --res 512",
    "capacity": f"capacity {{specs}}/poster-512.yaml {SMALL}",
    "sweep": "sweep {folder}/sweep.yaml",
    "sample": "sample --grid 2x2 --guidance 3",
    "explain": "explain llamagen-xl --res 256",
    "explain --claims": "explain --claims",
    "validate": "validate {folder}/rows.csv",
    "train": "train emu3-gen --tokens 300e9 --against sd3",
    "train --list": "train --list",
    "train --explain": "train emu3-gen --tokens 300e9 --explain",
    "prices list": "prices list --model gemini-2.5-flash-image",
    "prices list --conflicts": "prices list --conflicts",
    "prices refresh": REFRESH,
    "prices show": "prices show aws-a100-80gb-sxm-on-demand-us-east-1",
    "catalog list": "catalog list gpus",
    "catalog show": "catalog show a100",
}
"""A command with an answer of every kind; a calibration is made of synthetic readings."""
LOOKED_UP = frozenset([*METRICS, *ELEMENT, "backbone"])
"""Texts of the program's own tables."""
IDENTITIES = {"explain"}
"""Answers whose records are known by identity: copies of them cannot be explained, tests/cli/test_sinks.py does."""
EVERY = [(command, name) for command in RENDERERS if command not in IDENTITIES for name in formats(command)]
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {"text", "softbreak", "code_inline", "text_special", "inline"}
PAINT = re.compile(r"\x1b\[(?:[0-9]{1,2};)*[0-9]{0,2}m")


@cache
def answers() -> Mapping[str, Any]:
    """What the commands of LINES answer."""
    found: dict[str, Any] = {"calibrate": cases.ANSWERS["calibrate"][0]}

    def keeping(command: str, output_format: str) -> Callable[..., str]:
        return lambda answer, **look: found.setdefault(command, answer) and "-\n"

    with patch.object(show, "renderer", keeping):
        for line in LINES.values():
            called = call(*line.format(specs=SPECS, folder=FOLDER.name).split())
            assert called.code in (0, 3), called.err
    return found


@cache
def answer(command: str, name: str) -> Any:
    """The answer with this name in place of all its texts."""
    return Naming(name, LOOKED_UP).of(answers()[command])


@cache
def innocent(command: str, output_format: str) -> tuple[Counter[str], Counter[str]]:
    """What is active in a report without malice, and what it is made of."""
    text = renderer(command, output_format)(answer(command, "innocent"))
    return active(output_format, text), constructs(output_format, text)


def constructs(output_format: str, text: str) -> Counter[str]:
    """What a Markdown reader makes of it, text aside."""
    return Counter(_kinds(READER.parse(text))) if output_format == "markdown" else Counter()


def _kinds(tokens: list[Token]) -> list[str]:
    return [
        kind
        for token in tokens
        for kind in ([token.type] if token.type not in PLAIN else []) + _kinds(token.children or [])
    ]


def test_every_command_is_asked() -> None:
    """
    A new command, or a new answer of an old one, has to be asked here too.
    """
    assert set(RENDERERS) == {*LINES, "calibrate"} == set(answers())


@pytest.mark.parametrize(("command", "output_format"), EVERY)
def test_no_text_of_any_answer_is_obeyed(command: str, output_format: str) -> None:
    """
    Each format is read by a parser of its own: nothing hidden, nothing that runs, links, opens or structures.
    """
    seen, made = innocent(command, output_format)
    for hostile, name in cases.HOSTILE.items():
        text = renderer(command, output_format)(answer(command, name))

        assert parsed(output_format, text) is not None, hostile
        assert not RAW.search(text), hostile
        assert not active(output_format, text) - seen, hostile
        assert not constructs(output_format, text) - made, hostile
        VALID.get(output_format, str)(text)


@pytest.mark.parametrize("command", sorted({*RENDERERS} - IDENTITIES))
def test_no_text_steers_a_narrow_terminal_in_colours(command: str) -> None:
    """
    Where lines break early, and escapes of the report's own stand beside the text.
    """
    for hostile, name in cases.HOSTILE.items():
        look = {"width": 24, "color": True, "ascii_only": hostile == "wide"}
        shown = PAINT.sub("", renderer(command, "table")(answer(command, name), **look))

        assert not RAW.search(shown), hostile
        assert not active("table", shown)["command"], hostile
        assert hostile != "wide" or shown.isascii()
