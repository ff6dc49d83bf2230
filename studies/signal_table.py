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
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.parallel import map_in_processes
from dipmaster.core.params import Params
from dipmaster.core.params.market import SimulatorParams
from dipmaster.core.store import read_params
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.features import CANDIDATE_COLUMNS, compute_features, find_candidates
from dipmaster.market.simulator import SimulatedMarket, simulate_market
from studies.stylised_facts import FIRST_SEED, REAL_BARS, override_dials, read_real_bars

RULES = ("dip", "dipmaster_v4", "capitulation")
EDGES = (0.0, 0.3, 0.6, 0.8)
HORIZON_BARS = 12  # bars


@dataclass(frozen=True)
class MarketSetting:
    """One market to draw: its dials, and the params of features, signal and costs."""

    params: Params
    dials: SimulatorParams


def outcomes_of_market(market: MarketSetting) -> pd.DataFrame:
    """Candidates of every rule on one market: rule, edge, seed, day, forward, exceeds_cost."""
    simulated_market = simulate_market(market.dials)
    parts = [
        _collect_outcomes(simulated_market, found_candidates, market).assign(rule=rule)
        for rule, found_candidates in _find_by_rule(simulated_market.bars, market.params)
    ]
    return pd.concat(parts, ignore_index=True)


def outcomes_of_real_bars(bars: Mapping[str, pd.DataFrame], params: Params) -> pd.DataFrame:
    """Candidates of every rule on real bars: rule, day, forward."""
    parts = [
        compute_forward_returns(bars[str(symbol)], rows)[["day", "forward"]].assign(rule=rule)
        for rule, found_candidates in _find_by_rule(bars, params)
        for symbol, rows in found_candidates.groupby("symbol")
    ]
    empty = pd.DataFrame({"day": [], "forward": [], "rule": []})
    return pd.concat([empty, *parts], ignore_index=True)


def _find_by_rule(
    bars: Mapping[str, pd.DataFrame], params: Params
) -> Iterator[tuple[str, pd.DataFrame]]:
    features = compute_features(bars, params.features, CANDIDATE_COLUMNS)
    for rule in RULES:
        yield rule, find_candidates(features, params.signal.model_copy(update={"rule": rule}))


def compute_forward_returns(bars: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Forward returns of one coin's candidates with `HORIZON_BARS` bars ahead without a gap.

    Returns
    -------
    DataFrame
        place (of the candidate's bar), day, forward (simple return, fraction).
    """
    times = to_epoch_ms(bars["open_time"])
    position = np.searchsorted(times, to_epoch_ms(rows["open_time"]))
    position = position[position + HORIZON_BARS < times.size]
    position = position[times[position + HORIZON_BARS] - times[position] == HORIZON_BARS * BAR_MS]
    entry = bars["open"].to_numpy()[position + 1]
    return pd.DataFrame(
        {
            "place": position,
            "day": times[position] // DAY_MS,
            "forward": bars["close"].to_numpy()[position + HORIZON_BARS] / entry - 1.0,
        }
    )


def _collect_outcomes(
    simulated_market: SimulatedMarket, found_candidates: pd.DataFrame, market: MarketSetting
) -> pd.DataFrame:
    parts = [
        _outcomes_of_coin(simulated_market, str(name), rows, market)
        for name, rows in found_candidates.groupby("symbol")
    ]
    empty = pd.DataFrame({"day": [], "forward": [], "exceeds_cost": []}, dtype=np.float64)
    return pd.concat([empty, *parts]).assign(edge=market.dials.edge, seed=market.dials.seed)


def _outcomes_of_coin(
    simulated_market: SimulatedMarket, symbol: str, rows: pd.DataFrame, market: MarketSetting
) -> pd.DataFrame:
    """Forward return and oracle of the candidates of one coin that have 12 bars ahead."""
    forward_returns = compute_forward_returns(simulated_market.bars[symbol], rows)
    position = forward_returns.pop("place").to_numpy()
    costs = market.params.execution
    half = simulated_market.bars[symbol]["half_spread_bps"].to_numpy()[position + 1]
    round_trip = 2e-4 * (costs.taker_fee_bps + costs.slippage_bps + half)
    remaining = simulated_market.truth[symbol]["remaining_reversion_frac"].to_numpy()[position]
    return forward_returns.assign(exceeds_cost=remaining > round_trip)


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


def render_table(outcomes: pd.DataFrame, coin_days: float) -> str:
    """Markdown table, a row a rule and edge; `coin_days` simulated per rule and edge."""
    header = "| rule | edge | candidates a coin-day | 12 bars ahead, bps (se) | oracle > costs |"
    return "\n".join([header, "|---|---|---|---|---|", *_render_rows(outcomes, coin_days)])


def render_real_rows(outcomes: pd.DataFrame, coin_days: float) -> str:
    """Rows of `render_table` for real bars, clustered by day."""
    return "\n".join(
        f"| {rule} | real bars | {_render_rate_and_mean(rows, rows['day'], coin_days)} | unknown |"
        for rule in RULES
        for rows in [outcomes[outcomes["rule"] == rule]]
    )


def _render_rate_and_mean(
    rows: pd.DataFrame, clusters: "pd.Series[int] | Ints", coin_days: float
) -> str:
    forward = rows["forward"].to_numpy(np.float64) * 1e4
    mean, error = clustered_mean(forward, np.asarray(clusters, dtype=np.int64))
    return f"{len(rows) / coin_days:.3f} | {mean:.1f} ({error:.1f})"


def _render_rows(outcomes: pd.DataFrame, coin_days: float) -> Iterator[str]:
    for rule in RULES:
        for edge in EDGES:
            rows = outcomes[(outcomes["rule"] == rule) & (outcomes["edge"] == edge)]
            cluster = rows["seed"].to_numpy(np.int64) * 100_000 + rows["day"].to_numpy(np.int64)
            share = float(rows["exceeds_cost"].astype(float).mean())
            rate_and_mean = _render_rate_and_mean(rows, cluster, coin_days)
            yield f"| {rule} | {edge:g} | {rate_and_mean} | {share:.3f} |"


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
    overrides = {"days": options.days, "jumps_per_day": options.jumps_per_day}
    dials = override_dials(
        params.ingest.simulated, {k: v for k, v in overrides.items() if v is not None}
    )
    markets = [
        MarketSetting(params, override_dials(dials, {"seed": FIRST_SEED + i, "edge": edge}))
        for i in range(options.seeds)
        for edge in EDGES
    ]
    outcomes = pd.concat(
        map_in_processes(outcomes_of_market, markets, "markets"), ignore_index=True
    )
    print(
        f"{options.seeds} markets an edge: {dials.coins} coins, {dials.days} days, "
        f"{dials.jumps_per_day:g} jumps a coin a day"
    )
    print(render_table(outcomes, float(options.seeds * dials.coins * dials.days)))
    bars_of_real_coins = read_real_bars(options.real)
    if not bars_of_real_coins:
        print("Real bars are absent: only the simulated side is shown.", file=sys.stderr)
        return
    coin_days = sum(len(frame) for frame in bars_of_real_coins.values()) / BARS_PER_DAY
    print(render_real_rows(outcomes_of_real_bars(bars_of_real_coins, params), coin_days))


if __name__ == "__main__":
    main()
