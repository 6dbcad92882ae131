"""Reports: pure functions from an answer to text, one module per format, each loaded when it is asked for.

Answers of plan and check are sequences, one entry per spec. Renderers of the table take `width`, `color` and
`ascii_only` as well.
"""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from tokencost.errors import UsageError

RENDERERS: dict[str, dict[str, str]] = {
    "plan": {
        "table": "table:plans",
        "json": "answers_json:plans",
        "markdown": "markdown:plans",
        "csv": "csv_table:plans",
        "html": "page.plan:plans",
        "focus": "focus:plans",
    },
    "reconcile": {
        "table": "reconciliation:as_table",
        "json": "reconciliation:as_json",
        "markdown": "reconciliation:as_markdown",
        "csv": "reconciliation:as_csv",
    },
    "check": {
        "table": "table:checks",
        "json": "answers_json:checks",
        "markdown": "markdown:checks",
        "csv": "csv_table:checks",
        "html": "page.plan:checks",
        "github": "github:checks",
        "junit": "junit:checks",
        "sarif": "sarif:checks",
        "gitlab": "gitlab:checks",
    },
    "lock": {"table": "lock:as_table", "json": "lock:as_json"},
    "diff": {
        "table": "change:as_table",
        "json": "change:as_json",
        "markdown": "change:as_markdown",
        "html": "change:as_html",
    },
    "compare": {
        "table": "table:comparison",
        "json": "answers_json:comparison",
        "markdown": "markdown:comparison",
        "csv": "csv_table:comparison",
        "html": "page.answers:comparison",
    },
    "compare --what-if": {
        "table": "what_if:as_table",
        "json": "what_if:as_json",
        "markdown": "what_if:as_markdown",
        "csv": "what_if:as_csv",
        "html": "what_if:as_html",
    },
    "compare --where": {
        "table": "where:as_table",
        "json": "where:as_json",
        "markdown": "where:as_markdown",
        "csv": "where:as_csv",
    },
    "compare --res=A..B": {
        "table": "ranging:as_table",
        "json": "ranging:as_json",
        "markdown": "ranging:as_markdown",
        "csv": "ranging:as_csv",
        "html": "ranging:as_html",
    },
    "estimate": {
        "table": "table:estimate",
        "json": "answers_json:estimate",
        "markdown": "markdown:estimate",
        "csv": "csv_table:estimate",
        "html": "page.answers:estimate",
    },
    "tokens": {
        "table": "table:tokens",
        "json": "answers_json:tokens",
        "markdown": "markdown:tokens",
        "csv": "csv_table:tokens",
        "html": "page.answers:tokens",
    },
    "capacity": {
        "table": "capacity:as_table",
        "json": "capacity_json:as_json",
        "markdown": "capacity:as_markdown",
        "csv": "capacity_json:as_csv",
        "html": "page.answers:capacity_plan",
    },
    "sweep": {
        "table": "sweep:as_table",
        "json": "sweep:as_json",
        "markdown": "sweep:as_markdown",
        "html": "sweep:as_html",
    },
    "sample": {
        "table": "sample:as_table",
        "json": "sample:as_json",
        "markdown": "sample:as_markdown",
        "csv": "sample:as_csv",
        "html": "sample:as_html",
    },
    "explain": {"table": "explanation:text", "json": "explanation:as_json"},
    "explain --claims": {
        "table": "claims:as_table",
        "json": "claims:as_json",
        "markdown": "claims:as_markdown",
        "csv": "claims:as_csv",
        "html": "claims:as_html",
    },
    "validate": {
        "table": "validation:table",
        "json": "validation_data:as_json",
        "markdown": "validation:markdown",
        "csv": "validation_data:as_csv",
        "html": "validation_html:page",
    },
    "train": {
        "table": "training:as_table",
        "json": "training_data:as_json",
        "markdown": "training:as_markdown",
        "csv": "training_data:as_csv",
        "html": "training:as_html",
    },
    "train --list": {
        "table": "training:list_table",
        "json": "training_data:list_json",
        "markdown": "training:list_markdown",
        "csv": "training_data:list_csv",
    },
    "train --explain": {"table": "training_derivation:text", "json": "training_derivation:as_json"},
    "calibrate": {
        "table": "calibration:as_table",
        "json": "calibration:as_json",
        "markdown": "calibration:as_markdown",
        "csv": "calibration:as_csv",
    },
    "prices list": {
        "table": "price_list:as_table",
        "json": "price_list:as_json",
        "markdown": "price_list:as_markdown",
        "csv": "price_list:as_csv",
    },
    "prices list --conflicts": {
        "table": "price_list:conflicts_table",
        "json": "price_list:conflicts_json",
        "markdown": "price_list:conflicts_markdown",
    },
    "prices refresh": {
        "table": "refresh:as_table",
        "json": "refresh:as_json",
        "markdown": "refresh:as_markdown",
    },
    "prices show": {"table": "price_list:shown_table", "json": "price_list:shown_json"},
    "catalog list": {"table": "records:listing_text", "json": "records:listing_json"},
    "catalog show": {"table": "records:record_text", "json": "records:record_json"},
}


def formats(command: str) -> list[str]:
    """Formats that a command's answer can be printed in; whatever is JSON is also JSON lines."""
    return [name for known in RENDERERS[command] for name in ((known, "jsonl") if known == "json" else (known,))]


def renderer(command: str, output_format: str) -> Callable[..., str]:
    """The function that renders this command's answer in this format; raises UsageError for an unknown format."""
    known = RENDERERS[command]
    if output_format not in formats(command):
        raise UsageError(f"unknown format {output_format[:40]!r}; allowed: {', '.join(formats(command))}")
    if output_format == "jsonl":
        from tokencost.report.jsonl import lines_of

        return lines_of(renderer(command, "json"))
    module, function = known[output_format].split(":")
    return cast(Callable[..., str], getattr(import_module(f"tokencost.report.{module}"), function))
