"""`--locked`: answers from what is pinned, or none."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tokencost.cli.gate import above
from tokencost.errors import AccessError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.nouns.lock import Lock

T = TypeVar("T")
LOCK = "tokencost.lock"
LockedFlag = Annotated[
    bool, typer.Option("--locked", help=f"Refuse records and versions that {LOCK}, here or above, does not pin.")
]
LockFile = Annotated[Path | None, typer.Option("--lock-file", help=f"The same with this file instead of {LOCK}.")]


def lock_options(locked: LockedFlag = False, lock_file: LockFile = None) -> "Lock | None":
    """The lock that is asked for; raises AccessError where there is none."""
    if not locked and lock_file is None:
        return None
    from tokencost.spec.lock import lock_file as read

    path = lock_file or above(Path(), LOCK)
    if path is None:
        raise AccessError(f"--locked: there is no {LOCK} here or above; `tokencost lock SPEC...` writes one")
    return read(path)


def locked(lock: "Lock | None", use_case: Callable[..., Any]) -> Callable[..., Any]:
    """A use case about a spec that answers only with what is pinned."""
    if lock is None:
        return use_case
    from tokencost.planning.lock import admit, planned

    def answer(catalog: "Catalog", spec: Any) -> Any:
        records, warm = planned(catalog, spec)
        admit(lock, catalog, records)
        return use_case(warm, spec)

    return answer


def answered(lock: "Lock | None", catalog: "Catalog", ask: "Callable[[Catalog], T]") -> T:
    """An answer without a spec, if all that it needs is pinned."""
    if lock is None:
        return ask(catalog)
    from tokencost.planning.lock import answered as pinned

    return pinned(lock, catalog, ask)
