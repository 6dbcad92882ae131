"""A budget file to rules and waivers: every problem at once, each in its place."""

import contextlib
import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tokencost.catalog.load import Catalog, unknown
from tokencost.errors import Problem, SpecError
from tokencost.nouns.budget import METRICS, Bounded, BudgetFile, Growth, Place, Rule, Selection, Waiver
from tokencost.reading.document import Document, Path
from tokencost.reading.strict import read_file
from tokencost.reading.validate import in_order, known, problems_of, suggestion
from tokencost.spec.budget import BudgetText, Increase, RuleText, Select, WaiverText, growth
from tokencost.spec.names import FAMILIES, is_name
from tokencost.units import Unit, Whole, quoted

DRAWN = ", ".join(name for name, metric in METRICS.items() if metric.drawn)


def budget_file(path: FilePath, catalog: Catalog) -> BudgetFile:
    """Read and check a budget file; raises SpecError with every problem, AccessError if it cannot be read."""
    document = read_file(path)
    if not isinstance(document.data, dict):
        raise SpecError(
            document.problem((), f"{quoted(document.data)} stands where a budget is due, which is a mapping")
        )
    problems, found = [*_misfits(document, catalog)], None
    try:
        found = TypeAdapter(BudgetText).validate_python(document.data)
    except ValidationError as error:
        problems = [*problems_of(error, document, BudgetText), *problems]
    if found is None or problems:
        raise SpecError(*in_order({(p.path, p.line, p.column): p for p in reversed(problems)}.values()))
    return _budget(found, document, path)


def _budget(text: BudgetText, document: Document, path: FilePath) -> BudgetFile:
    metrics = {rule.id: METRICS[rule.metric] for rule in text.rules}
    source = (text.baseline.source if text.baseline else None) or ""
    own = source if source.startswith("git:") or not source else str(path.parent / source)
    return BudgetFile(
        file=document.file, folder=str(path.parent), baseline=own,
        missing=text.baseline.missing if text.baseline else None,
        rules=tuple(_rule(rule, document, n) for n, rule in enumerate(text.rules)),
        waivers=tuple(_waiver(one, metrics[one.rule], document, n) for n, one in enumerate(text.waivers)),
    )  # fmt: skip


def _rule(text: RuleText, document: Document, number: int) -> Rule:
    metric, here = METRICS[text.metric], ("rules", number)
    return Rule(
        id=text.id, select=_selection(text.select), metric=text.metric, at=text.at, limit=_figure(metric, text.limit),
        max_increase=_increase(metric, text.max_increase), max_decrease=_increase(metric, text.max_decrease),
        one_of=text.one_of or (), stays=text.stays, on=text.on,
        level=text.level, owner=text.owner or "", message=text.message or "",
        places={key: _place(document, (*here, key)) for key in ("id", *known(document.data["rules"][number]))},
    )  # fmt: skip


def _waiver(text: WaiverText, metric: Bounded, document: Document, number: int) -> Waiver:
    return Waiver(
        rule=text.rule, select=_selection(text.select), until=text.until, ceiling=_figure(metric, text.ceiling),
        reason=text.reason, place=_place(document, ("waivers", number, "until")),
    )  # fmt: skip


def _selection(text: Select | None) -> Selection:
    return Selection(specs=text.specs or (), labels=dict(text.labels)) if text else Selection()


def _increase(metric: Bounded, text: Increase | None) -> Growth | None:
    return Growth(share=text.percent, amount=_figure(metric, text.amount)) if text else None


def _place(document: Document, path: Path) -> Place:
    line, column = document.marks.get(path, (1, 1))
    return Place(file=document.file, line=line, column=column)


def _figure(metric: Bounded, raw: Any) -> float | None:
    """An amount in the unit of its metric; raises ValueError for another unit, or one that is negative."""
    if raw is None:
        return None
    amount = Unit(metric.unit).parse(raw) if metric.unit else float(Whole("").parse(raw))
    if amount < 0:
        raise ValueError(f"{quoted(raw)} is negative; a limit is at least 0")
    return amount


