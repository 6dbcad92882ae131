"""The strict reader: plain YAML 1.2 from untrusted bytes, with the place of every key and value.

It works on parser events, so nothing is constructed, limits stop it while it reads, and what the language
leaves out (anchors, aliases, merge keys, tags, second documents) is named where it stands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from tokencost.errors import Problem, SpecError
from tokencost.reading.characters import forbidden, unseen
from tokencost.reading.document import Document, Mark, Path, printable
from tokencost.reading.files import contents, decoded, shown, too_large
from tokencost.reading.scalars import plain
from tokencost.units import quoted

__all__ = ["Document", "quoted", "read", "read_file"]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 1 << 20
MAX_LEVELS = 20
MAX_NODES = 20_000
MAX_KEY = 200
MAX_PROBLEMS = 40
LINE_END = re.compile("\r\n|\r|\n")
PLAINER = {
    "found incompatible YAML document": "an unknown version; the directives that are read are %YAML 1.1 and %YAML 1.2",
    "found unknown directive name": "an unknown directive; the directives that are read are %YAML 1.1 and %YAML 1.2",
    "could not find expected ':'": "expected ':' after a key",
    "mapping values are not allowed in this context": "a ':' that is not expected here; text that holds ': ' is quoted",
    "found character that cannot start any token": "a character that cannot begin a value; put the text in quotes",
}
"""The parser's words, and words for people."""


class _Stop(Exception):  # noqa: N818
    """Reading on makes no sense."""


@dataclass
class _Reading:
    """One pass over the events of one file."""

    events: Iterator[Any]
    document: Document
    marks: dict[Path, Mark] = field(default_factory=dict)
    key_marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0

    def complain(self, mark: Any, path: Path, message: str) -> None:
        """Note a problem at a place in the text."""
        place = (mark.line + 1, mark.column + 1)
        here = Document(None, self.document.file, {path: place}, lines=self.document.lines)
        self.problems.append(here.problem(path, message))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop

    def node(self, event: Any, path: Path) -> Any:
        """The value that starts with `event`, as plain data."""
        self.nodes += 1
        self.marks[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if self.nodes > MAX_NODES:
            self.complain(
                event.start_mark, (), f"more than {MAX_NODES:,} nodes (keys and values); the limit is {MAX_NODES}"
            )
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            return self.complain(
                event.start_mark, path, f"an alias (*{str(event.anchor)[:40]}); repeat the value instead"
            )
        self.plainness(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path)
        if len(path) >= MAX_LEVELS:
            self.complain(event.start_mark, path[:5], f"nested deeper than {MAX_LEVELS} levels")
            raise _Stop
        return self.mapping(path) if isinstance(event, yaml.MappingStartEvent) else self.sequence(path)

    def plainness(self, event: Any, path: Path) -> None:
        """Refuse what decorates a node."""
        if event.anchor is not None:
            self.complain(event.start_mark, path, f"an anchor (&{event.anchor[:40]}); anchors are not read, remove it")
        if event.tag is not None:
            self.complain(event.start_mark, path, f"a tag ({quoted(event.tag)}); tags are not read, remove it")

    def scalar(self, event: Any, path: Path) -> Any:
        """Quoted scalars are text; plain ones may be numbers, true, false or null."""
        for _, what in forbidden(event.value):
            self.complain(event.start_mark, path, f"{what} may not stand in a value")
            break
        if event.style:
            return event.value
        try:
            return plain(event.value)
        except ValueError as error:
            return self.complain(event.start_mark, path, str(error))

    def sequence(self, path: Path) -> list[Any]:
        """Everything up to the end of the list."""
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, (*path, len(found))))
        return found

    def mapping(self, path: Path) -> dict[str, Any]:
        """Everything up to the end of the mapping; a key counts once."""
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, path)
            if key is not None and key in found:
                before = self.key_marks[(*path, key)][0]
                self.complain(event.start_mark, (*path, key), f"duplicate key {quoted(key)}, first on line {before}")
            if key is None or key in found:
                self.skip(next(self.events))
                continue
            self.key_marks[(*path, key)] = (event.start_mark.line + 1, event.start_mark.column + 1)
            found[key] = self.node(next(self.events), (*path, key))
        return found

    def skip(self, event: Any) -> None:
        """Read past a value that has no place in the data; too much of it ends the reading."""
        level = int(isinstance(event, yaml.CollectionStartEvent))
        while level:
            event = next(self.events)
            level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            self.nodes += 1
            if level > MAX_LEVELS or self.nodes > MAX_NODES:
                raise _Stop

    def key(self, event: Any, path: Path) -> str | None:
        """The text of a key, or None after a complaint."""
        self.nodes += 1
        if not isinstance(event, yaml.ScalarEvent):
            self.complain(
                event.start_mark, path, "a key is text, not a list or a mapping; is a template not filled in?"
            )
            self.skip(event)
            return None
        self.plainness(event, path)
        fault = key_fault(event)
        if fault:
            self.complain(event.start_mark, path, fault)
        return None if fault else event.value


