"""Is the history long enough for the params? Told before anything is computed or overwritten."""

import math
from dataclasses import dataclass
from pathlib import Path

from dipmaster.core.errors import data_error
from dipmaster.core.panel import format_time
from dipmaster.core.params import Ingest, Params
from dipmaster.core.time_units import BAR_MS, DAY_MS, date_to_epoch_ms, out_of_sample_start_ms
from dipmaster.market.raw import measure_history


@dataclass(frozen=True)
class HistoryCheck:
    """The bars that a run with these params would have.

    Attributes
    ----------
    coins
        Their number.
    first_open_time, last_open_time
        Of any coin, UTC, as ``2023-01-01T00:00:00Z``.
    days
        From the first to the last bar.
    out_of_sample_days
        Of them after the burn-in.
    notes
        What will not stop the run, but is better known before it: a sentence each.
    """

    coins: int
    first_open_time: str
    last_open_time: str
    days: float
    out_of_sample_days: float
    notes: tuple[str, ...]


def check_history(params: Params, raw: Path, workspace: Path | None = None) -> HistoryCheck:
    """Compare the length of the history with burn-in, out-of-sample period and blocks.

    Nothing is simulated; of raw files only the times are used, so that bad prices are left to
    stage `ingest`. How many candidates a fit has is not known before features are computed.

    Parameters
    ----------
    params
        With the sections ingest, split and gates.
    raw
        data/raw.
    workspace
        data/raw of the workspace, where `raw` is in an experiment's copy of it.

    Raises
    ------
    DataError
        Where the selected files cannot be used, or too few days are left out of sample.
    """
    coins, first_ms, last_ms = _measure(params.ingest, raw, workspace)
    split = params.split
    days = (last_ms + BAR_MS - first_ms) / DAY_MS
    start_ms = out_of_sample_start_ms(first_ms, split.burn_in_days)
    left = (last_ms + BAR_MS - start_ms) / DAY_MS
    if left < split.min_out_of_sample_days:
        raise data_error(
            "the history",
            f"{split.burn_in_days} days of burn-in (split.burn_in_days) and at least "
            f"{split.min_out_of_sample_days} days after it (split.min_out_of_sample_days)",
            f"{days:.1f} days in all, {format_time(first_ms)} to {format_time(last_ms)}",
            _FIXES[params.ingest.source] + ", or set a shorter split.burn_in_days",
        )
    return HistoryCheck(
        coins,
        format_time(first_ms),
        format_time(last_ms),
        days,
        left,
        _note_blocks(left, params),
    )


_FIXES = {
    "simulated": "set more ingest.simulated.days",
    "raw": "add files of more days, or select more of them (ingest.raw.set, start, end)",
}


def _measure(ingest: Ingest, raw: Path, workspace: Path | None) -> tuple[int, int, int]:
    """Number of coins, open times of the first and the last bar of any."""
    if ingest.source == "simulated":
        first_ms = date_to_epoch_ms(ingest.simulated.start)
        return ingest.simulated.coins, first_ms, first_ms + ingest.simulated.days * DAY_MS - BAR_MS
    spans = measure_history(raw, ingest, workspace).values()
    return (
        len(spans),
        min(span.first_ms for span in spans),
        max(span.last_ms for span in spans),
    )


def _note_blocks(days: float, params: Params) -> tuple[str, ...]:
    """Blocks are counted as the evaluation does: the last one is at least half a block long."""
    gates = params.gates
    blocks = max(1, (2 * math.ceil(days) + gates.block_days) // (2 * gates.block_days))
    if blocks >= gates.blocks_needed:
        return ()
    return (
        f"{days:.0f} days out of sample hold {blocks} block(s) of {gates.block_days} days "
        f"(gates.block_days); with fewer than {gates.blocks_needed} (gates.min_blocks) no gate can "
        "be decided",
    )
