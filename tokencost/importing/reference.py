"""A class of transformers or diffusers as the importer knows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tokencost.importing.option import Option

Values = Mapping[str, Any]
"""Every option of a class: what the configuration says, else the class's default; lists are tuples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How a class's options become the fields of a network.

    `ignored` options change no count. `inside` is the key under which a larger model keeps this configuration.
    `remarks` say what is left out, by the option that asks for it; "" for what always is.
    """

    library: str
    options: Mapping[str, Option]
    ignored: frozenset[str]
    shape: Callable[[Values], Mapping[str, Any]]
    inside: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


def names(text: str) -> frozenset[str]:
    """Words as a set of option names."""
    return frozenset(text.split())