def key_fault(event: Any) -> str:
    """Why a scalar cannot be a key; empty if it can."""
    key: str = event.value
    if len(key) > MAX_KEY:
        return f"key {quoted(key[:30])}... is {len(key):,} characters long; the limit is {MAX_KEY}"
    if unseen(key):
        return f"key {quoted(key)} holds {unseen(key)}"
    if event.style:
        return ""
    if key == "<<":
        return "a merge key (<<); merge keys are not read, repeat the values instead"
    try:
        text = isinstance(plain(key), str)
    except ValueError:
        text = False
    return "" if text else f"key {quoted(key)} is not text; put it in quotes" if key else "a key is missing before ':'"


def read(source: bytes, file: str) -> Document:
    """Read one document; raises SpecError with every problem found."""
    if len(source) > MAX_BYTES:
        raise SpecError(too_large(file, MAX_BYTES))
    text = decoded(source, file)
    lines = tuple(LINE_END.split(text))
    document = Document(None, file, lines=lines)
    check_characters(text, document)
    reading = _Reading(yaml.parse(text, Loader=LOADER), document)
    data = _data(reading)
    if reading.problems:
        raise SpecError(*reading.problems)
    return Document(data, file, reading.marks, reading.key_marks, lines)


def read_file(path: FilePath) -> Document:
    """Read one file; raises AccessError if that is impossible and SpecError if it makes no sense."""
    return read(contents(path, MAX_BYTES), shown(path))


def check_characters(text: str, document: Document) -> None:
    """Refuse what may not stand in a file; raises SpecError with the first place of each kind."""
    problems: dict[str, Problem] = {}
    for position, what in forbidden(text):
        if what not in problems and len(problems) < 5:
            line = len(LINE_END.findall(text, 0, position)) + 1
            column = position - max(text.rfind("\n", 0, position), text.rfind("\r", 0, position))
            here = Document(None, document.file, {(): (line, column)}, lines=document.lines)
            problems[what] = here.problem((), f"{what} may not stand in a file")
    if problems:
        raise SpecError(*problems.values())


def _data(reading: _Reading) -> Any:
    try:
        return _stream(reading)
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or yaml.Mark(reading.document.file, 0, 0, 0, None, 0)
        what = PLAINER.get(str(error.problem), str(error.problem))
        _syntax(reading, mark, f"{what}{_advice(reading.document.lines, mark.line)}")
    except yaml.YAMLError as error:
        reading.problems.append(Problem(f"not YAML: {printable(str(error))[:80]}", reading.document.file, 1, 1))
    return None


def _syntax(reading: _Reading, mark: Any, message: str) -> None:
    try:
        reading.complain(mark, (), f"not YAML: {message}")
    except _Stop:
        return


def _advice(lines: tuple[str, ...], at: int) -> str:
    """What is probably wrong near a line that the parser stumbled over."""
    near = range(max(0, at - 1), min(len(lines), at + 1))
    glued = next((n for n in near if re.fullmatch(r"\s*(- )?[A-Za-z_]\w*:[^\s/].*", lines[n])), None)
    if glued is not None:
        return f"; line {glued + 1} needs a space after ':'"
    if any(re.match(r"\s*\t", lines[n]) for n in near):
        return "; indent with spaces, not with tabs"
    return ""


def _stream(reading: _Reading) -> Any:
    next(reading.events)
    start = next(reading.events)
    if isinstance(start, yaml.StreamEndEvent):
        reading.problems.append(Problem("the file is empty; a mapping is expected", reading.document.file, 1, 1))
        return None
    if start.tags:
        reading.complain(start.start_mark, (), "a %TAG directive; tags are not read, remove it")
    data = reading.node(next(reading.events), ())
    next(reading.events)
    after = next(reading.events)
    if isinstance(after, yaml.DocumentStartEvent):
        reading.complain(after.start_mark, (), "a second document begins here; a file holds one")
    return data
