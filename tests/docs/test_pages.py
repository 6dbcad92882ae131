"""Pages refer to what exists: other pages, functions, sources, keys of a spec."""

import re
from pathlib import Path

import pytest

from tests.docs.reading import FENCE, PAGES, ROOT, fenced, files, name_of
from tokencost.catalog.load import load
from tokencost.spec.load import load_bytes
from tokencost.spec.rules import budget_file

LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)")
CITED = re.compile(r"\[([a-z0-9][a-z0-9.]*(?:-[a-z0-9.]+)+)\](?!\()")
FUNCTION = re.compile(r"\bdef (\w+)\(")
NAMED = re.compile(r"`(\w+)`")
METHODS = sorted((ROOT / "docs" / "methods").glob("*.md"))
VERSIONED = [
    (page, body) for page in PAGES for body in fenced(page, "yaml") if "version: 1" in body and "\naxes:" not in body
]
"""Sweeps are run by the commands of their page."""
SPECS = [(page, body) for page, body in VERSIONED if "\nrules:" not in body]
BUDGETS = [one for one in VERSIONED if one not in SPECS]

pages = pytest.mark.parametrize("page", PAGES, ids=name_of)


@pages
def test_links_lead_somewhere(page: Path) -> None:
    """
    A page that moved takes its readers with it.
    """
    targets = LINK.findall(page.read_text(encoding="utf-8"))

    assert not [target for target in targets if not (page.parent / target).exists()]


@pages
def test_cited_sources_are_in_the_catalogue(page: Path) -> None:
    """
    There a source has its title, its kind and where it was found.
    """
    known = load().index["sources"]
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))

    assert not [name for name in CITED.findall(prose) if name not in known]


@pytest.mark.parametrize("page", METHODS, ids=name_of)
def test_equations_name_functions_that_exist(page: Path) -> None:
    """
    Who doubts an equation reads its function.
    """
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tokencost").rglob("*.py"))
    tables = re.findall(r"^\| function .*?(?=\n\n|\Z)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    named = {name for table in tables for row in table.splitlines()[2:] for name in NAMED.findall(row.split("|")[1])}

    assert not named - set(FUNCTION.findall(code))


@pytest.mark.parametrize(("page", "body"), SPECS, ids=lambda value: name_of(value) if isinstance(value, Path) else "")
def test_specs_on_pages_can_be_used(page: Path, body: str) -> None:
    """
    They are copied.
    """
    assert 1 == load_bytes(body.encode(), name_of(page), [], load()).product.version


@pytest.mark.parametrize(("page", "body"), BUDGETS, ids=lambda value: name_of(value) if isinstance(value, Path) else "")
def test_budgets_on_pages_can_be_used(page: Path, body: str, tmp_path: Path) -> None:
    """
    They are copied, too.
    """
    (tmp_path / "budget.yaml").write_text(body, encoding="utf-8")

    assert budget_file(tmp_path / "budget.yaml", load()).rules


def test_files_on_pages_are_those_that_are_shipped() -> None:
    """
    Who copies from the page and who copies the file get the same.
    """
    shown = [(ROOT / name, text) for page in PAGES for name, text in files(page).items() if (ROOT / name).exists()]

    assert shown
    assert not [path for path, text in shown if path.read_text(encoding="utf-8") != text]


def test_decisions_are_numbered_in_a_row() -> None:
    """
    A gap would be a decision that somebody took back in silence.
    """
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]

    assert list(range(1, len(numbers) + 1)) == numbers
