"""Chunks that were computed, in a folder beside the output: what a killed sweep leaves behind, and finds again.

The folder belongs to one sweep: the same document, specs, records and version. A chunk is there whole or not at all.
"""

import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokencost import __version__
from tokencost.catalog.digest import digests
from tokencost.errors import AccessError, UsageError
from tokencost.reading.atomic import replaced
from tokencost.sweeping.chunks import LARGEST, Columns
from tokencost.sweeping.sweep import Sweep
from tokencost.sweeping.tables import arrow, batch_of

SCHEMA = "tokencost.sweep-parts/1"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of a sweep's chunks."""

    folder: Path

    def path(self, number: int) -> Path:
        """Where a chunk lies, or will."""
        return self.folder / f"{number:07d}.arrow"

    def has(self, number: int) -> bool:
        """Whether a chunk is there."""
        return self.path(number).is_file()

    def keep(self, number: int, columns: Columns) -> None:
        """Write a chunk beside its place, then rename; without waiting for the disk, since it can be computed again."""
        pa, batch, target = arrow(), batch_of(columns), self.path(number)
        part = target.with_suffix(f".{os.getpid()}.part")
        try:
            with pa.ipc.new_file(str(part), batch.schema) as writer:
                writer.write_batch(batch)
            os.replace(part, target)
        except OSError as error:
            raise AccessError(f"{target}: {error.strerror or error}") from error

    def batch(self, number: int) -> Any:
        """A chunk, mapped into memory."""
        pa = arrow()
        with pa.memory_map(str(self.path(number))) as source:
            return pa.ipc.open_file(source).get_batch(0)

    def forget(self) -> None:
        """The output is whole: its parts are not needed any more."""
        shutil.rmtree(self.folder, ignore_errors=True)


def opened(sweep: Sweep, target: Path, *, anew: bool) -> Store:
    """The folder for this output; raises UsageError if it holds chunks of another sweep and nobody wants it `anew`."""
    folder = target.with_name(f"{target.name}.parts")
    said = manifest(sweep)
    found = None if anew else _found(folder)
    if found is not None and found != said:
        changed = [name for name in said if found.get(name) != said[name]]
        raise UsageError(
            f"{folder}: chunks of another sweep ({', '.join(changed)} changed since); "
            "continue with what it was, write to another file, or start anew with --restart"
        )
    try:
        if found is None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            with replaced(folder / MANIFEST) as part:
                part.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
        for half in (*folder.glob("*.part"), *folder.glob(".*")):
            half.unlink()
    except OSError as error:
        raise AccessError(f"{folder}: {error.strerror}") from error
    return Store(folder)


def _found(folder: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        said = json.loads((folder / MANIFEST).read_bytes())
        return said if isinstance(said, dict) else None
    return None


def manifest(sweep: Sweep) -> dict[str, Any]:
    """What the values of chunks depend on, each by its digest."""
    trace = sweep.product.traffic.trace if sweep.product.traffic else None
    return {
        "schema": SCHEMA,
        "version": __version__,
        "document": digest_of(sweep.loaded.document.data),
        "spec": digest_of(sweep.loaded.base.data),
        "trace": digest_of((sweep.loaded.folder / trace).read_bytes().hex()) if trace else "",
        "catalogue": digest_of(digests(sweep.catalog)),
        "chunk rows": LARGEST,
    }


def digest_of(data: Any) -> str:
    """A fingerprint of plain data, whatever the order of its keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
