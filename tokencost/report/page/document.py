"""The frame of every page: its style, its scripts and its data inside it, and a policy that lets nothing else run.

The policy names the very scripts and styles of the page by their hashes: whatever else may come to stand in a page
does not run, nothing is loaded, nothing is sent.
"""

import functools
import hashlib
import json
from base64 import b64encode
from pathlib import Path

from tokencost.report.escape import html, in_script
from tokencost.report.numbers import Json

HERE = Path(__file__).parent
LIBRARY = HERE / "vendor" / "chart.umd.min.js"
SCRIPTS = ("charts.js", "panel.js", "page.js")
MAP = "//# sourceMappingURL="
"""A last line of the library that sends whoever opens the tools of a browser to a file that is not there."""


def document(title: str, body: str, data: Json = None) -> str:
    """A whole page; `data` is what its charts and its panel show, and brings the library that draws them."""
    scripts = [_library(), *(_asset(name) for name in SCRIPTS)] if data is not None else []
    style, icon = _asset("page.css"), '<link rel="icon" href="data:,">'
    given = f'<script type="application/json" id="data">{embedded(data)}</script>\n' if data is not None else ""
    run = "".join(f"<script>{script}</script>\n" for script in scripts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, scripts)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html(title)}</title>\n{icon}\n<style>{style}</style>\n</head>\n<body>\n"
        f"<main>\n{body}\n</main>\n{given}{run}</body>\n</html>\n"
    )


def embedded(data: Json) -> str:
    """JSON that ends no script and opens no comment, in ASCII."""
    return in_script(json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")))


def _policy(style: str, scripts: list[str]) -> str:
    run = " ".join(map(_hash, scripts)) or "&#x27;none&#x27;"
    return (
        f"default-src &#x27;none&#x27;; script-src {run}; style-src {_hash(style)}; img-src data:; "
        "base-uri &#x27;none&#x27;; form-action &#x27;none&#x27;"
    )


@functools.cache
def _hash(text: str) -> str:
    return f"&#x27;sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}&#x27;"


@functools.cache
def _library() -> str:
    return LIBRARY.read_text(encoding="utf-8").rpartition(MAP)[0].rstrip()


@functools.cache
def _asset(name: str) -> str:
    return (HERE / "assets" / name).read_text(encoding="utf-8").strip()
