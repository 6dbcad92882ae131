"""JSON lines: the objects of the JSON answer, one to a line, for logs and for whatever reads line by line."""

import json
from collections.abc import Callable
from typing import Any

from tokencost.report.answers_json import defused


def lines_of(render: Callable[..., str]) -> Callable[..., str]:
    """A renderer of JSON as one of JSON lines: an object per spec, or the one object there is."""

    def lines(answer: Any) -> str:
        document = json.loads(render(answer))
        members = document if isinstance(document, list) else [document]
        return "".join(f"{_compact(member)}\n" for member in members)

    return lines


def _compact(value: Any) -> str:
    return defused(json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")))
