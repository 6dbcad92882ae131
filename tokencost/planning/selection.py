"""Which specs a rule of a budget file is about."""

import functools
import os
import re
from collections.abc import Mapping

from tokencost.nouns.budget import Selection


def selects(select: Selection, folder: str, file: str, labels: Mapping[str, str]) -> bool:
    """Whether a spec is meant: its file fits one of the patterns, and all of its labels are among those asked for."""
    labelled = all(labels.get(name) in values for name, values in select.labels.items())
    if not labelled or not select.specs:
        return labelled
    path = os.path.relpath(file, folder or ".").replace(os.sep, "/") if file else ""
    return any(pattern(glob).fullmatch(path) for glob in select.specs)


@functools.cache
def pattern(glob: str) -> re.Pattern[str]:
    """A pattern of files as a regular expression.

    `*` and `?` stay inside a folder, `**` crosses folders, `[ab]` is one of the characters; a pattern without a slash
    fits the name of a file in any folder.
    """
    written = glob if "/" in glob else f"**/{glob}"
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]/]+\])", written.removeprefix("./"))
    return re.compile("".join(_translated(part) for part in parts), re.DOTALL)


def _translated(part: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part.startswith("[") and part.endswith("]"):
        inner = part[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[{'^' + inner[1:] if inner.startswith('!') else inner.replace('^', chr(92) + '^')}]"
    return known.get(part) or re.escape(part)
