"""What each signal rule finds on simulated markets with and without an edge.

``python -m studies.signal_table [--seeds N] [--days D] [--jumps-per-day J]``

Per rule and edge: candidates a coin a day; mean simple return from the next
open to the close 12 bars on, in bps, with its standard error (clustered by day,
all coins together); the share of candidates whose remaining reversion, known
to the simulator alone, exceeds the round-trip cost
2 x (fee + half-spread + slippage). The same seeds serve every edge.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.errors import PipelineError
from dipmaster.features import CANDIDATE_COLUMNS, candidates, compute
from dipmaster.market.simulator import SimulatedMarket, simulate
from dipmaster.numerics import Floats, Ints
from dipmaster.panel import epoch_ms
from dipmaster.parallel import in_processes
from dipmaster.params import Params
from dipmaster.params.market import Simulated
from dipmaster.periods import BAR_MS, DAY_MS
from dipmaster.store import read_params
from studies.stylised_facts import FIRST_SEED, changed

RULES = ("dip", "dipmaster_v4", "capitulation")
EDGES = (0.0, 0.3, 0.6, 0.8)
AHEAD = 12  # bars


@dataclass(frozen=True)
class Market:
    """One market to draw: its dials, and the params of features, signal and costs."""

    params: Params
    dials: Simulated


def found_on(market: Market) -> pd.DataFrame:
    """Candidates of every rule on one market: rule, edge, seed, day, forward, exceeds_cost."""
    made = simulate(market.dials)
    features = compute(made.bars, market.params.features, CANDIDATE_COLUMNS)
    found = [
        _outcomes(made, candidates(features, signal), market).assign(rule=signal.rule)
        for signal in (market.params.signal.model_copy(update={"rule": rule}) for rule in RULES)
    ]
    return pd.concat(found, ignore_index=True)


def _outcomes(made: SimulatedMarket, chosen: pd.DataFrame, market: Market) -> pd.DataFrame:
    parts = [_of_coin(made, str(name), rows, market) for name, rows in chosen.groupby("symbol")]
    empty = pd.DataFrame({"day": [], "forward": [], "exceeds_cost": []}, dtype=np.float64)
    return pd.concat([empty, *parts]).assign(edge=market.dials.edge, seed=market.dials.seed)


def _of_coin(
    made: SimulatedMarket, symbol: str, rows: pd.DataFrame, market: Market
) -> pd.DataFrame:
    """Forward return and oracle of the candidates of one coin that have 12 bars ahead."""
    bars, truth = made.bars[symbol], made.truth[symbol]
    place = (epoch_ms(rows["open_time"]) - int(epoch_ms(bars["open_time"])[0])) // BAR_MS
    place = place[place + AHEAD < len(bars)]
    entry = bars["open"].to_numpy()[place + 1]
    costs = market.params.execution
    half = bars["half_spread_bps"].to_numpy()[place + 1]
    round_trip = 2e-4 * (costs.taker_fee_bps + costs.slippage_bps + half)
    return pd.DataFrame(
        {
            "day": epoch_ms(bars["open_time"])[place] // DAY_MS,
            "forward": bars["close"].to_numpy()[place + AHEAD] / entry - 1.0,
            "exceeds_cost": truth["remaining_reversion_frac"].to_numpy()[place] > round_trip,
        }
    )


def clustered_mean(values: Floats, clusters: Ints) -> tuple[float, float]:
    """Mean and its standard error when values of one cluster move together.

    se^2 = G/(G-1) sum_g (sum of the deviations in g)^2 / n^2, G clusters. NaN
    where fewer than two clusters.
    """
    if np.unique(clusters).size < 2:
        return (float(np.mean(values)) if values.size else float("nan")), float("nan")
    mean = float(np.mean(values))
    sums = pd.Series(values - mean).groupby(clusters).sum().to_numpy()
    groups = sums.size
    return mean, float(np.sqrt(groups / (groups - 1) * np.sum(sums**2)) / values.size)


def table(found: pd.DataFrame, coin_days: float) -> str:
    """Markdown table, a row a rule and edge; `coin_days` simulated per rule and edge."""
    head = "| rule | edge | candidates a coin-day | 12 bars ahead, bps (se) | oracle > costs |"
    return "\n".join([head, "|---|---|---|---|---|", *_rows(found, coin_days)])


def _rows(found: pd.DataFrame, coin_days: float) -> Iterator[str]:
    for rule in RULES:
        for edge in EDGES:
            rows = found[(found["rule"] == rule) & (found["edge"] == edge)]
            cluster = rows["seed"].to_numpy(np.int64) * 100_000 + rows["day"].to_numpy(np.int64)
            mean, error = clustered_mean(rows["forward"].to_numpy(np.float64) * 1e4, cluster)
            share = float(rows["exceeds_cost"].astype(float).mean())
            rate = len(rows) / coin_days
            yield f"| {rule} | {edge:g} | {rate:.3f} | {mean:.1f} ({error:.1f}) | {share:.3f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What each rule finds at each edge.")
    parser.add_argument("--seeds", type=int, default=3, help="simulated markets an edge")
    parser.add_argument("--days", type=int, help="length; as in params.yaml where not given")
    parser.add_argument("--jumps-per-day", type=float, help="likewise")
    options = parser.parse_args()
    if options.seeds < 1:
        raise PipelineError("--seeds: expected 1 or more")
    params = read_params("ingest", "features", "signal", "execution")
    given = {"days": options.days, "jumps_per_day": options.jumps_per_day}
    dials = changed(params.ingest.simulated, {k: v for k, v in given.items() if v is not None})
    markets = [
        Market(params, changed(dials, {"seed": FIRST_SEED + i, "edge": edge}))
        for i in range(options.seeds)
        for edge in EDGES
    ]
    found = pd.concat(in_processes(found_on, markets, "markets"), ignore_index=True)
    print(
        f"{options.seeds} markets an edge: {dials.coins} coins, {dials.days} days, "
        f"{dials.jumps_per_day:g} jumps a coin a day"
    )
    print(table(found, float(options.seeds * dials.coins * dials.days)))


if __name__ == "__main__":
    main()
