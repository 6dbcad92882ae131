"""Frozen dataclasses at a third of the cost: `dataclass` and `replace` of the standard library, made when needed.

The standard decorator compiles six methods for every class when its module is imported, which for the nouns of a plan
took as long as half of the plan. Here all but the constructor are shared functions, and the constructor is compiled
when the first instance is made; it fills slots through their descriptors, twice as fast as `object.__setattr__`.
What is created is a dataclass in every respect: `dataclasses.fields`, `asdict`, `replace` and pydantic see no
difference, and type checkers see the standard decorator itself.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:
    import dataclasses
    from dataclasses import MISSING, FrozenInstanceError
    from operator import attrgetter

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, **others):
        """As `dataclasses.dataclass`; records with slots and keywords only are made the fast way."""
        if cls is not None or others or not (frozen and slots and kw_only):
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, kw_only=kw_only, **others)
        return _record

    def _record(cls):
        if any(name in cls.__dict__ for name in ("__init__", "__eq__", "__hash__", "__repr__", "__post_init__")):
            return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)
        bare = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)
        made = bare(cls)
        made.__dataclass_params__ = _PARAMS
        made.__init__ = _first
        made.__eq__, made.__hash__ = _compared(made)
        made.__repr__ = _shown
        made.__setattr__, made.__delattr__ = _fixed, _fixed
        made.__getstate__, made.__setstate__ = _state, _restored
        return made

    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class _Model:
        """What a dataclass of this kind says about itself."""

    _PARAMS = _Model.__dataclass_params__
    _blank = object.__new__

    def _first(self, /, **values):
        """The constructor of a class that has no instance yet."""
        made = type(self)
        owner = next(base for base in made.__mro__ if base.__dict__.get("__init__") is _first)
        _compile(owner)
        made.__init__(self, **values)

    def _compile(made):
        fields = [field for field in dataclasses.fields(made) if field.init]
        names = {"MISSING": MISSING, "blank": _blank, "made": made}
        heads, sets, copies = [], [], []
        for n, field in enumerate(fields):
            names[f"set{n}"], names[f"default{n}"] = getattr(made, field.name).__set__, field.default
            value = field.name
            if field.default_factory is not MISSING:
                names[f"make{n}"], names[f"default{n}"] = field.default_factory, MISSING
                value = f"make{n}() if {field.name} is MISSING else {field.name}"
            optional = field.default is not MISSING or field.default_factory is not MISSING
            heads.append(f"{field.name}=default{n}" if optional else field.name)
            sets.append(f"    set{n}(self, {value})")
            copies.append(f"    set{n}(new, self.{field.name} if {field.name} is MISSING else {field.name})")
        every = ", ".join(f"{field.name}=MISSING" for field in fields)
        star, all_star = ", *, " if heads else "", ", *, " if heads else ""
        counted = [f.name for f in fields if (f.compare if f.hash is None else f.hash)]
        text = "\n".join(
            [
                f"def __init__(self{star}{', '.join(heads)}):", *sets, "    pass",
                f"def replaced(self, /{all_star}{every}):", "    new = blank(made)", *copies, "    return new",
                "def __hash__(self):", f"    return hash(({''.join(f'self.{name}, ' for name in counted)}))",
            ]
        )  # fmt: skip
        exec(text, names)
        made.__init__, made.__hash__ = names["__init__"], names["__hash__"]
        _REPLACED[made] = names["replaced"]

    _REPLACED = {}

    def replace(instance, /, **changes):
        """A copy with some fields changed."""
        replaced = _REPLACED.get(type(instance))
        return dataclasses.replace(instance, **changes) if replaced is None else replaced(instance, **changes)

    def _compared(made):
        compared = [field.name for field in dataclasses.fields(made) if field.compare]
        hashed = [f.name for f in dataclasses.fields(made) if (f.compare if f.hash is None else f.hash)]
        values, counted = (attrgetter(*names) if names else type for names in (compared, hashed))

        def same(self, other):
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def hashed_by_value(self):
            return hash(counted(self))

        return same, hashed_by_value

    def _shown(self):
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _fixed(self, name, *value):
        raise FrozenInstanceError(f"cannot change field {name!r}")

    def _state(self):
        return [getattr(self, field.name) for field in dataclasses.fields(self)]

    def _restored(self, state):
        for field, value in zip(dataclasses.fields(self), state, strict=True):
            object.__setattr__(self, field.name, value)


__all__ = ["dataclass", "replace"]
