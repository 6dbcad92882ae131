"""Generated pages are what the product would write today."""

import importlib.util
from types import ModuleType

from tests.docs.reading import ROOT, name_of


def generator() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_are_written_by_the_product() -> None:
    """
    `python docs/generate.py` writes them; a page that lags behind is wrong.
    """
    pages = generator().pages()

    assert not [name_of(path) for path, text in pages.items() if path.read_text(encoding="utf-8") != text]
    references = {f"docs/reference/{name}.md" for name in ("spec", "budget", "commands", "json")}
    assert references | {"docs/lesson.md", "docs/claims.md"} == {name_of(path) for path in pages}
