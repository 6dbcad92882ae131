"""The command table."""

import typer

from tokencost.cli.calibrate import calibrate
from tokencost.cli.capacity import capacity
from tokencost.cli.catalog import catalog
from tokencost.cli.check import check
from tokencost.cli.comment import comment
from tokencost.cli.compare import compare
from tokencost.cli.diff import diff
from tokencost.cli.estimate import estimate
from tokencost.cli.explain import explain
from tokencost.cli.init import init
from tokencost.cli.lock import lock
from tokencost.cli.plan import plan
from tokencost.cli.prices import prices
from tokencost.cli.reconcile import reconcile
from tokencost.cli.sample import sample
from tokencost.cli.schema import schema
from tokencost.cli.sweep import sweep
from tokencost.cli.tokens import tokens
from tokencost.cli.train import train
from tokencost.cli.validate import validate

SUMMARY = """Cost and capacity planner for generative media.

  tokencost plan specs/poster-1024.yaml     which model, why, at what cost
  tokencost compare --res 1024              all models side by side
"""
EXITS = "Exit codes: 0 done · 1 internal error · 2 wrong input · 3 the verdict is no · 4 cannot read or write"

app = typer.Typer(
    help=SUMMARY,
    epilog=EXITS,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Print short help where nothing is asked."""
    if version:
        from tokencost import __version__

        typer.echo(f"tokencost {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


PLAN, EXPLORE, SETUP = "Plan and gate", "Explore", "Set up"
app.command(rich_help_panel=PLAN)(plan)
app.command(rich_help_panel=PLAN)(check)
app.command(rich_help_panel=PLAN)(diff)
app.command(rich_help_panel=PLAN)(lock)
app.command(rich_help_panel=PLAN)(comment)
app.command(rich_help_panel=PLAN)(capacity)
app.command(rich_help_panel=PLAN)(reconcile)
app.command(rich_help_panel=EXPLORE)(compare)
app.command(rich_help_panel=EXPLORE)(estimate)
app.command(rich_help_panel=EXPLORE)(sweep)
app.command(rich_help_panel=EXPLORE)(tokens)
app.command(rich_help_panel=EXPLORE)(explain)
app.command(rich_help_panel=EXPLORE)(sample)
app.command(rich_help_panel=EXPLORE)(train)
app.command(rich_help_panel=EXPLORE)(validate)
app.command(rich_help_panel=SETUP)(init)
app.add_typer(catalog, name="catalog", rich_help_panel=SETUP)
app.add_typer(prices, name="prices", rich_help_panel=SETUP)
app.command(rich_help_panel=SETUP)(calibrate)
app.command(rich_help_panel=SETUP)(schema)
