"""What every version of the JSON has promised: the table of its fields, to which a release only adds.

`python -m tests.promises.results` adds the fields of today and refuses to take any away.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

from tokencost.report.schemas import RESULTS, fields, result_schema

TABLE = Path(__file__).with_name("results.csv")
COLUMNS = ("schema", "path", "always", "type")
Row = dict[str, str]


def called(command: str) -> str:
    """The version that a result states, or its command where it states none."""
    return str(result_schema(command)["title"])


def of(command: str) -> list[Row]:
    """Every field of a result of today."""
    schema = result_schema(command)
    found = {path: (said, always) for path, said, always in fields(schema)}
    return [
        {"schema": str(schema["title"]), "path": path, "always": "yes" if always else "no", "type": _type(said)}
        for path, (said, always) in sorted(found.items())
    ]


def _type(said: dict[str, Any]) -> str:
    if "anyOf" in said:
        return " | ".join(sorted(_type(member) for member in said["anyOf"]))
    if "$ref" in said:
        return "object"
    words = said.get("enum", [said["const"]] if "const" in said else [])
    return " | ".join(sorted(json.dumps(word) for word in words)) or str(said.get("type", "anything"))


def today() -> list[Row]:
    """Every field of every result."""
    rows = {(row["schema"], row["path"]): row for command in RESULTS for row in of(command)}
    return [rows[key] for key in sorted(rows)]


def kept() -> list[Row]:
    """Every field that was promised."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def main() -> None:
    """Add what is new."""
    now = {(row["schema"], row["path"]): row for row in today()}
    broken = [row for row in kept() if now.get((row["schema"], row["path"])) != row] if TABLE.exists() else []
    if broken:
        sys.exit("\n".join(f"{row['schema']} promised {row['path']}: {row['type']}" for row in broken))
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(now[key] for key in sorted(now))


if __name__ == "__main__":
    main()
