"""Params, data and history, before anything runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dipmaster.core.params import Params
    from dipmaster.market.history import HistoryCheck


def check(
    values: Annotated[
        list[str] | None,
        typer.Option("--set", "-S", metavar="KEY=VALUE", help="As if set by `dipmaster run`."),
    ] = None,
) -> None:
    """Check params, data and history before anything runs.

    Example: dipmaster check --set split.burn_in_days=365
    """
    from dipmaster.core.params.changes import flatten

    params, history = check_all(values or [])
    typer.echo(f"params   {len(flatten(params.values()))} values fit")
    typer.echo(f"data     {describe_source(params)}, {history.coins} coins")
    typer.echo(
        f"history  {history.first_open_time} to {history.last_open_time}: {history.days:.1f} days, "
        f"{history.out_of_sample_days:.1f} of them out of sample"
    )
    for note in history.notes:
        typer.echo(f"note     {note}")


def check_all(overrides: Sequence[str]) -> tuple["Params", "HistoryCheck"]:
    """Params with overrides in their places, and the history that a run with them would have.

    Raises
    ------
    ParamsError, DataError
        Where something does not fit; nothing is written.
    """
    from dipmaster.altdata import check_files
    from dipmaster.cli.overrides import check_overridden
    from dipmaster.core import catalog
    from dipmaster.market.history import check_history

    params = check_overridden(overrides)
    check_files(params.alternative_data)
    return params, check_history(params, catalog.RAW)


def describe_source(params: "Params") -> str:
    """Where the bars come from."""
    ingest = params.ingest
    if ingest.source == "simulated":
        return f"simulated market, seed {ingest.simulated.seed}"
    return f"data/raw, set {ingest.raw.set or 'any'}"
