"""The bars of the market, or a feed of bars, through the stream: what it holds, decides and why."""

import re
from pathlib import Path
from typing import Annotated

import typer

HELP_FEED = (
    "Bars as JSON lines, one closed bar of one coin a line; - reads standard input. "
    "Not given: the stored bars of the market."
)
HELP_RECORD = (
    "Write the comparison of the whole market to benchmarks/parity.json, which the report quotes."
)


def replay(
    speed: Annotated[
        str, typer.Option(help="How much faster than the clock, e.g. 100x; max: as fast as it can.")
    ] = "max",
    feed: Annotated[str | None, typer.Option(help=HELP_FEED)] = None,
    snapshot: Annotated[
        Path | None, typer.Option(help="Go on from this file where it is there, and keep it.")
    ] = None,
    snapshot_every: Annotated[
        int, typer.Option(min=1, help="Bars from one snapshot to the next.")
    ] = 288,
    decisions: Annotated[
        Path | None, typer.Option(help="Write every decision to this file, one JSON line a bar.")
    ] = None,
    phase: Annotated[
        int | None, typer.Option(help="Whose account is shown; the last one where not given.")
    ] = None,
    bars: Annotated[int | None, typer.Option(min=1, help="Stop after so many open times.")] = None,
    check: Annotated[
        bool | None,
        typer.Option(help="Compare with what the stages wrote; on for the stored bars."),
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Write how long decisions took to benchmarks.")
    ] = False,
    record: Annotated[bool, typer.Option("--record", help=HELP_RECORD)] = False,
    alert_command: Annotated[
        str | None, typer.Option(help="Run this on a new alert, which it is given as JSON.")
    ] = None,
) -> None:
    """Replay the market bar by bar, as it would be traded live. No order is ever sent.

    On a terminal positions, equity, the last signals with their reasons, and alerts are shown.
    A difference to what the stages wrote is an error that names bar, coin and value.

    Example: dipmaster replay --speed 1000x
    """
    from dipmaster.cli.replay_run import ReplayOptions, run_replay

    run_replay(
        ReplayOptions(
            factor=parse_speed(speed),
            feed=feed,
            snapshot=snapshot,
            snapshot_every=snapshot_every,
            decisions=decisions,
            phase=phase,
            bars=bars,
            check=feed is None if check is None else check,
            measure=measure,
            record=record,
            alert_command=alert_command,
        )
    )


def parse_speed(text: str) -> float | None:
    """``100x`` as a factor, above 0; None for ``max``."""
    from dipmaster.core.errors import data_error

    if text == "max":
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)x?", text)
    if match is None or float(match[1]) <= 0.0:
        raise data_error("--speed", "a factor such as 100x, or max", text, "write e.g. 100x")
    return float(match[1])
