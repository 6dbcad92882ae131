"""Where the numbers of a plan come from: the derivation of its first candidate, folded, and the sources, linked."""

import re
from collections.abc import Callable, Iterator, Mapping

from tokencost.planning.dossier import Dossier, Source
from tokencost.report.derivation import Derived, derive, lines
from tokencost.report.escape import html, link
from tokencost.report.explanation import headline

NAME = re.compile(r"[a-z0-9][a-z0-9.]*(?:-[a-z0-9.]+)+")
"""What a source may be called."""


def of_plan(plan: Dossier, named: Callable[[str], str], level: int) -> str:
    """Derivation, then sources."""
    parts = [_derivation(plan, named, level), _sources(plan.sources, named, level)]
    return "\n".join(part for part in parts if part)


def _derivation(plan: Dossier, named: Callable[[str], str], level: int) -> str:
    if plan.derivation is None:
        return ""
    seen: set[tuple[object, ...]] = set()
    formulas = "".join(_formula(derived, plan.sources, named, seen) for derived in derive(plan.derivation))
    return (
        f"<h{level}>Derivation</h{level}>\n<p>{html(headline(plan.derivation.estimate))}</p>\n"
        f'<details class="derivation"><summary>Every formula of one request, its numbers, and who says each</summary>'
        f"{formulas}</details>"
    )


def _formula(
    found: Derived, sources: Mapping[str, Source], named: Callable[[str], str], seen: set[tuple[object, ...]]
) -> str:
    """One formula: its line folds what it is made of."""
    (_, first), *rest = lines(found, 0, seen)
    if not rest:
        return f"<p>{html(first)}</p>"
    inside = "".join(f"<p>{linked(line, sources, named)}</p>" for _, line in rest)
    return f"<details><summary>{html(first)}</summary>{inside}</details>"


def linked(text: str, sources: Mapping[str, Source], named: Callable[[str], str]) -> str:
    """A line in which the names of sources lead to their entries."""
    return "".join(_pieces(text, sources, named))


def _pieces(text: str, sources: Mapping[str, Source], named: Callable[[str], str]) -> Iterator[str]:
    end = 0
    for match in NAME.finditer(text):
        if match[0] in sources:
            yield html(text[end : match.start()])
            yield f'<a href="#{named(f"source-{match[0]}")}">{html(match[0])}</a>'
            end = match.end()
    yield html(text[end:])


def _sources(sources: Mapping[str, Source], named: Callable[[str], str], level: int) -> str:
    if not sources:
        return ""
    points = "\n".join(_source(source, named) for source in sources.values())
    return (
        f'<h{level}>Sources</h{level}>\n<details class="sources"><summary>{len(sources)} sources of the numbers of all '
        f"candidates</summary><ul>\n{points}\n</ul></details>"
    )


def _source(source: Source, named: Callable[[str], str]) -> str:
    address, title = link(source.url), html(source.title)
    shown = f'<a href="{address}" rel="noopener noreferrer">{title}</a>' if address else title
    seen = f", seen {html(source.retrieved)}" if source.retrieved else ""
    return (
        f'<li id="{html(named(f"source-{source.id}"))}">{shown} <span class="quiet">({html(source.kind)}{seen}; '
        f"<code>{html(source.id)}</code>)</span></li>"
    )
