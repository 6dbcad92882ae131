"""Specs drawn from their own JSON Schema (draft 7), and good specs with something wrong in them.

A walk over the keywords that the schema of a spec uses. What a keyword forbids across several keys (`not`, `if`) is not
looked at: such a draw is a spec that a validator refuses, which is wanted too.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft7Validator

Schema = Any
Values = st.SearchStrategy[Any]

LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"])
NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True)
ANYTHING: Values = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.sampled_from([0, 1, -1, 0.5, 1e30, -0.0]),
    st.sampled_from(["", " ", "10 s", "1 USD", "1e99 req/s", "0 px", "none", "~", "=1", "9" * 50, "..", "-", "1 s 2"]),
    st.text(LETTERS, max_size=8), st.just([]), st.just({}), st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(NAMES, st.integers(0, 3), max_size=2),
)  # fmt: skip
"""What may stand anywhere by mistake."""
OPTIONAL = (0.0, 0.1, 0.3)
"""Shares of the keys that need not be there and are."""
LIKELY = 0.9
"""Share of the draws in which one of the words that a schema lists is taken, where another text may stand too."""


class Walk:
    """Strategies for the parts of one schema; `own` are values for keys of these names, wherever they stand."""

    def __init__(self, root: Mapping[str, Any], own: Mapping[str, Values]) -> None:
        self.root, self.own = root, own

    def values(self, schema: Schema) -> Values:
        """Values that the keywords of a schema allow."""
        if schema is True or schema == {}:
            return ANYTHING
        if "$ref" in schema:
            return st.deferred(lambda: self.values(self.root["definitions"][schema["$ref"].rpartition("/")[2]]))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        several = schema.get("anyOf", schema.get("oneOf"))
        if several and "properties" not in schema:
            return self._one_of(several)
        if "type" not in schema and "allOf" in schema:
            return self.values(schema["allOf"][0])
        kinds = schema.get("type", "object")
        return st.one_of([self._of(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)])

    def _one_of(self, several: Sequence[Schema]) -> Values:
        listed = [self.values(one) for one in several if "enum" in one]
        rest = [self.values(one) for one in several if "enum" not in one]
        if not listed or not rest:
            return st.one_of(listed + rest)
        return st.floats(0, 1).flatmap(lambda share: st.one_of(listed if share < LIKELY else rest))

    def _of(self, kind: str, schema: Schema) -> Values:
        match kind:
            case "object":
                return self._objects(schema)
            case "array":
                few = schema.get("minItems", 0)
                most = min(schema.get("maxItems", few + 2), few + 2)
                key = str if schema.get("uniqueItems") else None
                return st.lists(self.values(schema.get("items", {})), min_size=few, max_size=most, unique_by=key)
            case "boolean":
                return st.booleans()
            case "string":
                return _texts(schema)
        return _numbers(schema, whole=kind == "integer")

    def _objects(self, schema: Schema) -> Values:
        """The keys that are due, those of one alternative, and some of the others."""

        @st.composite
        def made(draw: st.DrawFn) -> dict[str, Any]:
            alternative, share = draw(st.sampled_from(schema.get("anyOf", [{}]))), draw(st.sampled_from(OPTIONAL))
            due = {*schema.get("required", ()), *alternative.get("required", ())}
            found = {
                name: draw(self.own.get(name, self.values(inner)))
                for name, inner in schema.get("properties", {}).items()
                if name in due or draw(st.floats(0, 1)) < share
            }
            for names, inner in _open(schema):
                found |= draw(st.dictionaries(names, self.values(inner), max_size=2))
            for rule in schema.get("allOf", ()):
                if "if" in rule and Draft7Validator(rule["if"]).is_valid(found):
                    self._follow(draw, rule["then"], schema, found)
            return found

        return made()

    def _follow(self, draw: st.DrawFn, then: Schema, schema: Schema, found: dict[str, Any]) -> None:
        """Bring a mapping in line with what holds for its kind."""
        alternative = draw(st.sampled_from(then.get("anyOf", [{}])))
        for name in {*then.get("required", ()), *alternative.get("required", ())} - found.keys():
            found[name] = draw(self.values(schema["properties"][name]))
        for name, inner in then.get("properties", {}).items():
            if inner is False:
                found.pop(name, None)
            elif isinstance(found.get(name), dict):
                self._follow(draw, inner, self._record(schema["properties"][name]), found[name])

    def _record(self, schema: Schema) -> Schema:
        """What a key refers to."""
        inner = schema.get("allOf", [schema])[0]
        return self.root["definitions"][inner["$ref"].rpartition("/")[2]] if "$ref" in inner else inner


def _texts(schema: Schema) -> Values:
    known = [st.sampled_from(schema["examples"])] if "examples" in schema else []
    if "pattern" in schema:
        return st.one_of(*known, st.from_regex(schema["pattern"], fullmatch=True, alphabet=LETTERS))
    few = schema.get("minLength", 0)
    return st.one_of(*known, st.text(LETTERS, min_size=few, max_size=min(schema.get("maxLength", few + 9), few + 9)))


def _numbers(schema: Schema, *, whole: bool) -> Values:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1000))
    high = schema.get("maximum", schema.get("exclusiveMaximum", 10_000_000))
    ends = st.sampled_from([low, high])
    if whole:
        return st.one_of(ends, st.integers(int(low), int(high)), st.integers(int(low), int(min(high, low + 100))))
    return st.one_of(ends, st.floats(low, high, allow_nan=False).map(lambda x: round(x, 6)))


def specs(schema: Mapping[str, Any], **own: Values) -> Values:
    """Specs of their schema; `own` are values for keys of these names, wherever they stand."""
    return Walk(schema, own).values(schema)


def _open(schema: Schema) -> list[tuple[Values, Schema]]:
    """Names and values of keys that a schema does not name itself."""
    patterns = schema.get("patternProperties", {}).items()
    found = [(st.from_regex(pattern, fullmatch=True, alphabet=LETTERS), inner) for pattern, inner in patterns]
    rest = schema.get("additionalProperties", False)
    return [*found, *([(st.one_of(st.just("geneval"), NAMES), rest)] if isinstance(rest, dict) else [])]


@st.composite
def mutated(draw: st.DrawFn, good: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A spec with one to three of its values lost, replaced, moved, or called otherwise."""
    data = copy.deepcopy(draw(good))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(data))
        holder, key = draw(st.sampled_from(places)) if places else (data, "name")
        _break(draw, holder, key)
    return data


def _places(data: Any) -> Any:
    keys = list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in keys:
        yield data, key
        yield from _places(data[key])


def _break(draw: st.DrawFn, holder: Any, key: Any) -> None:
    how = draw(st.sampled_from(["lose", "replace", "rename", "add", "wrap", "unit"]))
    if how == "lose" and isinstance(holder, dict):
        holder.pop(key, None)
    elif how == "rename" and isinstance(holder, dict) and key in holder:
        holder[f"{key[:-1]}{draw(st.sampled_from(['', 'x', key[-1:] * 2]))}" or "x"] = holder.pop(key)
    elif how == "add" and isinstance(holder, dict):
        holder[draw(NAMES)] = draw(ANYTHING)
    elif how == "wrap" and (isinstance(holder, list) or key in holder):
        holder[key] = draw(st.sampled_from([lambda one: [one], lambda one: {"value": one}, lambda one: [one, one]]))(
            holder[key]
        )
    elif how == "unit" and isinstance(holder, dict):
        holder[key] = (
            f"{draw(st.integers(-1, 10**9))} {draw(st.sampled_from(['s', 'USD', 'req/s', 'px', 'GB', 'x', '%']))}"
        )
    elif isinstance(holder, dict):
        holder[key] = draw(ANYTHING)
