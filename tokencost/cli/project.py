"""`[tool.tokencost]` of a pyproject.toml: what a project says once for all of its commands."""

from pathlib import Path
from typing import Any

from tokencost.errors import Problem, SpecError
from tokencost.reading.files import contents, decoded, leaves_tree, shown, working_tree
from tokencost.units import quoted

FILE = "pyproject.toml"
MAX_BYTES = 1 << 20
WORD = "tokencost"


def catalog_folder(here: Path) -> Path | None:
    """`catalog`, from the folder of the nearest pyproject.toml above; None where it says nothing.

    The file may come with a pull request, so the folder lies in the same working tree. Raises SpecError otherwise,
    and where the file cannot be understood: records that are silently left out would change verdicts.
    """
    file = next((folder / FILE for folder in (here, *here.parents) if (folder / FILE).is_file()), None)
    if file is None:
        return None
    text = decoded(contents(file, MAX_BYTES), shown(file))
    said = _table(text, file).get("catalog") if WORD in text else None
    if said is None:
        return None
    if not isinstance(said, str) or not said.strip() or not said.isprintable():
        raise _refused(file, f'{quoted(said)} is not a folder; write catalog = "records"')
    if leaves_tree(file.parent / said, working_tree(file) or file.parent):
        raise _refused(file, f"{quoted(said)} is outside of the project; --catalog may name any folder")
    return file.parent / said


def _table(text: str, file: Path) -> dict[str, Any]:
    import tomllib

    try:
        tool = tomllib.loads(text).get("tool", {})
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
        raise SpecError(Problem(f"not TOML: {reason}", shown(file))) from None
    table = tool.get(WORD, {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise _refused(file, f"{quoted(table)} stands where a table is due", "")
    return table


def _refused(file: Path, message: str, key: str = ".catalog") -> SpecError:
    return SpecError(Problem(message, shown(file), path=f"tool.{WORD}{key}"))
