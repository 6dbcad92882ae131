"""JSON from untrusted bytes, by the rules of the strict reader: limits, no duplicate keys, a place for every value.

RFC 8259 and nothing more: no NaN, no second document, no trailing comma; numbers and keys as in the other files.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from tokencost.errors import SpecError
from tokencost.reading.characters import forbidden, unseen
from tokencost.reading.document import Document, Mark, Path
from tokencost.reading.files import contents, decoded, shown, too_large
from tokencost.reading.scalars import plain
from tokencost.reading.strict import LINE_END, MAX_KEY
from tokencost.units import quoted

MAX_BYTES = 1 << 24
MAX_LEVELS = 40
MAX_NODES = 250_000
SPACE = re.compile(r"[ \t\r\n]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z_.+-])")
STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+"')
WORD = re.compile(r"true|false|null")
WORDS = {"true": True, "false": False, "null": None}


class _Fault(Exception):  # noqa: N818
    """What is wrong, and how far into the text; `syntax` if it is no JSON at all."""

    def __init__(self, at: int, message: str, path: Path = (), *, syntax: bool = True) -> None:
        super().__init__(message)
        self.at, self.message, self.path, self.syntax = at, message, path, syntax


@dataclass(slots=True)
class _Reading:
    """One pass over a text; `places` and `keys` are where each value and its key begin."""

    text: str
    places: dict[Path, int] = field(default_factory=dict)
    keys: dict[Path, int] = field(default_factory=dict)

    def value(self, at: int, path: Path) -> tuple[Any, int]:
        """The value at a position, and where it ends."""
        self.places[path] = at
        if len(self.places) > MAX_NODES:
            raise _Fault(at, f"more than {MAX_NODES:,} values", syntax=False)
        sign = self.text[at : at + 1]
        if sign == '"':
            return self.string(at, path)
        if sign in ("{", "["):
            if len(path) >= MAX_LEVELS:
                raise _Fault(at, f"nested deeper than {MAX_LEVELS} levels", syntax=False)
            return self.mapping(at, path) if sign == "{" else self.sequence(at, path)
        return self.scalar(at, path)

    def scalar(self, at: int, path: Path) -> tuple[Any, int]:
        """A number, true, false or null."""
        found = NUMBER.match(self.text, at)
        if found:
            try:
                return plain(found[0]), found.end()
            except ValueError as error:
                raise _Fault(at, str(error), path, syntax=False) from None
        word = WORD.match(self.text, at)
        if word:
            return WORDS[word[0]], word.end()
        raise _Fault(at, "the file ends where a value is due" if at == len(self.text) else "a value is due here", path)

    def string(self, at: int, path: Path) -> tuple[str, int]:
        """Text, its escapes resolved; what may not stand in a file may not come out of an escape either."""
        token = STRING.match(self.text, at)
        if token is None:
            raise _Fault(at, "text is due here, in double quotes to the end and in one line", path)
        try:
            found: str = json.loads(token[0]) if "\\" in token[0] else token[0][1:-1]
        except ValueError:
            raise _Fault(at, "an escape in this text means nothing", path) from None
        for _, what in forbidden(found):
            raise _Fault(at, f"{what} may not stand in a value", path, syntax=False)
        return found, token.end()

    def sequence(self, at: int, path: Path) -> tuple[list[Any], int]:
        """Everything up to the end of the list."""
        found: list[Any] = []
        at = self.after(at + 1)
        if self.text[at : at + 1] == "]":
            return found, at + 1
        while True:
            one, at = self.value(at, (*path, len(found)))
            found.append(one)
            at, more = self.further(at, "]", path)
            if not more:
                return found, at

    def mapping(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        """Everything up to the end of the mapping; a key counts once."""
        found: dict[str, Any] = {}
        at = self.after(at + 1)
        if self.text[at : at + 1] == "}":
            return found, at + 1
        while True:
            begins = at
            key, at = self.key(at, path, found)
            self.keys[(*path, key)] = begins
            found[key], at = self.value(at, (*path, key))
            at, more = self.further(at, "}", path)
            if not more:
                return found, at

    def key(self, at: int, path: Path, found: dict[str, Any]) -> tuple[str, int]:
        """A key, and where its value begins."""
        if self.text[at : at + 1] != '"':
            raise _Fault(at, "a key in double quotes is due here", path)
        key, end = self.string(at, path)
        fault = f"duplicate key {quoted(key)}" if key in found else _key_fault(key)
        if fault:
            raise _Fault(at, fault, path, syntax=False)
        colon = self.after(end)
        if self.text[colon : colon + 1] != ":":
            raise _Fault(colon, f"':' is due after the key {quoted(key)}", path)
        return key, self.after(colon + 1)

    def further(self, at: int, closing: str, path: Path) -> tuple[int, bool]:
        """Where the next element begins, and that there is one; else where the collection ends."""
        at = self.after(at)
        sign = self.text[at : at + 1]
        if sign == closing:
            return at + 1, False
        if sign != ",":
            raise _Fault(at, f"',' or '{closing}' is due here", path)
        return self.after(at + 1), True

    def after(self, at: int) -> int:
        """The next position that is no white space."""
        found = SPACE.match(self.text, at)
        return found.end() if found else at


def _key_fault(key: str) -> str:
    if len(key) > MAX_KEY:
        return f"a key is {len(key):,} characters long; the limit is {MAX_KEY}"
    return f"key {quoted(key)} holds {unseen(key)}" if unseen(key) else ""


@dataclass(frozen=True, slots=True)
class _Marks(Mapping[Path, Mark]):
    """Positions as lines and columns, counted when somebody asks."""

    text: str
    places: Mapping[Path, int]

    def __getitem__(self, path: Path) -> Mark:
        at = self.places[path]
        begins = max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1
        return len(LINE_END.findall(self.text, 0, begins)) + 1, at - begins + 1

    def __iter__(self) -> Iterator[Path]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def read_json(source: bytes, file: str, most: int = MAX_BYTES) -> Document:
    """One JSON document; raises SpecError with the first problem, since what follows it means nothing."""
    if len(source) > most:
        raise SpecError(too_large(file, most))
    text = decoded(source, file)
    reading = _Reading(text)
    lines = tuple(LINE_END.split(text))
    try:
        data, end = reading.value(reading.after(0), ())
        if reading.after(end) != len(text):
            raise _Fault(reading.after(end), "the document has ended before; a file holds one")
    except _Fault as fault:
        marks = _Marks(text, {fault.path: fault.at})
        message = f"not JSON: {fault.message}" if fault.syntax else fault.message
        raise SpecError(Document(None, file, marks, lines=lines).problem(fault.path, message)) from None
    return Document(data, file, _Marks(text, reading.places), _Marks(text, reading.keys), lines)


def read_json_file(path: FilePath, most: int = MAX_BYTES) -> Document:
    """One file; raises AccessError if that is impossible and SpecError if it makes no sense."""
    return read_json(contents(path, most), shown(path), most)
