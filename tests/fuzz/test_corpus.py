"""Seeds of the fuzzer, and inputs that were findings once: each is a value or a declared problem."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, clean, tried

CORPUS = Path(__file__).parent / "corpus"
SEEDS = sorted(path for path in CORPUS.rglob("*") if path.is_file())
TOKENS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b"\n",
    b": ",
    b",",
    b'"',
    b"'",
    b"-",
    b"1e999",
    b"0e99999999999999999999",
    b"9" * 50,
    b"\xff",
    b"\x00",
    b"&a",
    b"*a",
)


@pytest.fixture(autouse=True, scope="module")
def _clean() -> Iterator[None]:
    yield
    clean()


@pytest.mark.parametrize(
    "path", sorted(p for p in CORPUS.rglob("*") if p.is_file()), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_a_seed_is_taken(path: Path) -> None:
    """
    A seed that is refused at once leads the fuzzer nowhere.
    """
    assert tried(path.parent.name, path.read_bytes())


def _token(draw: random.Random) -> bytes:
    token = draw.choice(TOKENS)
    return bytes([token]) if isinstance(token, int) else token


def mutated(data: bytes, draw: random.Random) -> bytes:
    """A few bytes cut, doubled, replaced, or put in."""
    for _ in range(draw.randint(1, 4)):
        at, to = sorted(draw.randrange(len(data) + 1) for _ in range(2))
        what = draw.choice([b"", data[at:to] * 2, draw.randbytes(1), _token(draw)])
        data = data[:at] + what + data[draw.choice([at, to, min(at + 1, len(data))]) :]
    return data[:4096]


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_seeds_are_values_or_declared_problems(name: str) -> None:
    """
    A few hundred mutations without the fuzzer; it tries a million.
    """
    draw = random.Random(name)
    seeds = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    for _ in range(40 if name in ("saved", "record") else 200):
        tried(name, mutated(draw.choice(seeds), draw))
