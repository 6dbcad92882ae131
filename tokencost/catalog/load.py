"""Names to nouns: looks records up in the compiled index, by id or by any of their aliases.

The index of the package is made when the package is built. In a source tree it is made again, like
Python's own bytecode, whenever a record or a noun is newer than it.
"""

import contextlib
import difflib
import hashlib
import json
import os
import sys
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tokencost.catalog import named
from tokencost.catalog.decode import decode
from tokencost.catalog.kinds import KINDS
from tokencost.errors import AccessError, CatalogError

DATA = Path(__file__).parent.parent / "data"
INDEX = DATA / "index.json"
SEAL = DATA / "index.sha256"
"""The SHA-256 of the index, as `sha256sum -c` reads it: records are loaded as they were built, or not at all."""
SHORT = 12
"""Hexadecimal digits of a seal that reports show."""


@dataclass(frozen=True)
class Catalog:
    """Records by folder and id. Decoding is lazy: a plan pays for the records it uses.

    `memory` holds what planning computed from them, where a use case asked for it (planning.memory).
    `seal` is a digest of all records, those of the user included.
    """

    index: Mapping[str, Any]
    cache: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False)
    memory: dict[Hashable, Any] | None = field(default=None, compare=False, repr=False)
    seal: str = field(default="", compare=False)

    def names(self, kind: str) -> list[str]:
        """Ids of one folder, sorted."""
        return sorted(self.index[kind])

    def find(self, kind: str, name: str) -> str | None:
        """The id of the record that `name` means, by id or alias in any case; None if there is none."""
        if name in self.index[kind]:
            return name
        return self.aliases(kind).get(name.strip().lower())

    def aliases(self, kind: str) -> dict[str, str]:
        """Every spelling in lower case -> id."""
        key = ("aliases", kind)
        if key not in self.cache:
            spellings: dict[str, str] = {}
            for name, record in self.index[kind].items():
                for alias in (name, record["noun"].get("name", name), *record["noun"].get("aliases", ())):
                    spellings.setdefault(alias.lower(), name)
            self.cache[key] = spellings
        found: dict[str, str] = self.cache[key]
        return found

    def get(self, kind: str, name: str) -> Any:
        """The noun that `name` means; raises CatalogError that names the nearest."""
        found = self.find(kind, name)
        if found is None:
            raise CatalogError(unknown(kind, name, self))
        if (kind, found) not in self.cache:
            self.cache[kind, found] = decode(KINDS[kind], self.index[kind][found]["noun"])
        return self.cache[kind, found]

    def all(self, kind: str) -> list[Any]:
        """Every noun of one folder, by id."""
        return [self.get(kind, name) for name in self.names(kind)]

    def source(self, kind: str, name: str, path: str) -> str:
        """Who says the number at `path` of a record: the nearest entry of its `sources`."""
        said = self.index[kind][name]["sources"]
        while path:
            if path in said:
                return str(said[path])
            path = path.rpartition(".")[0]
        return str(said.get("default", ""))


def unknown(kind: str, name: str, catalog: Catalog) -> str:
    """What to say when nothing is called `name`."""
    spellings = catalog.aliases(kind)
    near = list(dict.fromkeys(spellings[n] for n in difflib.get_close_matches(name.lower()[:100], spellings, 3, 0.5)))
    singular = {"gpus": "GPU", "prices": "price", "api_prices": "API price"}.get(kind, kind.removesuffix("s"))
    quoted = repr(name if len(name) <= 60 else name[:57] + "...")
    unmodelled = catalog.index["quality"].get(name.strip().lower(), {}).get("noun", {}).get("no_model", "")
    if kind == "models" and unmodelled:
        return f"{name.strip()} has published scores (quality/{name.strip()}) but is not in the catalogue: {unmodelled}"
    hint = f"did you mean {' or '.join(near)}?" if near else f"`tokencost catalog list {kind}` shows what there is"
    return f"no {singular} is called {quoted}; {hint}"


def load(extra: Path | None = None) -> Catalog:
    """The package's catalogue, with the user's own records over it."""
    data = _packaged()
    packaged = Catalog(json.loads(data), seal=seal_of(data)[:SHORT])
    return packaged if extra is None else over(packaged, extra)


def over(catalog: Catalog, folder: Path) -> Catalog:
    """A catalogue with the records of a folder over it."""
    from tokencost.catalog.book import laid_over
    from tokencost.catalog.compile import compile_folder

    if not folder.is_dir():
        raise CatalogError(f"{folder} is not a folder of catalogue records")
    own = compile_folder(folder, catalog.index)
    seal = seal_of(f"{catalog.seal} {json.dumps(own, sort_keys=True)}".encode())[:SHORT]
    return Catalog({kind: laid_over(catalog.index[kind], own.get(kind, {}), kind) for kind in catalog.index}, seal=seal)


def seal_of(data: bytes) -> str:
    """The SHA-256 of an index."""
    return hashlib.sha256(data).hexdigest()


def _packaged() -> bytes:
    """The index as it was built; made again in a source tree where it is not what its seal says, or older than it."""
    if not _is_source_tree():
        data = _sealed()
        if data is None:
            raise CatalogError(f"{INDEX} is not as it was built; install tokencost again")
        return data
    data = None if _is_stale() else _sealed()
    if data is not None:
        return data
    text = compiled()
    if not sys.dont_write_bytecode:
        with contextlib.suppress(AccessError):
            store(text)
    return text.encode()


def _sealed() -> bytes | None:
    """The stored index, if it is what its seal says."""
    try:
        data, said = INDEX.read_bytes(), SEAL.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return data if said == _line(data) else None


def _line(data: bytes) -> str:
    return f"{seal_of(data)}  {INDEX.name}\n"


def compiled() -> str:
    """The index of the package's records, as it is stored."""
    from tokencost.catalog.compile import compile_folder

    return json.dumps(compile_folder(DATA, {}), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def store(text: str) -> None:
    """Write the index beside its records, its names and its seal, whole or not at all."""
    from tokencost.reading.atomic import write_files

    names = named.text_of(json.loads(text))
    write_files([(names, named.NAMES), (text, INDEX), (_line(text.encode()), SEAL)])


def _is_source_tree() -> bool:
    return (DATA.parent.parent / "pyproject.toml").exists()


def _is_stale() -> bool:
    try:
        made = INDEX.stat().st_mtime_ns
    except OSError:
        return True
    folders = [DATA.parent / "nouns", *(DATA / kind for kind in ("sources", *KINDS))]
    return any(_newest(folder) > made for folder in folders)


def _newest(folder: Path) -> int:
    try:
        with os.scandir(folder) as entries:
            times = [e.stat().st_mtime_ns for e in entries if e.name.endswith((".yaml", ".py"))]
    except OSError:
        return 0
    return max([folder.stat().st_mtime_ns, *times])
