"""Params, data and history, before anything runs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dipmaster.core.params import Params

SECTIONS = ("ingest", "split", "gates")


def check(
    values: Annotated[
        list[str] | None,
        typer.Option("--set", "-S", metavar="KEY=VALUE", help="As if set by `dipmaster run`."),
    ] = None,
) -> None:
    """Check params, data and history before anything runs.

    Example: dipmaster check --set split.burn_in_days=365
    """
    from dipmaster.cli.overrides import read_overridden
    from dipmaster.cli.revisions import flatten
    from dipmaster.core import store

    raw = read_overridden(values) if values else store.read_yaml(store.PARAMS_FILE)
    lines = check_values(raw)
    typer.echo(f"params   {len(flatten(raw))} values fit")
    for line in lines:
        typer.echo(line)


def check_values(raw: Any) -> list[str]:
    """Check params, and that their market is long enough; a line on each.

    Raises
    ------
    ParamsError, DataError
        Where something does not fit.
    """
    from dipmaster.core.params import Params

    params = Params.parse(raw, SECTIONS)
    first_ms, last_ms, text = describe_market(params)
    return [f"data     {text}", f"history  {describe_history(first_ms, last_ms, params)}"]


def describe_market(params: "Params") -> tuple[int, int, str]:
    """Open times of the first and the last bar (ms), and the market in words."""
    from dipmaster.core import catalog
    from dipmaster.core.panel import to_epoch_ms
    from dipmaster.core.time_units import BAR_MS, DAY_MS
    from dipmaster.market.raw import read_raw

    ingest = params.ingest
    if ingest.source == "simulated":
        market = ingest.simulated
        first_ms = parse_date(market.start)
        last_ms = first_ms + market.days * DAY_MS - BAR_MS
        return first_ms, last_ms, f"simulated, {market.coins} coins, seed {market.seed}"
    bars = read_raw(catalog.RAW, ingest).bars
    times = [to_epoch_ms(frame["open_time"]) for frame in bars.values()]
    first_ms, last_ms = min(int(one[0]) for one in times), max(int(one[-1]) for one in times)
    return first_ms, last_ms, f"data/raw, {len(bars)} coins: {', '.join(bars)}"


def parse_date(date: str) -> int:
    """Milliseconds since 1970 of a UTC date."""
    from datetime import UTC, datetime

    return round(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def describe_history(first_ms: int, last_ms: int, params: "Params") -> str:
    """Days of burn-in and out of sample in words."""
    from datetime import UTC, datetime

    from dipmaster.core.time_units import DAY_MS, out_of_sample_start_ms

    start_ms = out_of_sample_start_ms(first_ms, params.split.burn_in_days)
    days = (last_ms - start_ms) // DAY_MS + 1
    first, start, last = (
        datetime.fromtimestamp(time_ms / 1000, UTC).date()
        for time_ms in (first_ms, start_ms, last_ms)
    )
    blocks = days / params.gates.block_days
    return (
        f"{first} to {last}, out of sample from {start}: {days} days, {blocks:.1f} blocks of "
        f"{params.gates.block_days} days"
    )
