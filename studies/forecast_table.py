"""QLIKE of every volatility forecast, HAR against each, and the model confidence set.

``python -m studies.forecast_table [seeds]`` simulates markets of these seeds;
``python -m studies.forecast_table --bars FOLDER`` takes real bars, one Parquet a coin, cut to
what all of them have. ``--block HOURS`` sets the mean block of the confidence set, and the lags.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dipmaster.core.panel import align_bars
from dipmaster.core.params import Params
from dipmaster.core.params.volatility import FORECAST_NAMES, ForecastEvaluation
from dipmaster.core.store import read_params
from dipmaster.market.simulator import simulate_market
from dipmaster.results.volatility.forecasts import ModelConfidenceSet, PooledForecasts
from dipmaster.volatility import compute_volatility
from dipmaster.volatility.evaluation import out_of_sample_bar
from dipmaster.volatility.forecast_accuracy import evaluate_forecasts

SEEDS = (301, 302, 303)


def read_bars(folder: Path) -> dict[str, pd.DataFrame]:
    """Bars of every coin, up to the last that all of them have."""
    bars = {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    last = min(frame["open_time"].iloc[-1] for frame in bars.values())
    return {name: frame[frame["open_time"] < last] for name, frame in bars.items()}


def evaluate_market(
    bars: Mapping[str, pd.DataFrame], params: Params, evaluation: ForecastEvaluation
) -> PooledForecasts:
    """Forecasts of one market, all coins as one."""
    panel = align_bars(bars, params.ingest.raw.half_spread_bps)
    volatility = compute_volatility(panel, params.volatility, params.ingest.source)
    pooled = evaluate_forecasts(
        volatility.symbols,
        volatility.returns,
        {name: volatility.forecasts.by_name(name) for name in FORECAST_NAMES},
        out_of_sample_bar(volatility, params.split),
        params.volatility.forecast,
        evaluation,
    ).pooled
    assert isinstance(pooled, PooledForecasts)
    return pooled


def print_market(name: str, pooled: PooledForecasts) -> None:
    """A row a forecast."""
    found = pooled.confidence_set
    for forecast, loss in pooled.qlike.items():
        test = pooled.har_versus.get(forecast)
        dm = "" if test is None or test.dm is None else f"{test.dm:.1f}"
        p = found.p_values[forecast] if isinstance(found, ModelConfidenceSet) else float("nan")
        print(f"{name:>8} {pooled.origins:>7} {forecast:>10} {loss:>8.4f} {dm:>7} {p:>7.3f}")
    cost = pooled.cost_of_choice
    print(f"{name:>8} {cost.used} - {cost.best}: {cost.test.difference:.4f} DM {cost.test.dm}")


def main() -> None:
    """Print a table a market."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", default=SEEDS)
    parser.add_argument("--bars", type=Path, help="folder of real bars")
    parser.add_argument("--block", type=float, help="hours")
    given = parser.parse_args()
    params = read_params("ingest", "volatility", "split")
    evaluation = params.volatility.evaluation
    if given.block:
        evaluation = evaluation.model_copy(update={"hac_days": given.block / 24})
    print(f"{'market':>8} {'origins':>7} {'forecast':>10} {'QLIKE':>8} {'DM HAR':>7} {'p':>7}")
    if given.bars:
        print_market("real", evaluate_market(read_bars(given.bars), params, evaluation))
        return
    for seed in given.seeds:
        simulated = params.ingest.simulated.model_copy(update={"seed": seed})
        bars = simulate_market(simulated).bars
        print_market(str(seed), evaluate_market(bars, params, evaluation))


if __name__ == "__main__":
    main()
