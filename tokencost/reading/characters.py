"""Characters that have no place in a file: what a terminal obeys, and what an eye cannot see."""

import re
import unicodedata
from collections.abc import Iterator

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u200b\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f"
    + "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Controls, line separators, marks that reorder or hide text, what is no character; tab and line feed are fine.

Joiners (U+200C, U+200D) and marks of direction (U+200E, U+200F) belong to the writing of many people.
"""
UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def forbidden(text: str) -> Iterator[tuple[int, str]]:
    """Position and description of every character that may not stand in a file; CR LF ends a line."""
    for match in FORBIDDEN.finditer(text):
        if match[0] != "\r" or text[match.start() + 1 : match.start() + 2] != "\n":
            yield match.start(), described(match[0])


def unseen(key: str) -> str:
    """Description of the first character of a key that nobody can see; empty if there is none."""
    return next((described(c) for c in key if unicodedata.category(c) in UNSEEN or (c.isspace() and c != " ")), "")


def described(character: str) -> str:
    """`the character U+200B (ZERO WIDTH SPACE)`."""
    if character == "\r":
        return "a carriage return (U+000D) without a line feed"
    name = unicodedata.name(character, "control character" if unicodedata.category(character) == "Cc" else "unnamed")
    return f"the character U+{ord(character):04X} ({name})"
