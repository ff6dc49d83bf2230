"""The trades of a phase, as a table or as CSV."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from dipmaster.results.evaluation.record import ValidationResults

BPS = 1e4
SHOWN_ROWS = 40

COLUMNS = {
    "id": True,
    "entry (UTC)": False,
    "coin": False,
    "exit": False,
    "held": True,
    "entry price": True,
    "exit price": True,
    "net bp": True,
    "net": True,
    "confidence": True,
    "regime": False,
}
LEFT_OUT_FIRST = ("regime", "exit price", "entry price", "confidence")
"""Columns that give way, in this order, where the terminal is too narrow for all."""


def trades(
    phase: Annotated[
        int | None, typer.Option(help="Phase; the last one built where not given.")
    ] = None,
    coin: Annotated[str | None, typer.Option(help="Only this coin, e.g. BTCUSDT.")] = None,
    exit_type: Annotated[
        str | None, typer.Option("--exit", help="Only this exit, as printed or as in the file.")
    ] = None,
    best: Annotated[int | None, typer.Option(min=1, help="The n with the highest net bp.")] = None,
    worst: Annotated[
        int | None,
        typer.Option(
            min=1, help="The n with the lowest net bp; the report ranks by loss of equity."
        ),
    ] = None,
    experiment: Annotated[
        str | None, typer.Option(help="Of this experiment or commit, from DVC's cache.")
    ] = None,
    burn_in: Annotated[
        bool, typer.Option("--burn-in", help="Those of the burn-in too, which no gate counts.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="All columns as CSV, every row.")] = False,
) -> None:
    """List the trades of a phase, as a table or as CSV.

    Net return is in basis points of the position at entry, after all costs. Trades of the
    burn-in are left out. Ids are those of the report.

    Example: dipmaster trades --phase 2 --worst 10
    """
    from dipmaster.cli.at_work import refuse_unfinished
    from dipmaster.cli.project import refuse_empty
    from dipmaster.cli.revisions import WORKSPACE

    refuse_empty(experiment, "--experiment")
    experiment = None if experiment == WORKSPACE else experiment
    if experiment is None:
        refuse_unfinished()
    validation = read_validation(experiment)
    number = validation.built_phases[-1] if phase is None else phase
    frame = read_trades(number, validation, experiment)
    if not burn_in:
        frame = frame[frame["entry_time"] >= validation.period.out_of_sample_from]
    frame = select_rank(select_rows(frame, coin, exit_type), best, worst)
    if csv:
        typer.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
        return
    print_table(frame, number, is_ranked=bool(best or worst))


def read_validation(experiment: str | None) -> "ValidationResults":
    """validate.json of the workspace, or of an experiment."""
    from dipmaster.cli.revisions import WORKSPACE, find_revision, read_validation

    return read_validation(find_revision(experiment or WORKSPACE))


def read_trades(
    phase: int, validation: "ValidationResults", experiment: str | None
) -> "pd.DataFrame":
    """Table TRADES of a phase.

    Raises
    ------
    DataError
        Where the phase was not built.
    """
    from dipmaster.core import catalog, store
    from dipmaster.core.errors import data_error
    from dipmaster.core.tables import TRADES

    if phase not in validation.built_phases:
        built = ", ".join(map(str, validation.built_phases))
        raise data_error("--phase", f"one of the phases {built}", str(phase), "name one of them")
    path = catalog.VALIDATE / f"trades_phase_{phase}.parquet"
    if experiment is None:
        return store.read_table(path, TRADES)
    from dipmaster.cli.cached import open_cached

    with open_cached(experiment, path) as copy:
        return store.read_table(copy, TRADES)


def select_rows(frame: "pd.DataFrame", coin: str | None, exit_type: str | None) -> "pd.DataFrame":
    """Those of a coin and of an exit type.

    Raises
    ------
    DataError
        Where no trade is of it, with the names there are.
    """
    from dipmaster.core.errors import data_error
    from dipmaster.report.kit.exit_types import name_exit_type

    for option, column, wanted in (("coin", "symbol", coin), ("exit", "exit_type", exit_type)):
        if wanted is None:
            continue
        keys = sorted(frame[column].unique())
        if wanted not in keys and option == "exit":
            wanted = {name_exit_type(key): key for key in keys}.get(wanted, wanted)
        if wanted not in keys:
            raise data_error(
                f"--{option}", f"one of {', '.join(keys)}", wanted, "choose one of them"
            )
        frame = frame[frame[column] == wanted]
    return frame


def select_rank(frame: "pd.DataFrame", best: int | None, worst: int | None) -> "pd.DataFrame":
    """The best by net return, the best first, then the worst, the worst first.

    All by time where neither is given.
    """
    import pandas as pd

    if best is None and worst is None:
        return frame
    ranked = frame.sort_values(["return_frac", "trade_id"], ascending=[False, True])
    top, bottom = ranked.head(best or 0), ranked.tail(worst or 0)[::-1]
    return pd.concat([top, bottom.loc[bottom.index.difference(top.index, sort=False)]])


def print_table(frame: "pd.DataFrame", phase: int, *, is_ranked: bool) -> None:
    """Print the trades, and what they come to."""
    from dipmaster.cli.console import make_console, print_whole
    from dipmaster.report.kit import numbers

    rows = frame if is_ranked else frame.tail(SHOWN_ROWS)
    console = make_console()
    table, hidden = build_table(rows, console.width)
    print_whole(console, table)
    left_out = len(frame) - len(rows)
    note = f"the last {len(rows)} of {len(frame)}; --csv has all" if left_out else f"{len(frame)}"
    note += ", by net return in bp" if is_ranked else ""
    mean_bps = None if frame.empty else BPS * float(frame["return_frac"].mean())
    console.print(
        f"phase {phase}, trades: {note}; mean {numbers.bps(mean_bps)}, "
        f"net {numbers.plain(float(frame['net_pnl'].sum()), 2)} in all"
    )
    if hidden:
        console.print(f"left out: {', '.join(hidden)}; a wider terminal or --csv has them")


def build_table(rows: "pd.DataFrame", width: int) -> tuple["Table", tuple[str, ...]]:
    """The table in as many columns as there is room for, and the names of those left out."""
    from dipmaster.cli.console import fit_words, make_table, measure_width

    lines = build_cells(rows)
    for number in range(len(LEFT_OUT_FIRST) + 1):
        hidden = LEFT_OUT_FIRST[:number]
        shown = {name: is_number for name, is_number in COLUMNS.items() if name not in hidden}
        table = make_table(shown)
        for cells in lines:
            table.add_row(*(cell for name, cell in zip(COLUMNS, cells, strict=True)
                            if name in shown))  # fmt: skip
        if measure_width(table) <= width:
            break
    fit_words(table, width)
    return table, hidden


def build_cells(frame: "pd.DataFrame") -> list[list[str]]:
    """Rows in print."""
    import math

    from dipmaster.core.time_units import BAR_MS, MINUTE_MS
    from dipmaster.report.kit import numbers
    from dipmaster.report.kit.exit_types import name_exit_type

    rows: Iterable[Any] = frame.itertuples()
    return [
        [
            str(row.trade_id),
            f"{row.entry_time:%Y-%m-%d}\N{NO-BREAK SPACE}{row.entry_time:%H:%M}",
            str(row.symbol),
            name_exit_type(str(row.exit_type)),
            numbers.minutes(float(row.bars_held) * BAR_MS / MINUTE_MS),
            f"{row.entry_price:.6g}",
            f"{row.exit_price:.6g}",
            numbers.plain(BPS * float(row.return_frac), 1, signed=True),
            numbers.plain(float(row.net_pnl), 2, signed=True),
            numbers.plain(None if math.isnan(row.confidence) else float(row.confidence), 3),
            str(row.regime),
        ]
        for row in rows
    ]
