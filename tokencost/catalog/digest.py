"""Fingerprints of the catalogue: whether two answers were made from the same records."""

import hashlib
import json

from tokencost.catalog.load import Catalog

LENGTH = 12
"""Hexadecimal digits; what is told apart is a few versions of one catalogue."""


def digests(catalog: Catalog) -> dict[str, str]:
    """A digest for each kind of record, the user's own included."""
    found: dict[str, str] = catalog.cache.setdefault(("digests", ""), {})
    if not found:
        found |= {kind: digest(records) for kind, records in sorted(catalog.index.items())}
    return found


def digest(records: object) -> str:
    """The same for the same plain data, whatever the order of its keys."""
    text = json.dumps(records, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
