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
from dipmaster.core.parallel import in_processes
from studies.layer_signs import WAYS
from studies.paired_edges import paired_interval
from studies.phase_1_rows import REPEATED, Case, Row, rows_of

SEEDS = (201, 202, 203, 204)  # of this study; the default market's is not among them
EDGES = (0.8, 0.0)
REPS = 200  # of every bootstrap and draw; params.yaml has 500 to 2,000

Column = tuple[str, Callable[[Row], str]]


def told(value: float | None, digits: int = 3) -> str:
    """A figure, a dash where there is none."""
    return "-" if value is None or not np.isfinite(value) else f"{value:.{digits}f}"


def ratio(part: float, whole: float, digits: int = 3) -> str:
    """A share or mean, a dash over nothing."""
    return told(part / whole, digits) if whole else "-"


def bounds(value: float | None, low: float | None, high: float | None, digits: int) -> str:
    """A figure with its bounds where it has any."""
    if value is None or low is None or high is None:
        return told(value, digits)
    return f"{told(value, digits)} [{told(low, digits)}, {told(high, digits)}]"


def _figure(row: Row, model: str, name: str, digits: int) -> str:
    found = row.record["models"][model][name]
    return bounds(found["value"], found["low"], found["high"], digits)


def _gate(row: Row, metric: str) -> str:
    gate = row.gates[metric]
    return bounds(gate.value, gate.low, gate.high, 2)


def _sure(row: Row) -> str:
    """Candidates with a confidence of at least .75, the lowest threshold."""
    return str(sum(row.record["distribution"]["confidence"]["all"]["counts"][15:]))


MARKET: tuple[Column, ...] = (
    ("edge", lambda r: f"{r.case.edge:g}"),
    ("seed", lambda r: str(r.case.seed)),
)
TRADED: tuple[Column, ...] = (
    ("traded", lambda r: str(r.trades)),
    ("win rate", lambda r: ratio(r.won, r.trades)),
    ("mean p", lambda r: ratio(r.p_sum, r.trades)),
)
PHASE_1: tuple[Column, ...] = (
    *MARKET,
    ("candidates", lambda r: str(r.record["candidates"]["out_of_sample"])),
    ("won", lambda r: told(r.record["base_rate"])),
    ("AUC ensemble", lambda r: _figure(r, "ensemble", "auc", 3)),
    ("log loss", lambda r: told(r.log_loss)),
    ("p >= .75", _sure),
    ("at threshold", lambda r: str(r.reached)),
    *TRADED,
    ("profit factor", lambda r: told(r.gates["profit_factor"].value, 2)),
    ("Sharpe", lambda r: _gate(r, "sharpe")),
    ("PASS", lambda r: f"{r.passes} of {len(r.gates)}"),
)
COMPARED: tuple[Column, ...] = (
    *MARKET,
    ("fit", lambda r: r.way),
    ("log loss", lambda r: told(r.log_loss, 4)),
    ("AUC confidence", lambda r: _figure(r, "confidence", "auc", 3)),
    ("slope", lambda r: _figure(r, "confidence", "slope", 2)),
    ("ECE", lambda r: told(r.record["models"]["confidence"]["ece"]["value"])),
    ("p >= .75", _sure),
    ("at threshold", lambda r: str(r.reached)),
    ("win rate", lambda r: ratio(r.reached_won, r.reached)),
    ("net bps", lambda r: ratio(r.reached_bps, r.reached, 1)),
    *TRADED,
    ("PASS", lambda r: f"{r.passes} of {len(r.gates)}"),
)


def table(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Rows as a table in Markdown."""
    head = [name for name, _ in columns]
    lines = [head, ["---"] * len(head), *([tell(row) for _, tell in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summary(rows: Sequence[Row]) -> str:
    """Markets of one edge and one fit together."""
    trades, won, p_sum = (
        sum(getattr(r, name) for r in rows) for name in ("trades", "won", "p_sum")
    )
    reached, right = sum(r.reached for r in rows), sum(r.reached_won for r in rows)
    bps = sum(r.reached_bps for r in rows)
    words = (
        f"edge {rows[0].case.edge:g}, {rows[0].way}: abstained on "
        f"{sum(not r.trades for r in rows)} of {len(rows)} markets; "
        f"{sum(r.passes for r in rows)} of {sum(len(r.gates) for r in rows)} gates PASS; "
        f"at the threshold {reached}, won {ratio(right, reached)}, net {ratio(bps, reached, 1)} bps"
    )
    if not trades:
        return f"{words}; nothing traded"
    error = np.sqrt(sum(float(np.sum(r.surprise**2)) for r in rows)) / trades
    return (
        f"{words}; traded {trades}, won {won / trades:.3f}, mean p {p_sum / trades:.3f}: "
        f"won less p {(won - p_sum) / trades:+.3f} (standard error {error:.3f} by calendar blocks)"
    )


def comparison(rising: Sequence[Row], other: Sequence[Row]) -> Iterator[str]:
    """Lines about another fit on the same markets, all of one edge."""
    yield summary(other)
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
        below = np.mean([r.below_zero[name] for r in other])
        rises = [r.rises[name] for r in other if name in r.rises]
        missing = f"; {100 * np.mean(rises):+.1f} points" if rises else ""
        yield f"    {name}: {100 * below:.0f} %{missing}"


def of(rows: Sequence[Row], edge: float, way: str = "rising") -> list[Row]:
    """Rows of one edge and fit, in their order."""
    return [row for row in rows if row.case.edge == edge and row.way == way]


def main() -> None:
    """Print one or two tables and what they come to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument("--edges", type=float, nargs="+", default=list(EDGES))
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--reps", type=int, default=REPS)
    chosen = parser.parse_args()
    cases = [
        Case(seed, edge, chosen.free, chosen.reps) for edge in chosen.edges for seed in chosen.seeds
    ]
    found = [row for rows in in_processes(rows_of, cases, "markets") for row in rows]
    rising = [row for row in found if row.way == "rising"]
    print(
        f"{chosen.reps} replications for {', '.join(REPEATED)}: bounds are rougher than a run's\n"
    )
    print(table(PHASE_1, rising))
    for edge in chosen.edges:
        print(summary(of(rising, edge)))
    if chosen.free:
        print(f"\n{table(COMPARED, found)}")
        for edge in chosen.edges:
            _, *others = WAYS
            for way in others:
                print("\n".join(comparison(of(rising, edge), of(found, edge, way))))


if __name__ == "__main__":
    main()
