"""How much hangs on the rates of the hierarchical filter: dwell, home and away.

``python -m studies.regime_sensitivity [seeds]``: accuracy out of sample of the market's state
and of each coin's, by the mean dwell the filter expects and by a coin's days at home and away.
One rate is changed at a time. What serves is that of params.yaml, whatever this prints.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import align_bars
from dipmaster.core.params import Params
from dipmaster.core.params.volatility import Regime
from dipmaster.core.store import read_params
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.market.simulator import simulate_market
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.hierarchical import HierarchicalRegimes, detect_states
from dipmaster.volatility.measures import (
    compute_log_ranges,
    compute_log_returns,
    mask_unusable_bars,
)
from dipmaster.volatility.season import estimate_profiles, season_factors

SEEDS = (301, 302, 303)
DWELL_DAYS = (3.0, 5.0, 8.0)
HOME_AWAY_DAYS = ((5.0, 2.0), (10.0, 2.0), (20.0, 2.0), (5.0, 5.0))
HISTORIES = (3, 6, 12)


def vary_rates(regime: Regime) -> Iterator[tuple[str, Regime]]:
    """Settings by name, one rate changed at a time."""
    for dwell in DWELL_DAYS:
        yield f"dwell {dwell:g}", regime.model_copy(update={"dwell_days": dwell})
    for home, away in HOME_AWAY_DAYS:
        yield f"home {home:g} away {away:g}", _change(regime, home_days=home, away_days=away)
    for kept in HISTORIES:
        yield f"histories {kept}", _change(regime, histories=kept)


def _change(regime: Regime, **rates: Any) -> Regime:
    changed = regime.hierarchical.model_copy(update=rates)
    return regime.model_copy(update={"hierarchical": changed})


def prepare_market(
    seed: int, params: Params
) -> tuple[Callable[[Regime], HierarchicalRegimes], Floats, Floats]:
    """The filter of one market by its settings, and the true states of market and coins."""
    made = simulate_market(params.ingest.simulated.model_copy(update={"seed": seed}))
    panel = mask_unusable_bars(align_bars(made.bars, params.ingest.raw.half_spread_bps))
    clock = GridClock(int(panel.open_time[0]), panel.bars)
    returns = compute_log_returns(panel)
    season = season_factors(estimate_profiles(returns, clock, params.volatility.seasonality), clock)
    ranges, squares = compute_log_ranges(panel) / season, (returns / season) ** 2

    def detect(regime: Regime) -> HierarchicalRegimes:
        section = params.volatility.model_copy(update={"regime": regime})
        return detect_states(ranges, squares, clock, section)

    truth = [made.truth[name] for name in panel.symbols]
    coins = np.stack([one["coin_regime"].to_numpy() for one in truth])
    return detect, truth[0]["regime"].to_numpy(), coins


def main(seeds: tuple[int, ...]) -> None:
    """Print a row a setting: market and coin of each seed, then their means."""
    params = read_params("ingest", "volatility", "split")
    first = params.split.burn_in_days * BARS_PER_DAY
    markets = [prepare_market(seed, params) for seed in seeds]
    print(f"{'market / coin':<22}" + "".join(f"{seed:>14}" for seed in seeds) + f"{'mean':>14}")
    for name, regime in vary_rates(params.volatility.regime):
        rows = []
        for detect, market, coins in markets:
            found = detect(regime)
            right = found.market == market, found.coin == coins
            rows.append([float(part[..., first:].mean()) for part in right])
        cells = [*rows, np.mean(rows, axis=0)]
        print(f"{name:<22}" + "".join(f"   {m:.3f} / {c:.3f}"[-14:] for m, c in cells), flush=True)


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or SEEDS)
