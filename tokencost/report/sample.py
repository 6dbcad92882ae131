"""Reports of the sampler in every format."""

from tokencost.planning.sample import Compared, Counted, Run, Sampled
from tokencost.report import answers_json, html, markdown, table
from tokencost.report.content_sample import named, of_sample
from tokencost.report.csv_table import written
from tokencost.report.numbers import Json, plain, stable

PHASE = ("passes", "flop", "weights_read", "cache_read")
COLUMNS = (
    "guidance", "phase", "passes", "flop", "flop_formula", "weights_read", "weights_read_formula", "cache_read",
    "cache_read_formula", "other", "equal", "entropy_nats", "divergence_nats", "agreement", "relative_work",
    "relative_reads",
)  # fmt: skip


def as_table(found: Sampled, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    look = table.Look(width=max(width, table.SMALLEST), color=color, ascii_only=ascii_only)
    return table.render(of_sample(found), look)


def as_markdown(found: Sampled) -> str:
    """In Markdown."""
    return markdown.render(of_sample(found))


def as_html(found: Sampled) -> str:
    """A page."""
    return html.page(of_sample(found))


def as_json(found: Sampled) -> str:
    """For programs: every run with its tokens, both counts of every phase."""
    asked = found.asked
    fields: dict[str, Json] = {
        "schema": "tokencost.sample/1",
        "grid": [asked.grid.frames, asked.grid.height, asked.grid.width],
        "tokenizer": asked.tokenizer,
        "branches": asked.mode,
        "temperature": stable(asked.how.temperature),
        "top_k": asked.how.top_k,
        "top_p": stable(asked.how.top_p),
        "seed": asked.seed,
        "visual": stable(found.tokens.visual),
        "structural": stable(found.tokens.structural),
        "generated": stable(found.tokens.generated),
        "params": stable(found.params[0]),
        "params_formula": stable(found.params[1]),
        "equal": found.equal,
        "first_code": asked.vocabulary.first_code,
        "runs": [_run(run) for run in found.runs],
    }
    return answers_json.written(fields)


def _run(run: Run) -> dict[str, Json]:
    return {
        "guidance": stable(run.weight),
        "flop": stable(run.flop),
        "relative_work": stable(run.relative_work),
        "relative_reads": stable(run.relative_reads),
        "entropy_nats": stable(run.effect.entropy),
        "divergence_nats": stable(run.effect.divergence),
        "agreement": stable(run.effect.agreement),
        "phases": [_phase(phase) for phase in run.phases],
        "tokens": list(run.tokens),
    }


def _phase(phase: Compared) -> dict[str, Json]:
    return {
        "id": phase.ran.id,
        "counted": _counted(phase.ran),
        "formula": _counted(phase.formula),
        "other": phase.other,
        "equal": phase.equal,
    }


def _counted(counted: Counted) -> dict[str, Json]:
    return {name: stable(getattr(counted, name)) for name in PHASE}


def as_csv(found: Sampled) -> str:
    """One row per guidance weight and phase."""
    return written(COLUMNS, (_cells(run, phase) for run in found.runs for phase in run.phases))


def _cells(run: Run, phase: Compared) -> dict[str, str]:
    ran = {name: plain(getattr(phase.ran, name)) for name in PHASE}
    formula = {f"{name}_formula": plain(getattr(phase.formula, name)) for name in PHASE}
    return ran | formula | {
        "guidance": named(run.weight),
        "phase": phase.ran.id,
        "other": plain(phase.other),
        "equal": "true" if phase.equal else "false",
        "entropy_nats": plain(run.effect.entropy),
        "divergence_nats": plain(run.effect.divergence),
        "agreement": plain(run.effect.agreement),
        "relative_work": plain(run.relative_work),
        "relative_reads": plain(run.relative_reads),
    }  # fmt: skip
