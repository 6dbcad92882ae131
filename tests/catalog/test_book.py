"""Price books: tables that programs and people add lines to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.promises.records import catalog
from tokencost.catalog.book import COLUMNS, REFRESHED, read_books
from tokencost.catalog.book_text import bibliography, rows_in, table
from tokencost.catalog.load import over
from tokencost.errors import CatalogError

ROW = {
    "gpu": "a100-80gb-sxm", "provider": "AWS", "region": "us-east-1", "term": "on-demand", "instance": "p4de.24xlarge",
    "gpus_per_instance": "8", "country": "US", "since": "2026-11-01", "seen": "",
    "usd_per_gpu_hour": "3.20", "source": "a-shop",
}  # fmt: skip
SOURCES = {"a-shop": {"title": "A shop", "kind": "price page"}}


def written(folder: Path, *rows: dict[str, str], name: str = "own.csv") -> Path:
    (folder / "prices").mkdir(exist_ok=True)
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "prices" / name).write_text(table("prices", rows), encoding="utf-8")
    (folder / "sources" / "own.yaml").write_text(bibliography(SOURCES), encoding="utf-8")
    return folder


def problems(folder: Path, *rows: dict[str, str]) -> list[str]:
    written(folder, *rows)
    with pytest.raises(CatalogError) as caught:
        read_books(folder, "prices", SOURCES, catalog().index["gpus"])
    return [str(problem) for problem in caught.value.problems]


def test_lines_of_one_offer_are_one_price_with_a_history(tmp_path: Path) -> None:
    """
    The newest day is in force, in whatever order the lines stand.
    """
    later = {**ROW, "since": "2026-11-20", "usd_per_gpu_hour": "3.00"}
    own = over(catalog(), written(tmp_path, later, ROW))
    found = own.get("prices", "aws-a100-80gb-sxm-on-demand-us-east-1-p4de.24xlarge")

    assert ["2026-11-01", "2026-11-20"] == [line.since for line in found.lines]
    assert 3.00 == pytest.approx(found.lines[-1].price * 3600)


def test_what_was_fetched_of_a_provider_stands_alone(tmp_path: Path) -> None:
    """
    An old price of a region beside today's list would be the cheapest, and nobody sells at it.
    """
    fetched, added = (
        over(catalog(), written(tmp_path / name, ROW, name=name)) for name in made(tmp_path, REFRESHED, "added.csv")
    )

    def shops(one: object) -> list[str]:
        return [p.id for p in one.all("prices") if (p.provider, p.gpu, p.term) == ("AWS", ROW["gpu"], "on-demand")]  # type: ignore[attr-defined]

    assert 1 == len(shops(fetched))
    assert len(shops(catalog())) + 1 == len(shops(added))


def made(folder: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (folder / name).mkdir()
    return names


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("gpu", "a100", "no gpu has the id 'a100'"),
        ("term", "weekly", "term is 'weekly'; write one of on-demand, spot"),
        ("usd_per_gpu_hour", "", "A price that is not known has no line"),
        ("usd_per_gpu_hour", "0", "write USD an hour above 0"),
        ("usd_per_gpu_hour", "-1", "write USD an hour above 0"),
        ("usd_per_gpu_hour", "nan", "write USD an hour above 0"),
        ("usd_per_gpu_hour", "1_0", "write USD an hour above 0"),
        ("gpus_per_instance", "1.5", "write a whole number"),
        ("since", "2026-13-01", "write a day such as 2026-07-01"),
        ("source", "hearsay", "is not in sources"),
        ("provider", "", "write a name"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, cell: str, value: str, said: str) -> None:
    """
    A book has thousands of lines.
    """
    (found,) = problems(tmp_path, ROW, {**ROW, cell: value})

    assert "own.csv:3:" in found
    assert said in found


def test_columns_are_told_apart(tmp_path: Path) -> None:
    """
    A book of another version is refused as a whole.
    """
    written(tmp_path)
    path = tmp_path / "prices" / "own.csv"
    path.write_text(path.read_text().replace("usd_per_gpu_hour", "usd_per_hour"))
    with pytest.raises(CatalogError, match="missing: usd_per_gpu_hour; unknown: 'usd_per_hour'"):
        rows_in(path, "prices")


@pytest.mark.parametrize("raw", [b"\xff\xfe", b'gpu,"provider', b"", b"gpu\x00"])
def test_what_is_no_table_is_refused(tmp_path: Path, raw: bytes) -> None:
    """
    Never with a traceback.
    """
    (tmp_path / "book.csv").write_bytes(raw)
    with pytest.raises(CatalogError):
        rows_in(tmp_path / "book.csv", "prices")


letters = st.characters(codec="utf-8", exclude_characters="\r\n\x00", exclude_categories=("Cs",))
cells = st.dictionaries(st.sampled_from(COLUMNS["prices"]), st.text(letters, max_size=20))


@given(st.lists(cells, max_size=5))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    """
    Commas, quotes and any letters.
    """
    path = tmp_path_factory.mktemp("book") / "book.csv"
    whole = [{column: row.get(column, "") for column in COLUMNS["prices"]} for row in rows]
    path.write_text(table("prices", rows), encoding="utf-8", newline="")

    assert whole == rows_in(path, "prices")
