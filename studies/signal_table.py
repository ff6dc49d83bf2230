"""What each signal rule finds on simulated markets with and without an edge, and on real bars.

``python -m studies.signal_table [--real FOLDER] [--seeds N] [--days D] [--jumps-per-day J]``

Per rule and edge: candidates a coin a day; mean simple return from the next
open to the close 12 bars on, in bps, with its standard error (clustered by day,
all coins together); the share of candidates whose remaining reversion, known
to the simulator alone, exceeds the round-trip cost
2 x (fee + half-spread + slippage). The same seeds serve every edge. Real bars
tell no oracle; they are one sample, of coins that move together.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.core.errors import PipelineError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import epoch_ms
from dipmaster.core.parallel import in_processes
from dipmaster.core.params import Params
from dipmaster.core.params.market import Simulated
from dipmaster.core.store import read_params
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.features import CANDIDATE_COLUMNS, candidates, compute
from dipmaster.market.simulator import SimulatedMarket, simulate
from studies.stylised_facts import FIRST_SEED, REAL_BARS, changed, real_bars

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
    found = [
        _outcomes(made, chosen, market).assign(rule=rule)
        for rule, chosen in _candidates(made.bars, market.params)
    ]
    return pd.concat(found, ignore_index=True)


def found_on_real(bars: Mapping[str, pd.DataFrame], params: Params) -> pd.DataFrame:
    """Candidates of every rule on real bars: rule, day, forward."""
    found = [
        ahead(bars[str(symbol)], rows)[["day", "forward"]].assign(rule=rule)
        for rule, chosen in _candidates(bars, params)
        for symbol, rows in chosen.groupby("symbol")
    ]
    empty = pd.DataFrame({"day": [], "forward": [], "rule": []})
    return pd.concat([empty, *found], ignore_index=True)


def _candidates(
    bars: Mapping[str, pd.DataFrame], params: Params
) -> Iterator[tuple[str, pd.DataFrame]]:
    features = compute(bars, params.features, CANDIDATE_COLUMNS)
    for rule in RULES:
        yield rule, candidates(features, params.signal.model_copy(update={"rule": rule}))


def ahead(bars: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Forward returns of the candidates of one coin that have `AHEAD` bars without a gap ahead.

    Returns
    -------
    DataFrame
        place (of the candidate's bar), day, forward (simple return, fraction).
    """
    times = epoch_ms(bars["open_time"])
    place = np.searchsorted(times, epoch_ms(rows["open_time"]))
    place = place[place + AHEAD < times.size]
    place = place[times[place + AHEAD] - times[place] == AHEAD * BAR_MS]
    entry = bars["open"].to_numpy()[place + 1]
    return pd.DataFrame(
        {
            "place": place,
            "day": times[place] // DAY_MS,
            "forward": bars["close"].to_numpy()[place + AHEAD] / entry - 1.0,
        }
    )


def _outcomes(made: SimulatedMarket, chosen: pd.DataFrame, market: Market) -> pd.DataFrame:
    parts = [_of_coin(made, str(name), rows, market) for name, rows in chosen.groupby("symbol")]
    empty = pd.DataFrame({"day": [], "forward": [], "exceeds_cost": []}, dtype=np.float64)
    return pd.concat([empty, *parts]).assign(edge=market.dials.edge, seed=market.dials.seed)


def _of_coin(
    made: SimulatedMarket, symbol: str, rows: pd.DataFrame, market: Market
) -> pd.DataFrame:
    """Forward return and oracle of the candidates of one coin that have 12 bars ahead."""
    found = ahead(made.bars[symbol], rows)
    place = found.pop("place").to_numpy()
    costs = market.params.execution
    half = made.bars[symbol]["half_spread_bps"].to_numpy()[place + 1]
    round_trip = 2e-4 * (costs.taker_fee_bps + costs.slippage_bps + half)
    remaining = made.truth[symbol]["remaining_reversion_frac"].to_numpy()[place]
    return found.assign(exceeds_cost=remaining > round_trip)


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


def real_rows(found: pd.DataFrame, coin_days: float) -> str:
    """Rows of `table` for real bars, clustered by day."""
    return "\n".join(
        f"| {rule} | real bars | {_rate_and_mean(rows, rows['day'], coin_days)} | unknown |"
        for rule in RULES
        for rows in [found[found["rule"] == rule]]
    )


def _rate_and_mean(rows: pd.DataFrame, clusters: "pd.Series[int] | Ints", coin_days: float) -> str:
    forward = rows["forward"].to_numpy(np.float64) * 1e4
    mean, error = clustered_mean(forward, np.asarray(clusters, dtype=np.int64))
    return f"{len(rows) / coin_days:.3f} | {mean:.1f} ({error:.1f})"


def _rows(found: pd.DataFrame, coin_days: float) -> Iterator[str]:
    for rule in RULES:
        for edge in EDGES:
            rows = found[(found["rule"] == rule) & (found["edge"] == edge)]
            cluster = rows["seed"].to_numpy(np.int64) * 100_000 + rows["day"].to_numpy(np.int64)
            share = float(rows["exceeds_cost"].astype(float).mean())
            middle = _rate_and_mean(rows, cluster, coin_days)
            yield f"| {rule} | {edge:g} | {middle} | {share:.3f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What each rule finds at each edge.")
    parser.add_argument("--real", type=Path, default=REAL_BARS, help="folder of parquet files")
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
    real = real_bars(options.real)
    if not real:
        print("Real bars are absent: only the simulated side is shown.", file=sys.stderr)
        return
    coin_days = sum(len(frame) for frame in real.values()) / BARS_PER_DAY
    print(real_rows(found_on_real(real, params), coin_days))


if __name__ == "__main__":
    main()
