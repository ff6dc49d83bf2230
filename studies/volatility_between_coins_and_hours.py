"""Spillover and intraday patterns on several markets: scores, largest events, skill.

``python -m studies.volatility_between_coins_and_hours [SEEDS | FOLDER] [KEY=VALUE ...]``: markets
of the seeds named (301,302,303), or the parquet files of a folder; keys of `volatility.spillover`
change it. Forecasts and regimes are left out: nothing here depends on them.
"""

import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools
from dipmaster.core.panel import Panel, align_bars
from dipmaster.core.params import Params, Volatility
from dipmaster.core.store import read_params
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.market.simulator import simulate_market
from dipmaster.results.volatility.intraday import IntradayResults, PatternSkill
from dipmaster.results.volatility.spillover import SpilloverResults
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.intraday import evaluate_intraday, model_intraday
from dipmaster.volatility.measures import compute_log_returns, mask_unusable_bars
from dipmaster.volatility.season import estimate_profiles
from dipmaster.volatility.spillover import analyze_spillover, evaluate_spillover

SEEDS = (301, 302, 303)


def simulate(params: Params, seed: int) -> tuple[Panel, Bools]:
    """Bars of one seed, and its correlation episodes."""
    market = simulate_market(params.ingest.simulated.model_copy(update={"seed": seed}))
    episode = next(iter(market.truth.values()))["correlation_episode"].to_numpy(dtype=np.bool_)
    return align_bars(market.bars, 0.0), episode


def read_folder(folder: Path) -> Panel:
    """Bars of every parquet file of a folder."""
    frames = {path.stem.split("_")[0]: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    return align_bars(frames, 0.0)


def evaluate(
    panel: Panel, episode: Bools | None, params: Volatility, burn_in_days: int
) -> tuple[SpilloverResults, IntradayResults]:
    """Both, from the end of the burn-in on."""
    clock = GridClock(int(panel.open_time[0]), panel.bars)
    returns = compute_log_returns(mask_unusable_bars(panel))
    season = estimate_profiles(returns, clock, params.seasonality)
    first, exists = burn_in_days * BARS_PER_DAY, np.isfinite(panel.close)
    spillover = analyze_spillover(returns, clock, params)
    patterns = model_intraday(returns, season, clock, params)
    return (
        evaluate_spillover(panel.symbols, exists, spillover, episode, clock, first, params),
        evaluate_intraday(panel.symbols, returns, exists, season, patterns, clock, first, params),
    )


def print_results(name: str, spillover: SpilloverResults, intraday: IntradayResults) -> None:
    """The figures of the decision notes."""
    print(f"== {name}: {spillover.events} events, {spillover.events_per_week:.2f} a week")
    print("  ", asdict(spillover.scores))
    for event in spillover.largest:
        print(f"   {event.first} - {event.last} rise {event.rise:.3f} {' '.join(event.coins)}")
    factors = [coin.mean_factor for coin in spillover.coins.values() if coin.mean_factor]
    adjusted = [coin.adjusted_frac for coin in spillover.coins.values() if coin.adjusted_frac]
    print(f"   mean factor {np.mean(factors):.4f}, reduced on {np.mean(adjusted):.3f} of bars")
    correlations = np.array(spillover.correlations.means, dtype=np.float64)
    print("   mean correlation by month", np.nanmean(correlations, axis=0).round(2).tolist())
    profile = intraday.profile
    print("   hours", np.round(profile.hours, 2).tolist())
    print("   weekdays", np.round(profile.weekdays, 3).tolist())
    print("   sessions", [round(x, 3) for x in (profile.asia, profile.europe, profile.americas)])
    print("   peak", profile.peak_hours, "low", profile.low_hours)
    print("  ", asdict(intraday.recommendations))
    print("  ", asdict(intraday.pooled))
    verdicts = [
        skill.against_flat.verdict
        for skill in intraday.by_symbol.values()
        if isinstance(skill, PatternSkill)
    ]
    print("   by coin against flat:", {v: verdicts.count(v) for v in set(verdicts)})


def main() -> None:
    """Print the figures of each market."""
    words = sys.argv[1:]
    given = [word for word in words if "=" not in word]
    values = dict(word.split("=") for word in words if "=" in word)
    params = read_params("ingest", "volatility", "split")
    section = params.volatility.spillover
    changed = {key: type(getattr(section, key))(value) for key, value in values.items()}
    volatility = params.volatility.model_copy(
        update={"spillover": section.model_copy(update=changed)}
    )
    days = params.split.burn_in_days
    if given and Path(given[0]).is_dir():
        panel = read_folder(Path(given[0]))
        print_results(given[0], *evaluate(panel, None, volatility, days))
        return
    for seed in [int(word) for word in given] or SEEDS:
        print_results(f"seed {seed}", *evaluate(*simulate(params, seed), volatility, days))


if __name__ == "__main__":
    main()
