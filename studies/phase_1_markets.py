"""Phase 1 on other seeds than the default market's: what it trades, and how that turns out.

``python -m studies.phase_1_markets [--edges 0.8 0] [--free] [--reps N] [seeds ...]``

A row a market of params.yaml with another seed: what the scores knew out of
sample, how many candidates reach the threshold of their regime, what phase 1
traded, how its gates ruled. `--free` scores every market again with the layer,
then stack and layer, fitted without the rule that they can only rise, on the
same models, and sets all side by side (docs/decisions/layer-rises-only.md).
"""

import argparse
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dipmaster.confidence.scores import LAYER_INPUTS
from dipmaster.core.parallel import map_in_processes
from studies.layer_signs import FIT_VARIANTS
from studies.paired_edges import paired_interval
from studies.phase_1_rows import REPETITION_PARAMS, Phase1Case, Phase1Row, compute_rows

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
    figure, lower, upper = (format_figure(each, digits) for each in (value, low, high))
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
COMPARISON_COLUMNS: tuple[Column, ...] = (
    *MARKET_COLUMNS,
    ("fit", lambda r: r.variant),
    ("log loss", lambda r: format_figure(r.log_loss, 4)),
    ("AUC confidence", lambda r: _figure(r, "confidence", "auc", 3)),
    ("slope", lambda r: _figure(r, "confidence", "slope", 2)),
    ("ECE", lambda r: format_figure(r.record["models"]["confidence"]["ece"]["value"])),
    ("p >= .75", _confident),
    ("at threshold", lambda r: str(r.reached)),
    ("win rate", lambda r: format_ratio(r.reached_won, r.reached)),
    ("net bps", lambda r: format_ratio(r.reached_bps, r.reached, 1)),
    *TRADE_COLUMNS,
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
    """Markets of one edge and one fit together."""
    trades, won, p_sum = (
        sum(getattr(r, name) for r in rows) for name in ("trades", "won", "p_sum")
    )
    reached, won_at_threshold = sum(r.reached for r in rows), sum(r.reached_won for r in rows)
    bps = sum(r.reached_bps for r in rows)
    text = (
        f"edge {rows[0].case.edge:g}, {rows[0].variant}: abstained on "
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


def compare_variants(rising: Sequence[Phase1Row], other: Sequence[Phase1Row]) -> Iterator[str]:
    """Lines about another fit on the same markets, all of one edge."""
    yield summarize(other)
    change = np.array(
        [
            b.log_loss - a.log_loss
            for a, b in zip(rising, other, strict=True)
            if a.log_loss is not None and b.log_loss is not None
        ]
    )
    if change.size > 1:
        mean, low, high = paired_interval(change)
        yield (
            f"  log loss less that of rising: {mean:+.4f} [{low:+.4f}, {high:+.4f}] "
            f"(95 % t-interval over {change.size} markets)"
        )
    yield "  input of the layer: refits below zero; mean change of the score if it were missing"
    for name in LAYER_INPUTS:
        below = np.mean([r.negative_shares[name] for r in other])
        rises = [r.score_changes[name] for r in other if name in r.score_changes]
        missing = f"; {100 * np.mean(rises):+.1f} points" if rises else ""
        yield f"    {name}: {100 * below:.0f} %{missing}"


def select_rows(rows: Sequence[Phase1Row], edge: float, variant: str = "rising") -> list[Phase1Row]:
    """Rows of one edge and fit, in their order."""
    return [row for row in rows if row.case.edge == edge and row.variant == variant]


def main() -> None:
    """Print one or two tables and what they come to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument("--edges", type=float, nargs="+", default=list(EDGES))
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--reps", type=int, default=REPS)
    options = parser.parse_args()
    cases = [
        Phase1Case(seed, edge, options.free, options.reps)
        for edge in options.edges
        for seed in options.seeds
    ]
    rows_of_all = [row for rows in map_in_processes(compute_rows, cases, "markets") for row in rows]
    rising = [row for row in rows_of_all if row.variant == "rising"]
    print(
        f"{options.reps} replications for {', '.join(REPETITION_PARAMS)}: "
        "bounds are rougher than a run's\n"
    )
    print(render_table(PHASE_1_COLUMNS, rising))
    for edge in options.edges:
        print(summarize(select_rows(rising, edge)))
    if options.free:
        print(f"\n{render_table(COMPARISON_COLUMNS, rows_of_all)}")
        for edge in options.edges:
            _, *other_variants = FIT_VARIANTS
            for variant in other_variants:
                print(
                    "\n".join(
                        compare_variants(
                            select_rows(rising, edge), select_rows(rows_of_all, edge, variant)
                        )
                    )
                )


if __name__ == "__main__":
    main()