def _misfits(document: Document, catalog: Catalog) -> Iterator[Problem]:
    """What does not fit together; whatever has the wrong type is told by the types."""
    rules, waivers = (document.data.get(key) for key in ("rules", "waivers"))
    seen: dict[str, Mapping[str, Any]] = {}
    for n, rule in enumerate(rules if isinstance(rules, list) else ()):
        name = known(rule).get("id")
        if isinstance(name, str) and name in seen:
            yield document.problem(("rules", n, "id"), f"duplicate {quoted(name)}; every rule has an id of its own")
        elif isinstance(name, str):
            seen[name] = known(rule)
        yield from _rule_misfits(known(rule), ("rules", n), document, catalog)
    for n, waiver in enumerate(waivers if isinstance(waivers, list) else ()):
        yield from _waiver_misfits(known(waiver), ("waivers", n), document, seen)


def _metric_of(rule: Mapping[str, Any]) -> Bounded | None:
    said = rule.get("metric")
    return next((metric for name, metric in METRICS.items() if name == said), None)


def _rule_misfits(rule: Mapping[str, Any], here: Path, document: Document, catalog: Catalog) -> Iterator[Problem]:
    metric = _metric_of(rule)
    if metric is None:
        return
    wanted = ("one_of", "stays") if metric.named else ("limit", "max_increase", "max_decrease")
    for key in ("limit", "max_increase", "max_decrease", "at", "one_of", "stays"):
        if key in rule and key not in wanted and not (key == "at" and not metric.named):
            text = f"{rule['metric']} has no {key}; it takes {', '.join(wanted)}"
            yield document.key_problem((*here, key), text)
    if not any(rule.get(key) for key in wanted) and rule.get("limit") != 0:
        yield document.problem(here, f"the rule bounds nothing; write {', '.join(wanted[:-1])} or {wanted[-1]}")
    if rule.get("at") and not metric.drawn and not metric.named:
        yield document.key_problem((*here, "at"), f"{rule['metric']} has no draws; at is for {DRAWN}")
    if rule.get("on", "always") != "always" and not any(key in rule for key in ("limit", "one_of")):
        yield document.key_problem((*here, "on"), "on is about a limit, and the rule has none; remove on")
    if not metric.named:
        yield from _figures(rule, metric, here, document)
    else:
        yield from _names(rule, here, document, catalog)


def _figures(rule: Mapping[str, Any], metric: Bounded, here: Path, document: Document) -> Iterator[Problem]:
    yield from _unreadable(rule.get("limit"), metric, (*here, "limit"), document)
    for key in ("max_increase", "max_decrease"):
        with contextlib.suppress(ValueError):
            moved = known(growth(rule.get(key)))
            yield from _unreadable(moved.get("amount"), metric, (*here, key, "amount"), document)


def _unreadable(raw: Any, metric: Bounded, path: Path, document: Document) -> Iterator[Problem]:
    """An amount that is none of its metric; what is neither text nor a number is told by the types."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return
    try:
        _figure(metric, raw)
    except ValueError as error:
        yield document.problem(path, str(error))


def _names(rule: Mapping[str, Any], here: Path, document: Document, catalog: Catalog) -> Iterator[Problem]:
    names = rule.get("one_of")
    for n, name in enumerate(names if isinstance(names, list) else ()):
        if not is_name(name):
            continue
        if rule["metric"] == "family" and name not in FAMILIES:
            yield document.problem(
                (*here, "one_of", n), f"no family is called {quoted(name)}; {suggestion(name, [*FAMILIES])}"
            )
        if rule["metric"] == "model" and name not in catalog.index["models"]:
            spelled = catalog.find("models", name)
            text = f"write {spelled}, the id of {quoted(name)}" if spelled else unknown("models", name, catalog)
            yield document.problem((*here, "one_of", n), text)


def _waiver_misfits(
    waiver: Mapping[str, Any], here: Path, document: Document, rules: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    name = waiver.get("rule")
    if not isinstance(name, str):
        return
    if name not in rules:
        near = difflib.get_close_matches(name[:100], rules, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else f"rules: {', '.join(list(rules)[:20]) or 'none'}"
        yield document.problem((*here, "rule"), f"no rule is called {quoted(name)}; {hint}")
        return
    metric = _metric_of(rules[name])
    if metric is None:
        return
    if metric.named and "ceiling" in waiver:
        yield document.key_problem(
            (*here, "ceiling"), f"{rules[name]['metric']} is a name and has no ceiling; remove it"
        )
    elif not metric.named and "ceiling" not in waiver:
        text = f"the key 'ceiling' is missing: up to where {rules[name]['metric']} is let pass"
        yield document.problem(here, text)
    elif not metric.named:
        yield from _unreadable(waiver["ceiling"], metric, (*here, "ceiling"), document)
