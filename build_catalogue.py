"""Build hook: compiles the catalogue's YAML records into the index that the package loads."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes tokencost/data/index.json before a wheel or an editable install is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a record that cannot be used stops the build with its file and line."""
        sys.path.insert(0, str(Path(self.root)))
        from tokencost.catalog.load import compiled, store

        store(compiled())
