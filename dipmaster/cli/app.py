"""The commands under one name, and the one form in which all of them fail."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, NoReturn, ParamSpec

import typer

from dipmaster import __version__
from dipmaster.cli import unwritable
from dipmaster.cli.check import check
from dipmaster.cli.compare import compare
from dipmaster.cli.doctor import doctor
from dipmaster.cli.fetch import HELP as FETCH_HELP
from dipmaster.cli.fetch import binance, exchange
from dipmaster.cli.project import enter_project, require_params
from dipmaster.cli.replay import replay
from dipmaster.cli.restore import restore
from dipmaster.cli.review import review
from dipmaster.cli.run import run
from dipmaster.cli.show import show
from dipmaster.cli.signs import print_in_any_encoding
from dipmaster.cli.trades import trades
from dipmaster.core.errors import DipMasterError

Arguments = ParamSpec("Arguments")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Run the phase-gate pipeline, and read what it found. `dipmaster COMMAND --help` has "
    "an example of each command.",
)


def print_version(is_asked: bool) -> None:
    """Print the version and end, where it is asked for."""
    if is_asked:
        typer.echo(f"dipmaster {__version__}")
        raise typer.Exit


@app.callback()
def accept_options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """Options that belong to no command; each answers for itself."""


def in_project(
    command: Callable[Arguments, None], *, reads_params: bool = False
) -> Callable[Arguments, None]:
    """Run a command in the project's folder; what the user can fix ends it without a traceback."""

    @wraps(command)
    def run_in_project(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        print_in_any_encoding()
        try:
            enter_project()
            if reads_params:
                require_params()
            command(*args, **kwargs)
            sys.stdout.flush()
        except DipMasterError as error:
            end_with(str(error), error.exit_code)
        except (OSError, RuntimeError) as error:
            message = unwritable.describe(error)
            if message is None:
                raise
            unwritable.discard_output()
            end_with(message, 1)

    return run_in_project


def end_with(message: str, code: int) -> NoReturn:
    """End the program with an error, in the one form that errors have."""
    typer.echo(f"dipmaster: error: {message}", err=True)
    raise typer.Exit(code) from None


READ_PARAMS = (run, review, replay, check)
"""Commands that cannot do without params.yaml of this folder; `show` can, of a name."""

for one in (run, show, compare, review, trades, replay, check, doctor, restore):
    app.command()(in_project(one, reads_params=one in READ_PARAMS))

fetch = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, help=FETCH_HELP
)
fetch.command()(in_project(binance))
fetch.command()(in_project(exchange))
app.add_typer(fetch, name="fetch")
