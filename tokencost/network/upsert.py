"""One comment per report: found by its hidden marker, written once, then kept up to date by newer runs alone."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tokencost.network.forges import Comment, Forge
from tokencost.network.http import UnansweredError

OPENING, CLOSING = "<!-- tokencost-comment ", " -->"
ATTEMPTS = 3
"""Times a comment is looked for and written, where a forge does not say whether it was."""

Run = tuple[int, int]
"""Number and attempt of a run, in the order of time; (0, 0) is not known."""
Done = Literal["created", "updated", "identical", "older"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be said: which report, of which run, in Markdown."""

    id: str
    run: Run
    text: str

    @property
    def body(self) -> str:
        """The text below its marker."""
        return f"{_marker(self.id, self.run)}\n{self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of a draft."""

    done: Done
    comment: Comment


def _marker(name: str, run: Run) -> str:
    """A comment of HTML that holds any id, ends where it should, and is no command in a log."""
    said = json.dumps({"id": name, "run": list(run)}, ensure_ascii=True, sort_keys=True)
    return OPENING + "".join(f"\\u{ord(sign):04x}" if sign in "-<>#\x7f" else sign for sign in said) + CLOSING


def marked(body: str) -> tuple[str, Run] | None:
    """Id and run of a comment of ours; None for any other."""
    first = body.partition("\n")[0].rstrip()
    if not first.startswith(OPENING) or not first.endswith(CLOSING):
        return None
    try:
        said = json.loads(first[len(OPENING) : -len(CLOSING)])
        number, attempt = said["run"]
        return (said["id"], (number, attempt)) if all(type(n) is int for n in (number, attempt)) else None
    except (ValueError, TypeError, KeyError):
        return None


def existing(comments: Iterable[Comment], name: str, author: str) -> Comment | None:
    """The comment of this very id, by this author if one is named; of several the one of the newest run."""
    ours = [
        (said[1], comment.id, comment)
        for comment in comments
        if (not author or comment.author == author) and (said := marked(comment.body)) and said[0] == name
    ]
    return max(ours, key=lambda found: found[:2])[2] if ours else None


def decided(found: Comment | None, draft: Draft) -> Done:
    """What has to be done; an unknown run is taken for a new one."""
    said = marked(found.body) if found else None
    if found is None or said is None:
        return "created"
    if draft.run != (0, 0) and draft.run < said[1]:
        return "older"
    return "identical" if _lines(found.body) == _lines(draft.body) else "updated"


def _lines(body: str) -> list[str]:
    """A body without what forges change at the ends of lines."""
    return [line.rstrip() for line in body.strip().splitlines()]


def upsert(forge: Forge, draft: Draft, author: str = "") -> Posted:
    """Create, update, or leave alone; where a forge leaves open whether it wrote, look again before writing twice."""
    for attempt in range(1, ATTEMPTS + 1):
        found = existing(forge.comments(), draft.id, author)
        todo = decided(found, draft)
        if found is not None:
            return Posted(done=todo, comment=forge.update(found, draft.body) if todo == "updated" else found)
        try:
            return Posted(done="created", comment=forge.create(draft.body))
        except UnansweredError as error:
            if not error.uncertain or attempt == ATTEMPTS:
                raise
    raise AssertionError
