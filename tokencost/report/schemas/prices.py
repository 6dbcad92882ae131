"""What the price book says: prices listed, shown, set aside and refreshed."""

from typing import Literal

from tokencost.report.schemas.part import Part, Sealed, means


class Seen(Part):
    """A price that was true from a day on."""

    since: str = means("first day on which it was seen")
    seen: str | None = means("last day on which it was seen again; null: never again")
    price: float | None = means("in `unit` of the offer")
    source: str = means("who says so")


class Offer(Part):
    """What one provider asks for one thing."""

    id: str = means("as `prices show` takes it")
    kind: Literal["gpu", "api"] = means("a GPU by the hour, or what an API sells")
    about: str = means("id of the GPU or the model")
    provider: str = means("who asks it")
    region: str | None = means("as the provider calls it; null behind an API")
    country: str | None = means("ISO 3166 code of the region's country; null: not known")
    term: str | None = means("how a GPU is let, or the variant that an API sells")
    instance: str | None = means("the machine that is rented; null behind an API")
    gpus_per_instance: int | None = means("GPUs that are rented together; null behind an API")
    unit: str = means("of the price: USD/h of a GPU, or USD for one image, second or token")
    price: float | None = means("the newest, in `unit`")
    since: str = means("last day on which the newest price was seen to be true")
    source: str = means("who says the newest price")
    tokens: int | None = means("output tokens of an asset; null: not published, or a GPU")
    ended: str | None = means("day on which it was sold no more; null: it is sold")
    lines: list[Seen] = means("every price that is known, the oldest first")


class Prices(Sealed):
    """Offers of the price book."""

    schema_: Literal["tokencost.prices/1"] = means("this schema", name="schema")
    prices: list[Offer] = means("by GPU and term, then by model, the cheapest of each first")


class Quoted(Part):
    """A price as somebody wrote it."""

    said: str = means("in the words of the source")
    source: str = means("who says so")


class Aside(Part):
    """Prices that were found and are used nowhere."""

    id: str = means("of the record")
    about: str = means("id of the GPU or the model")
    what: str = means("whose prices")
    why: str = means("what speaks against them")
    quotes: list[Quoted] = means("what was found")


class SetAside(Part):
    """Every price that was found and is used nowhere."""

    schema_: Literal["tokencost.prices-set-aside/1"] = means("this schema", name="schema")
    set_aside: list[Aside] = means("the records")


class Source(Part):
    """An entry of the bibliography; what is not known is empty."""

    id: str = means("its name")
    title: str = means("of the work")
    kind: str = means("what it is: paper, repository, page, ...")
    url: str = means("where it is")
    retrieved: str = means("day on which it was read")
    licence: str = means("on which terms it may be used")
    note: str = means("in words")


class Price(Offer):
    """One offer and its sources."""

    schema_: Literal["tokencost.price/1"] = means("this schema", name="schema")
    sources: list[Source] = means("who says its prices")


class Moved(Part):
    """A price that changed, or came."""

    id: str = means("of the offer")
    about: str = means("id of the GPU or the model")
    unit: str = means("of both prices")
    before: float | None = means("in `unit`; null: not known before")
    after: float | None = means("in `unit`")


class Merged(Part):
    """What became of the prices of one kind."""

    moved: list[Moved] = means("prices that changed or came")
    unchanged: int = means("how many stayed")
    refused: dict[str, str] = means("lists of which nothing was taken, each with the reason")
    notes: list[str] = means("what was left as it is, and why")


class Choice(Part):
    """What a plan comes to."""

    model: str | None = means("which is recommended; null: nothing is feasible")
    per_asset_usd: float | None = means("per asset", "USD")
    per_month_usd: float | None = means("per month, where there is traffic", "USD")


class Repriced(Part):
    """A spec planned at the old prices and at the new ones."""

    name: str = means("of the spec")
    file: str = means("of the spec")
    before: Choice = means("at the old prices")
    after: Choice = means("at the new ones")


class Refresh(Part):
    """What a look at the lists of others found."""

    schema_: Literal["tokencost.prices-refresh/1"] = means("this schema", name="schema")
    folder: str = means("of the user's own price book")
    written: bool = means("whether the book was replaced")
    gpus: Merged | None = means("GPUs; null: not asked for, or not reached")
    apis: Merged | None = means("APIs; null: not asked for, or not reached")
    unreachable: list[str] = means("lists that could not be read, and why")
    plans: list[Repriced] = means("what new prices do to the specs")
