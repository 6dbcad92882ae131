"""`tokencost train`: what a training run takes."""

from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.show import show
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.nouns.training import Recomputation
    from tokencost.planning.training_run import Wanted


def place_options(
    gpu: Annotated[str, typer.Option("--gpu", help="GPU; default: that of the published run, else an A100.")] = "",
    price: o.Price = "",
    region: o.Region = "world",
    site: o.SiteName = "hyperscale",
    pue: o.PueFlag = None,
) -> "Wanted":
    """Where a run takes place, and for what price."""
    from tokencost.planning.options import RunOptions
    from tokencost.planning.training_run import Wanted

    options = RunOptions(price=o.price_of(price), region=region, site=site, pue=pue)
    return Wanted(gpu=gpu, options=options)


@o.grouped(place=place_options)
def wanted_options(
    *,
    params: Annotated[str, typer.Option("--params", help="Parameters, active ones of a mixture: 7e9.")] = "",
    tokens: Annotated[str, typer.Option("--tokens", help="Tokens trained on, repeats included: 2e12.")] = "",
    images: Annotated[str, typer.Option("--images", help="Images a denoiser sees, repeats included: 1e9.")] = "",
    sequence: Annotated[int, typer.Option("--sequence", min=0, max=100_000_000, help="Tokens of a sequence.")] = 0,
    res: o.Res = "",
    mfu: Annotated[float, typer.Option("--mfu", min=0.0, max=1.0, help="Utilisation, such as 0.4.")] = 0.0,
    exact: Annotated[bool, typer.Option("--exact", help="GPU time by the layer-by-layer count.")] = False,
    recompute: Annotated[str, typer.Option("--recompute", help="Activations run again: none or full.")] = "none",
    assets: Annotated[str, typer.Option("--assets", help="Assets that share the cost: 1e9.")] = "",
    against: Annotated[str, typer.Option("--against", help="Runs to compare with, separated by commas.")] = "",
    place: "Wanted",
) -> "Wanted":
    """What is asked about a run."""
    from dataclasses import replace

    return replace(
        place, params=amount("--params", params), tokens=amount("--tokens", tokens), images=amount("--images", images),
        sequence=sequence, size=o.size_of(res) if res else (0, 0), mfu=mfu, exact=exact,
        recompute=recomputation(recompute), assets=amount("--assets", assets),
        against=tuple(name.strip() for name in against.split(",") if name.strip()),
    )  # fmt: skip


@o.grouped(wanted=wanted_options)
def train(
    model: Annotated[
        str,
        typer.Argument(
            help="Model or published run; all runs if not said.",
            metavar="MODEL",
            autocompletion=c.named("training", "models"),
        ),
    ] = "",
    *,
    wanted: "Wanted",
    every: Annotated[bool, typer.Option("--list", help="Every run of which something is published.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Derive every number instead.")] = False,
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("train", "train --list", "train --explain")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Training FLOPs, GPU hours, GPU years, cost, energy and CO2, beside what is published.

    Example: tokencost train emu3-gen --tokens 300e9 --against sd3
    """
    from dataclasses import replace

    from tokencost.planning import train as use_case
    from tokencost.planning.training_run import Wanted, published

    records, asked = o.load_catalog(catalog), replace(wanted, name=model)
    if every and asked != Wanted():
        raise UsageError("--list takes no MODEL and no other flag about a run")
    if every or (asked == Wanted() and not explain):
        return show("train --list", published(records), format, output, no_color=no_color)
    if explain:
        return show("train --explain", use_case.explained(records, asked), format, output, no_color=no_color)
    return show("train", use_case.train(records, asked), format, output, no_color=no_color)


LARGEST = 1e30
"""Parameters, tokens or assets beyond which a number is a slip of the keyboard."""


def amount(flag: str, text: str) -> float:
    """`300e9` as a count; 0 if nothing was said."""
    from tokencost.units import Unit

    try:
        value = Unit("").parse(float(text) if text else 0)
    except ValueError:
        raise UsageError(f"{flag} {text[:40]!r}: write a number, such as 300e9") from None
    if text and not 1 <= value <= LARGEST:
        raise UsageError(f"{flag} {text[:40]!r}: it has to be from 1 to {LARGEST:g}")
    return value


def recomputation(text: str) -> "Recomputation":
    """How much of the forward pass is run again."""
    match text:
        case "none" | "full":
            return text
    raise UsageError(f"--recompute {text[:40]!r}: choose from none, full")
