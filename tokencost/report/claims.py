"""Reports of the lesson's claims in every format."""

from tokencost.planning.claims import Claims, Judged, Worked
from tokencost.report import answers_json, html, markdown, table
from tokencost.report.content_claims import of_claims, verdict
from tokencost.report.csv_table import written
from tokencost.report.numbers import Json, plain, stable

COLUMNS = (
    "id", "order", "about", "claim", "unit", "low", "high", "arithmetic", "primary_low", "primary_high", "prediction",
    "ratio", "verdict", "off_by", "source", "primary_source",
)  # fmt: skip


def as_table(found: Claims, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    look = table.Look(width=max(width, table.SMALLEST), color=color, ascii_only=ascii_only)
    return table.render(of_claims(found), look)


def as_markdown(found: Claims) -> str:
    """In Markdown."""
    return markdown.render(of_claims(found))


def as_html(found: Claims) -> str:
    """A page."""
    return html.page(of_claims(found))


def as_csv(found: Claims) -> str:
    """One row per claim, figures in its unit."""
    return written(COLUMNS, map(_cells, found.judged))


def _cells(judged: Judged) -> dict[str, str]:
    claim, figures, published = judged.claim, judged.claim.figures, judged.published
    return {
        "id": claim.id,
        "order": str(claim.order),
        "about": claim.about,
        "claim": claim.says,
        "unit": claim.unit,
        "low": plain(min(figures)) if figures else "",
        "high": plain(max(figures)) if figures else "",
        "arithmetic": plain(judged.arithmetic),
        "primary_low": plain(min(published)) if published else "",
        "primary_high": plain(max(published)) if published else "",
        "prediction": plain(judged.prediction),
        "ratio": plain(judged.ratio),
        "verdict": judged.verdict,
        "off_by": verdict(judged) if judged.ratio not in (None, 1) else "",
        "source": claim.source,
        "primary_source": claim.primary.source,
    }


def as_json(found: Claims) -> str:
    """For programs: every claim and exercise with expressions and values."""
    fields: dict[str, Json] = {
        "schema": "tokencost.claims/1",
        "claims": [_claim(judged) for judged in found.judged],
        "exercises": [
            {
                "id": solved.exercise.id,
                "question": solved.exercise.says,
                "source": solved.exercise.source,
                "figures": [_worked(worked) for worked in solved.steps],
                "answer": solved.exercise.follows,
            }
            for solved in found.solved
        ],
        "sources": dict(found.titles),
    }
    return answers_json.written(fields)


def _claim(judged: Judged) -> dict[str, Json]:
    claim = judged.claim
    return {
        "id": claim.id,
        "order": claim.order,
        "about": claim.about,
        "claim": claim.says,
        "source": claim.source,
        "unit": claim.unit,
        "figures": [stable(value) for value in claim.figures],
        "arithmetic": _expression(claim.arithmetic, judged.arithmetic),
        "primary": {
            "says": claim.primary.says,
            "figures": [stable(value) for value in judged.published],
            "source": claim.primary.source,
        },
        "prediction": _expression(claim.prediction, judged.prediction),
        "verdict": judged.verdict,
        "ratio": stable(judged.ratio),
        "remark": claim.remark or None,
        "also": [_worked(worked) for worked in judged.also],
    }


def _expression(text: str, value: float | None) -> Json:
    return {"expression": text, "value": stable(value)} if text else None


def _worked(worked: Worked) -> dict[str, Json]:
    step = worked.step
    return {"says": step.says, "expression": step.expression, "value": stable(worked.value), "unit": step.unit}
