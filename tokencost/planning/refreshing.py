"""A refreshed price book: what was fetched, judged against what was known, merged into the user's own tables.

A list whose prices are ten times off or more has changed its unit, not its prices: it is refused as a whole. Where two
lists of API prices disagree, neither is taken.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from statistics import median

from tokencost.catalog.book import HOUR, REFRESHED, offer_id
from tokencost.catalog.book_text import bibliography, rows_in, table
from tokencost.catalog.load import Catalog
from tokencost.market.apis import where
from tokencost.market.gpus import SOURCE, Fetched
from tokencost.nouns.model import ApiPrice
from tokencost.units import Constant

SLIP = Constant(
    10.0, "", "providers do not change a price tenfold overnight, but cents and dollars are a hundred apart"
)
ROUNDING = Constant(1e-6, "", "prices of an instance divided by its GPUs differ in digits that nobody wrote")
AGREED = Constant(1.05, "", "lists round prices per image to a tenth of a cent")
FEWEST = 3
"""Prices that have to be known for a list to be judged as a whole."""
APIS = {"portkey": "Portkey-AI/models, prices by provider", "litellm": "BerriAI/litellm, model prices"}
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A price before (None: not known) and after, in USD per unit."""

    id: str
    about: str
    unit: str
    before: float | None
    after: float

    @property
    def factor(self) -> float:
        """After over before; 1 where nothing was known."""
        return self.after / self.before if self.before else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Files to write, in this order; prices that moved or came; what was refused, each with the reason."""

    files: Mapping[str, str]
    moved: tuple[Moved, ...]
    unchanged: int
    refused: Mapping[str, str]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Ledger:
    """A book that is being continued: its rows, the last of every offer, and what became of the prices."""

    rows: list[dict[str, str]]
    last: dict[str, dict[str, str]]
    moved: list[Moved]
    unchanged: int = 0

    def see(self, row: Row, found: Moved, column: str, on: datetime.date) -> None:
        """A price as a new line, or the last line once more if it says the same."""
        before = self.last.get(found.id)
        if before is not None and _same(float(before[column]), found.after):
            before["seen"] = on.isoformat()
        else:
            self.rows.append(dict(row))
        if found.before is not None and _same(found.before, found.after):
            self.unchanged += 1
        else:
            self.moved.append(found)


def _same(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=ROUNDING)


def _ledger(folder: Path, kind: str) -> Ledger:
    rows = [dict(row) for row in rows_in(folder / kind / REFRESHED, kind)]
    return Ledger(rows=rows, last={_name(kind, row): row for row in rows}, moved=[])


def _name(kind: str, row: Row) -> str:
    return offer_id(row) if kind == "prices" else row["id"]


def merged_gpus(catalog: Catalog, folder: Path, fetched: Fetched, on: datetime.date) -> Merged:
    """The book of GPU prices after a look at every provider that was reached."""
    sold, ledger, refused = _by_offer(catalog), _ledger(folder, "prices"), {}
    notes = [f"{count:,} rows left out: {why}" for why, count in fetched.left_out.items()]
    for provider, offers in fetched.rows.items():
        fair = {offer_id(row): _usual(row, sold) for row in offers}
        why = off([float(row["usd_per_gpu_hour"]) / usual for row in offers if (usual := fair[offer_id(row)])])
        if why:
            refused[f"{SOURCE} {provider}"] = why
            continue
        for row in offers:
            name, price = offer_id(row), float(row["usd_per_gpu_hour"])
            usual, there = fair[name], sold.get(_offer(row))
            if usual and not 1 / SLIP < price / usual < SLIP:
                notes.append(f"{name}: {price:.4g} USD/h left out, {usual:.4g} is usual")
                continue
            last = ledger.last.get(name)
            before = float(last["usd_per_gpu_hour"]) if last else median(there) if there else None
            found = Moved(id=name, about=row["gpu"], unit="USD/h", before=before, after=price)
            ledger.see(row, found, "usd_per_gpu_hour", on)
    return Merged(
        files={f"prices/{REFRESHED}": table("prices", ledger.rows)}, moved=tuple(ledger.moved),
        unchanged=ledger.unchanged, refused=refused, notes=tuple(notes),
    )  # fmt: skip


Sold = Mapping[tuple[str, ...], list[float]]


def _by_offer(catalog: Catalog) -> Sold:
    """USD an hour of every offer, by provider, GPU, term and region, and by GPU and term alone."""
    found: dict[tuple[str, ...], list[float]] = {}
    for price in catalog.all("prices"):
        usd = price.lines[-1].price * HOUR
        found.setdefault((price.provider.lower(), price.gpu, price.term, price.region.lower()), []).append(usd)
        found.setdefault((price.gpu, price.term), []).append(usd)
    return found


def _offer(row: Row) -> tuple[str, ...]:
    return row["provider"].lower(), row["gpu"], row["term"], row["region"].lower()


def _usual(row: Row, sold: Sold) -> float | None:
    """What this offer cost, else the middle of what the GPU costs on this term anywhere; None if nobody knows."""
    there = sold.get(_offer(row)) or sold.get((row["gpu"], row["term"]))
    return median(there) if there else None


def off(ratios: Sequence[float]) -> str:
    """Why a list is refused, from its prices over those that are known; empty if it is not."""
    if len(ratios) < FEWEST or 1 / SLIP < (middle := median(ratios)) < SLIP:
        return ""
    times = f"{middle:.3g} times" if middle > 1 else f"1/{1 / middle:.3g} of"
    return (
        f"its prices are {times} those known, in the middle of {len(ratios)}; the unit is another one; nothing is taken"
    )


def merged_apis(catalog: Catalog, folder: Path, quotes: Mapping[str, Mapping[str, float]], on: datetime.date) -> Merged:
    """The book of API prices after a look at both lists."""
    offers: list[ApiPrice] = [one for one in catalog.all("api_prices") if not one.ended]
    known = {one.id: float(one.lines[-1].price) for one in offers if one.per != "token"}
    refused = {
        name: why for name, found in quotes.items()
        if (why := off([usd / known[offer] for offer, usd in found.items() if offer in known]))
    }  # fmt: skip
    trusted = {name: found for name, found in quotes.items() if name not in refused}
    ledger, notes = _ledger(folder, "api_prices"), []
    for offer in offers:
        listed = {name: found[offer.id] for name, found in trusted.items() if offer.id in found}
        usd, doubt = settled(listed, known.get(offer.id))
        if usd is None:
            notes += [f"{offer.id}: {doubt}"] if doubt else []
            continue
        unit = f"USD/{'second' if offer.per == 'second' else 'image'}"
        found = Moved(id=offer.id, about=offer.model, unit=unit, before=known.get(offer.id), after=usd)
        ledger.see(_api_row(offer, usd, next(iter(listed)), on), found, "usd", on)
    return Merged(
        files={f"api_prices/{REFRESHED}": table("api_prices", ledger.rows)}, moved=tuple(ledger.moved),
        unchanged=ledger.unchanged, refused=refused, notes=tuple(notes),
    )  # fmt: skip


def settled(listed: Mapping[str, float], known: float | None) -> tuple[float | None, str]:
    """The price that the lists agree on, the first list's digits; None and why where they do not."""
    plausible = {n: usd for n, usd in listed.items() if known is None or 1 / SLIP < usd / known < SLIP}
    told = ", ".join(f"{name} {usd:.4g} USD" for name, usd in listed.items())
    if not listed:
        return None, ""
    if not plausible:
        return None, f"{told}, but {known:.4g} was known; ten times apart or more, left as it is"
    low, high = min(plausible.values()), max(plausible.values())
    if high > low * AGREED:
        return None, f"the lists disagree ({told}), left as it is"
    return next(iter(plausible.values())), ""


def _api_row(offer: ApiPrice, usd: float, source: str, on: datetime.date) -> dict[str, str]:
    sizes = {name: str(getattr(offer, name) or "") for name in ("width", "height", "max_pixels", "tokens")}
    plain = {name: getattr(offer, name) for name in ("id", "model", "provider", "variant", "quality", "ended")}
    latency = f"{offer.typical_latency:g}" if offer.typical_latency else ""
    return {
        **plain, **sizes, "per": "second" if offer.per == "second" else "image", "typical_latency_s": latency,
        "since": on.isoformat(), "seen": "", "usd": f"{usd:.10g}", "source": f"{source}, {on}",
    }  # fmt: skip


def sources(places: Mapping[str, str], on: datetime.date) -> dict[str, str]:
    """The bibliography of what was fetched, a file for each source."""
    titles = {SOURCE: "dstackai/gpuhunt, GPU prices by provider", **APIS}
    return {
        f"sources/{name}.yaml": bibliography({name: {
            "title": titles[name], "kind": "repository", "url": where(place), "retrieved": on.isoformat(),
            "licence": "MPL-2.0" if name == SOURCE else "MIT",
        }})
        for name, place in sorted(places.items())
    }  # fmt: skip
