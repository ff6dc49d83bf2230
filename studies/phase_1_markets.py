"""Phase 1 on other seeds than the default market's: what it trades, and how that turns out.

``python -m studies.phase_1_markets [--edges 0.8 0] [--shuffled] [--reps N] [seeds ...]``

A row a market of params.yaml with another seed: what the scores knew out of
sample, how many candidates reach the threshold of their regime, what phase 1
traded, how its gates ruled.
"""

import argparse
from collections.abc import Callable, Sequence

import numpy as np

from dipmaster.core.parallel import map_in_processes
from studies.phase_1_rows import REPETITION_PARAMS, Phase1Case, Phase1Row, compute_row

SEEDS = (201, 202, 203, 204)  # of this study; the default market's is not among them
EDGES = (0.8, 0.0)
REPS = 200  # of every bootstrap and draw; params.yaml has 500 to 2,000

Column = tuple[str, Callable[[Phase1Row], str]]


def format_figure(value: float | None, digits: int = 3) -> str:
    """A figure, a dash where there is none."""
    return "-" if value is None or not np.isfinite(value) else f"{value:.{digits}f}"


def format_ratio(part: float, whole: float, digits: int = 3) -> str:
    """A share or mean, a dash over nothing."""
    return format_figure(part / whole, digits) if whole else "-"


def format_bounds(value: float | None, low: float | None, high: float | None, digits: int) -> str:
    """A figure with its bounds where it has any."""
    if value is None or low is None or high is None:
        return format_figure(value, digits)
    figure, lower, upper = (format_figure(number, digits) for number in (value, low, high))
    return f"{figure} [{lower}, {upper}]"


def _figure(row: Phase1Row, model: str, name: str, digits: int) -> str:
    estimate = row.record["models"][model][name]
    return format_bounds(estimate["value"], estimate["low"], estimate["high"], digits)


def _gate(row: Phase1Row, metric: str) -> str:
    gate = row.gates[metric]
    return format_bounds(gate.value, gate.low, gate.high, 2)


def _confident(row: Phase1Row) -> str:
    """Candidates with a confidence of at least .75, the lowest threshold."""
    return str(sum(row.record["distribution"]["confidence"]["all"]["counts"][15:]))


MARKET_COLUMNS: tuple[Column, ...] = (
    ("edge", lambda r: f"{r.case.edge:g}"),
    ("seed", lambda r: str(r.case.seed)),
)
TRADE_COLUMNS: tuple[Column, ...] = (
    ("traded", lambda r: str(r.trades)),
    ("win rate", lambda r: format_ratio(r.won, r.trades)),
    ("mean p", lambda r: format_ratio(r.p_sum, r.trades)),
)
PHASE_1_COLUMNS: tuple[Column, ...] = (
    *MARKET_COLUMNS,
    ("candidates", lambda r: str(r.record["candidates"]["out_of_sample"])),
    ("won", lambda r: format_figure(r.record["base_rate"])),
    ("AUC ensemble", lambda r: _figure(r, "ensemble", "auc", 3)),
    ("log loss", lambda r: format_figure(r.log_loss)),
    ("p >= .75", _confident),
    ("at threshold", lambda r: str(r.reached)),
    *TRADE_COLUMNS,
    ("profit factor", lambda r: format_figure(r.gates["profit_factor"].value, 2)),
    ("Sharpe", lambda r: _gate(r, "sharpe")),
    ("PASS", lambda r: f"{r.passes} of {len(r.gates)}"),
)


def render_table(columns: Sequence[Column], rows: Sequence[Phase1Row]) -> str:
    """Rows as a table in Markdown."""
    header = [name for name, _ in columns]
    lines = [
        header,
        ["---"] * len(header),
        *([render(row) for _, render in columns] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summarize(rows: Sequence[Phase1Row]) -> str:
    """Markets of one edge together."""
    trades, won, p_sum = (
        sum(getattr(r, name) for r in rows) for name in ("trades", "won", "p_sum")
    )
    reached, won_at_threshold = sum(r.reached for r in rows), sum(r.reached_won for r in rows)
    bps = sum(r.reached_bps for r in rows)
    text = (
        f"edge {rows[0].case.edge:g}: abstained on "
        f"{sum(not r.trades for r in rows)} of {len(rows)} markets; "
        f"{sum(r.passes for r in rows)} of {sum(len(r.gates) for r in rows)} gates PASS; "
        f"at the threshold {reached}, won {format_ratio(won_at_threshold, reached)}, "
        f"net {format_ratio(bps, reached, 1)} bps"
    )
    if not trades:
        return f"{text}; nothing traded"
    error = np.sqrt(sum(float(np.sum(r.surprise**2)) for r in rows)) / trades
    return (
        f"{text}; traded {trades}, won {won / trades:.3f}, mean p {p_sum / trades:.3f}: "
        f"won less p {(won - p_sum) / trades:+.3f} (standard error {error:.3f} by calendar blocks)"
    )


def main() -> None:
    """Print one or two tables and what they come to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument("--edges", type=float, nargs="+", default=list(EDGES))
    parser.add_argument("--reps", type=int, default=REPS)
    parser.add_argument(
        "--shuffled", action="store_true", help="learn from outcomes shuffled by coin and month"
    )
    options = parser.parse_args()
    cases = [
        Phase1Case(seed, edge, options.reps, shuffled=options.shuffled)
        for edge in options.edges
        for seed in options.seeds
    ]
    rows = map_in_processes(compute_row, cases, "markets")
    print(
        f"{options.reps} replications for {', '.join(REPETITION_PARAMS)}: "
        "bounds are rougher than a run's\n"
    )
    print(render_table(PHASE_1_COLUMNS, rows))
    for edge in options.edges:
        print(summarize([row for row in rows if row.case.edge == edge]))


if __name__ == "__main__":
    main()
