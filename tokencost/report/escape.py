"""What others wrote stays text: one encoder for every place a report goes to.

Names, messages and file names may hold anything. No character may steer a terminal, run as a command
of a CI log, become markup, or be evaluated by a spreadsheet; and none may vanish.
"""

import html as markup
import re

INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, line separators, marks that reorder or hide text, and what XML and UTF-8 cannot carry."""
COMMAND = re.compile(r"^(\s*)::")
"""Where a line is a command of GitHub's runner."""
SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
GLYPHS = {ord(sign): text for sign, text in {
    "–": "-", "×": "x", "≥": ">=", "≤": "<=", "·": "-", "─": "-", "✔": "+", "✘": "x", "→": "->", "←": "<-",
    "…": "...", "²": "^2",
}.items()}  # fmt: skip
MARKDOWN = {c: f"\\{c}" for c in "\\*_[]~"} | {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "&#96;", "|": "&#124;",
}  # fmt: skip
"""Entities cannot open a code span or end a cell."""
REFERENCE = r"(?P<reference>(?:[@#]|://|www\.|[!&%](?=[0-9\"])|~(?=[\w\"])|\bGH-(?=[0-9]))+)"
"""What forges make links, mentions and references to issues of, after they have decoded entities, but not in code."""
ACTIVE = re.compile(f"{REFERENCE}|{'|'.join(re.escape(key) for key in MARKDOWN)}", re.IGNORECASE)
SHOWN = r"[1-9][0-9]{0,8}\. (?![0-9]+[.)])[^\W_]"
"""A number that a list shows as it is written, before a word."""
OPENING = re.compile(rf"^(?P<list>[-+](?=[-\s]|$))|^(?!{SHOWN})(?P<number>[0-9]{{1,9}})(?P<end>[.)])(?=\s|$)|^\s+|\s+$")
"""What starts a list, a rule or a block of code where a line begins, and spaces that would vanish."""
WEB = re.compile(r"https?://[!#$%&()*+,\-./0-9:;=?@A-Z_a-z~]+")
LIVE = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def visible(text: str) -> str:
    """`text` in one line, with everything one cannot see written as an escape.

    GitHub's runner obeys `##[...]` anywhere in a log, so that is written as an escape too.
    """
    return INVISIBLE.sub(lambda match: _escape(match[0]), text).replace("##[", "#\\x23[")


def _escape(character: str) -> str:
    code = ord(character)
    long = f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return SHORT.get(character) or (f"\\x{code:02x}" if code <= 0xFF else long)


def terminal(text: str, *, ascii_only: bool = False) -> str:
    """Text for a terminal or a log; never a command of a CI system, wherever a line breaks."""
    shown = visible(text).replace("::", ":\\x3a")
    return to_ascii(shown) if ascii_only else shown


def spoken(text: str) -> str:
    """Lines for whoever watches a command: no escape, and no line that a CI system takes for a command."""
    return "\n".join(COMMAND.sub(r"\1:\\x3a", visible(line)) for line in text.split("\n"))


def to_ascii(text: str) -> str:
    """Signs spelled in ASCII, everything else as escapes."""
    return text.translate(GLYPHS).encode("ascii", "backslashreplace").decode("ascii")


def markdown(text: str) -> str:
    """Text that is no markup in any place of a Markdown document, table cells included."""
    return ACTIVE.sub(lambda match: f"`{match[0]}`" if match["reference"] else MARKDOWN[match[0]], visible(text))


def markdown_line(text: str) -> str:
    """The same where a line or the text of a list's point begins."""
    return OPENING.sub(_closed, markdown(text))


def _closed(match: re.Match[str]) -> str:
    if match["number"]:
        return f"{match['number']}\\{match['end']}"
    if match["list"]:
        return f"\\{match['list']}"
    return "".join(f"&#{ord(space)};" for space in match[0])


def code(text: str) -> str:
    """A Markdown code span outside of tables; its fence is longer than any run of backticks in it."""
    shown = visible(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{shown}{space}{fence}"


def html(text: str) -> str:
    """Text for HTML, between tags or in a quoted attribute."""
    return markup.escape(visible(text), quote=True)


def link(address: str) -> str:
    """An address that a page may link to, as text for a quoted attribute; empty for everything but the web's own."""
    return html(address) if WEB.fullmatch(address) else ""


def in_script(text: str) -> str:
    """JSON inside of a script of a page: no sign in it can end the script, or begin a tag or a comment."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def annotation(text: str) -> str:
    """The message of a GitHub workflow command."""
    return visible(text).replace("%", "%25")


def annotation_property(text: str) -> str:
    """A property of a GitHub workflow command."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")


def csv(text: str) -> str:
    """A cell that a spreadsheet shows instead of evaluating."""
    shown = visible(text)
    return f"'{shown}" if LIVE.match(shown) and not NUMBER.fullmatch(shown) else shown
