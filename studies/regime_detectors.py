"""Every regime detector against every reference, on many markets.

``python -m studies.regime_detectors [seeds]`` simulates markets of these seeds;
``python -m studies.regime_detectors --bars FOLDER`` takes real bars, one Parquet a coin, where
only the class of the next 24 hours is known. Out of sample, as the volatility stage judges.
"""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.core.panel import align_bars
from dipmaster.core.params import Params
from dipmaster.core.store import read_params
from dipmaster.market.simulator import simulate_market
from dipmaster.results.volatility.regimes import (
    DetectionDelay,
    DetectorResults,
    RegimeAccuracy,
    RegimeComparison,
    RegimeResults,
)
from dipmaster.volatility import LatentRegimes, compute_volatility, evaluate_volatility
from studies.doc_figures import DETECTORS
from studies.forecast_table import read_bars

SEEDS = (301, 302, 303)
FIGURES = (
    "coin acc", "bal", "kappa", "delay h", "market acc", "bal", "kappa", "delay h",
    "proxy acc", "bal", "kappa",
)  # fmt: skip


def judge_detectors(
    bars: Mapping[str, pd.DataFrame], truth: Mapping[str, pd.DataFrame] | None, params: Params
) -> RegimeResults:
    """Regimes of one market, judged by the volatility stage's own functions."""
    panel = align_bars(bars, params.ingest.raw.half_spread_bps)
    volatility = compute_volatility(panel, params.volatility, "simulated" if truth else "raw")
    latent = truth and LatentRegimes(
        market=truth[panel.symbols[0]]["regime"].to_numpy(dtype=np.int8),
        coins=np.stack([truth[name]["coin_regime"].to_numpy(np.int8) for name in panel.symbols]),
    )
    found = evaluate_volatility(volatility, latent or None, params.volatility, params.split).regimes
    assert isinstance(found, RegimeResults)
    return found


def figures_of(detector: DetectorResults) -> list[float]:
    """In the order of `FIGURES`; NaN where a reference is not known."""
    coin = [*_agreement(detector.coin_truth), _median_hours(detector.coin_delay)]
    market = [*_agreement(detector.market_truth), _median_hours(detector.market_delay)]
    return [*coin, *market, *_agreement(detector.proxy)]


def _agreement(compared: RegimeComparison | None) -> list[float]:
    if not isinstance(compared, RegimeAccuracy):
        return [np.nan] * 3
    found = (compared.accuracy, compared.balanced_accuracy, compared.kappa)
    return [np.nan if one.value is None else one.value for one in found]


def _median_hours(delay: DetectionDelay | None) -> float:
    return np.nan if delay is None or delay.median_hours is None else delay.median_hours


def print_table(name: str, table: Mapping[str, list[float]]) -> None:
    """A row a detector."""
    for detector, row in table.items():
        cells = (
            f"{value:>{max(6, len(head))}.3f}" for head, value in zip(FIGURES, row, strict=True)
        )
        print(f"{name:>6} {detector:<20}" + " ".join(cells), flush=True)


def main() -> None:
    """Print a table a market, and the mean over seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", default=SEEDS)
    parser.add_argument("--bars", type=Path, help="folder of real bars")
    given = parser.parse_args()
    params = read_params("ingest", "volatility", "split")
    print(" " * 27 + " ".join(f"{head:>{max(6, len(head))}}" for head in FIGURES))
    if given.bars:
        print_market("real", judge_detectors(read_bars(given.bars), None, params))
        return
    tables = []
    for seed in given.seeds:
        began = time.perf_counter()
        simulated = params.ingest.simulated.model_copy(update={"seed": seed})
        market = simulate_market(simulated)
        tables.append(print_market(str(seed), judge_detectors(market.bars, market.truth, params)))
        print(f"{seed:>6} {time.perf_counter() - began:.0f} s, simulation included", flush=True)
    for title, reduce in (("mean", np.mean), ("lowest", np.min)):
        rows = {name: list(reduce([one[name] for one in tables], axis=0)) for name in DETECTORS}
        print_table(title, rows)


def print_market(name: str, regimes: RegimeResults) -> dict[str, list[float]]:
    """Print one market; its figures a detector."""
    table = {detector: figures_of(getattr(regimes, detector)) for detector in DETECTORS}
    print_table(name, table)
    proxy = regimes.naive.proxy
    if isinstance(proxy, RegimeAccuracy):
        print(f"{name:>6} majority class of the proxy {proxy.majority_baseline:.3f}")
    return table


if __name__ == "__main__":
    main()
