"""`tokencost tokens`: what an image or a clip is in tokens."""

from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.show import show

if TYPE_CHECKING:
    from tokencost.planning.options import OutputOptions


@o.grouped(size=o.clip_options)
def tokens(
    *,
    tokenizer: Annotated[
        str,
        typer.Option("--tokenizer", help="Tokenizer id, e.g. emu3, sd3-latent.", autocompletion=c.named("tokenizers")),
    ] = "",
    stride: Annotated[
        str,
        typer.Option(
            "--stride", help="Strides, frames x height x width: 4x4x4; instead of a tokenizer, or to change one."
        ),
    ] = "",
    codebook: Annotated[
        int, typer.Option("--codebook", min=0, max=2**40, help="Codes of a tokenizer given by its stride.")
    ] = 0,
    size: "OutputOptions",
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("tokens")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Tokens of an image or clip: grid, visual, structural, generated.

    Example: tokencost tokens --tokenizer emu3 --width 512 --height 512
    """
    from tokencost.planning.grid import tokens_for

    found = tokens_for(o.load_catalog(catalog), tokenizer=tokenizer, stride=stride, codebook=codebook, size=size)
    show("tokens", found, format, output, no_color=no_color)
