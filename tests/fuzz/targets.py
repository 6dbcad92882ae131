"""What is fuzzed: every reader of bytes that strangers write; only values and declared problems may come out."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tokencost.catalog.compile import compile_folder
from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import Catalog, load
from tokencost.errors import TokencostError
from tokencost.importing.add import add
from tokencost.planning.sides import of_saved
from tokencost.reading.strict_json import read_json
from tokencost.spec.load import load_bytes
from tokencost.spec.saved import saved_plans
from tokencost.spec.trace import read_trace
from tokencost.validation.table import read_bytes

SPEC = (
    b"version: 1\nname: a\ntask: text-to-image\noutput: {width: 512, height: 512}\nplatform: {gpu: [h100-80gb-sxm]}\n"
)
FOLDER = Path(tempfile.mkdtemp(prefix="tokencost-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
KNOWN: Catalog = load()


def clean() -> None:
    """Take away what the targets wrote."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def _file(name: str, data: bytes) -> Path:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _record(data: bytes) -> None:
    """The first line says of which kind the rest is."""
    first, _, rest = data.partition(b"\n")
    kind = first.decode("ascii", "replace") if first.isascii() else ""
    path = _file(f"catalogue/{kind if kind in KINDS else 'gpus'}/x.yaml", rest)
    try:
        compile_folder(FOLDER / "catalogue", KNOWN.index)
    finally:
        path.unlink()


def _saved(data: bytes) -> None:
    for plan in saved_plans(_file("plan.json", data)):
        of_saved(plan, "plan.json", KNOWN)


def _override(data: bytes) -> None:
    load_bytes(SPEC, "a.yaml", [data.decode("utf-8", "replace")], KNOWN)


TARGETS: Mapping[str, Callable[[bytes], object]] = {
    "spec": lambda data: load_bytes(data, "a.yaml", (), KNOWN, FOLDER),
    "json": lambda data: read_json(data, "a.json"),
    "table": lambda data: read_bytes(data, "a.csv"),
    "record": _record,
    "configuration": lambda data: add(_file("model/config.json", data), "x"),
    "saved": _saved,
    "trace": lambda data: read_trace(_file("a.csv", data)),
    "override": _override,
}


def tried(name: str, data: bytes) -> bool:
    """Whether a target took an input; raises whatever is not declared."""
    try:
        TARGETS[name](data)
    except TokencostError:
        return False
    return True
