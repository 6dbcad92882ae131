"""Looking into the catalogue: what there is, and one record with who says each number."""

import dataclasses
import difflib
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import Catalog
from tokencost.errors import CatalogError
from tokencost.formula import unit_of_field
from tokencost.nouns.model import Score
from tokencost.planning.scores import ceilings, ceilings_of, ceilings_of_grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Rows of a table: `columns` name what stands in each."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a record, in base units, and who says so ("" where nobody needs to)."""

    path: str
    value: Any
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """One record, field by field."""

    kind: str
    id: str
    fields: tuple[Field, ...]


def listing(catalog: Catalog, kind: str) -> Listing:
    """The records of one kind, or the kinds and how many records each has."""
    if not kind:
        rows = tuple((k, str(len(catalog.index[k]))) for k in (*KINDS, "sources"))
        return Listing(title="kinds of records", columns=("kind", "records"), rows=rows)
    if kind == "sources":
        known = sorted(catalog.index["sources"].items())
        sources = tuple((name, str(s["kind"]), str(s["title"])) for name, s in known)
        return Listing(title=kind, columns=("id", "kind", "title"), rows=sources)
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, [*KINDS, "sources"], 1)
        hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(KINDS)}, sources"
        raise CatalogError(f"no kind of record is called {kind[:40]!r}; {hint}")
    found = [(name, _summary(catalog.index[kind][name]["noun"])) for name in catalog.names(kind)]
    return Listing(title=kind, columns=("id", "what"), rows=tuple(found))


def _summary(noun: dict[str, Any]) -> str:
    """What tells one record from the next in a line."""
    parts = [noun.get("name") or noun.get("model") or noun.get("gpu") or noun.get("kind") or noun.get("task")]
    parts.append(noun.get("says"))
    parts += [noun[key] for key in ("family", "provider", "variant", "term", "region", "tier") if noun.get(key)]
    if noun.get("tasks"):
        parts.append("/".join(noun["tasks"]))
    if "scores" in noun:
        many = len(noun["scores"])
        parts.append(f"{many} score{'s' if many > 1 else ''}")
        parts += [f"not in the catalogue: {noun['no_model']}"] if noun["no_model"] else []
    return ", ".join(str(part) for part in parts if part)


def record(catalog: Catalog, name: str) -> RecordView:
    """The record that `name` (or kind/name) means."""
    kind, _, rest = name.partition("/")
    if kind in KINDS and rest:
        found = catalog.find(kind, rest)
        kinds = [kind] if found else []
    else:
        kinds = [k for k in ("models", *KINDS) if catalog.find(k, name)]
        found = catalog.find(kinds[0], name) if kinds else None
    if not kinds or found is None:
        known = [spelling for k in KINDS for spelling in catalog.aliases(k)]
        near = difflib.get_close_matches(name.lower()[:100], known, 3, 0.5)
        raise CatalogError(
            f"no record is called {name[:60]!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
        )
    return view(catalog, kinds[0], found)


def view(catalog: Catalog, kind: str, name: str) -> RecordView:
    """A record's fields, numbers with unit and source."""
    noun = catalog.get(kind, name)
    fields = _fields(catalog, kind, name, type(noun), catalog.index[kind][name]["noun"], "")
    return RecordView(kind=kind, id=name, fields=(*fields, *_reconstruction(catalog, kind, name)))


def _reconstruction(catalog: Catalog, kind: str, name: str) -> list[Field]:
    """What a coder is published to give back, beside the coder, its grid and the models that use it."""
    match kind:
        case "networks":
            found = ceilings(catalog, name)
        case "tokenizers":
            found = ceilings_of_grid(catalog, name)
        case "models":
            found = ceilings_of(catalog, catalog.get(kind, name))
        case _:
            found = ()
    return _items([dataclasses.asdict(score) for score in found], "reconstruction", Score)


def _fields(catalog: Catalog, kind: str, name: str, noun: Any, data: Any, prefix: str) -> list[Field]:
    found: list[Field] = []
    for key, value in data.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            found += _fields(catalog, kind, name, _type_of(noun, key), value, f"{path}.")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            found += _items(value, path, _item_type(noun, key))
        elif value not in (None, "", [], ()):
            numeric = isinstance(value, int | float) and not isinstance(value, bool)
            source = catalog.source(kind, name, path) if numeric else ""
            found.append(Field(path=path, value=value, unit=_unit(noun, key), source=source))
    return found


def _items(items: list[dict[str, Any]], path: str, noun: Any) -> list[Field]:
    """Entries of a list, a line each, in the order of their fields, with the source that they name."""
    order = [field.name for field in dataclasses.fields(noun) if field.name != "source"]
    told = [{key: item[key] for key in order if item[key] not in (None, "", [], ())} for item in items]
    return [
        Field(path=f"{path}.{n}", value=said, unit="", source=str(item.get("source", "")))
        for n, (item, said) in enumerate(zip(items, told, strict=True), 1)
    ]


def _item_type(noun: Any, key: str) -> Any:
    """What the entries of a list are."""
    return next(part for part in get_args(get_type_hints(noun)[key]) if dataclasses.is_dataclass(part))


def _type_of(noun: Any, key: str) -> Any:
    try:
        hint = get_type_hints(noun, include_extras=True).get(key)
    except TypeError:
        return None
    options = [a for a in get_args(hint) if isinstance(a, type)]
    return options[0] if options and get_origin(hint) is not None else hint


def _unit(noun: Any, key: str) -> str:
    try:
        unit = unit_of_field(noun, key)
    except TypeError:
        return ""
    return unit.symbol if unit else ""
