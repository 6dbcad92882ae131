"""What `reconcile` says: a forecast beside an invoice, and where the difference comes from."""

from typing import Literal

from tokencost.report.schemas.part import Part, Sealed, means


class Cause(Part):
    """What one assumption adds to the error."""

    cause: Literal["volume", "usage per asset", "price", "other charges"] = means("which assumption")
    usd: float | None = means("its part of the error, in whole cents", "USD")
    assumed: float | None = means("what the forecast took it for, in `unit`; null: not known")
    billed: float | None = means("what it was, in `unit`; null: not known")
    unit: str = means("of both")


class Product(Part):
    """A product that was forecast and billed."""

    product: str = means("its name")
    file: str | None = means("of its spec; null: the forecast is no spec")
    forecast_usd: float | None = means("what was forecast for the period", "USD")
    actual_usd: float | None = means("what was billed", "USD")
    error_usd: float | None = means("billed less forecast", "USD")
    error: float | None = means("the same as a share of the forecast; null: nothing was forecast")
    parts: list[Cause] = means("which assumptions it comes from; their sum is the error")
    corrections: list[str] = means("fields of the spec that would have been right, as `--set` takes them")
    corrected_usd: float | None = means("what the plan then says; null: it was not planned again", "USD")


class Reconciliation(Sealed):
    """A forecast beside an invoice."""

    schema_: Literal["tokencost.reconcile/1"] = means("this schema", name="schema")
    invoice: str = means("its file")
    period: str | None = means("that was billed; null: the invoice does not say")
    hours: float | None = means("length of the period; null: the invoice does not say", "h")
    products: list[Product] = means("those that both sides know")
    not_billed: list[str] = means("products that are only forecast")
    not_forecast: dict[str, float] = means("products that are only billed", "USD")
    unassigned_usd: float | None = means("what was billed for no product", "USD")
