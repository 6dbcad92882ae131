"""What a spec is held against: a saved result, or the spec where this branch left another."""

import functools
from collections.abc import Callable
from dataclasses import field
from pathlib import Path

from tokencost.errors import UsageError
from tokencost.planning.sides import Records, Side, at_revision, of_saved, of_spec
from tokencost.reading.files import contents
from tokencost.reading.revision import Revision, merge_base
from tokencost.reading.strict import MAX_BYTES
from tokencost.record import dataclass
from tokencost.spec.load import LoadedSpec, load_bytes
from tokencost.spec.saved import Saved, saved_plans

GIT = "git:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Plans by spec; `into` is a folder for files of a revision."""

    name: str
    records: Records
    into: Path
    saved: tuple[Saved, ...] = field(default=())
    base: Callable[[str, Path], Revision] = field(default_factory=lambda: functools.cache(merge_base))

    def side(self, spec: LoadedSpec) -> Side | None:
        """The spec as it was; None if it was not there."""
        if self.name.startswith(GIT):
            return self._at_revision(spec)
        found = [one for one in self.saved if one.file and one.file == spec.document.file] or [
            one for one in self.saved if one.name == spec.product.name
        ]
        if len(found) > 1:
            raise UsageError(f"{self.name} holds {len(found)} plans called {spec.product.name!r}; which is not said")
        return of_saved(found[0], f"{self.name} ({found[0].name})", self.records.today()) if found else None

    def _at_revision(self, spec: LoadedSpec) -> Side | None:
        if spec.path is None:
            raise UsageError(f"--baseline {self.name}: a spec from standard input has no state at a revision")
        there = self.base(self.name.removeprefix(GIT), spec.folder)
        path, into = there.inside(spec.path), self.into / there.commit
        if not there.has(path):
            return None
        now = contents(spec.path, MAX_BYTES)
        if spec.trace is not None or not there.held(path, now):
            return at_revision(there, path, self.records, into)
        name, records = f"{there.name}:{path.as_posix()}", self.records.at(there, into)
        return of_spec(name, load_bytes(now, name, (), records, spec.folder), records)


def baseline(text: str, records: Records, into: Path) -> Baseline:
    """`plan.json` or `git:main`; a saved result is read at once, so that a missing one is noticed first."""
    saved = () if text.startswith(GIT) else tuple(saved_plans(Path(text)))
    return Baseline(name=text, records=records, into=into, saved=saved)
