"""How should the levels of many coins become one? Markets of many seeds, three poolings.

``python -m studies.regime_pooling [seeds]``: accuracy of the filtered regime
against the simulator's latent one, and the mean log of the level over the
volatility that defines the state (0: no bias), from the start of out of sample on.
"""

import sys

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel, align_bars
from dipmaster.core.params import Params
from dipmaster.core.store import read_params
from dipmaster.market.simulator import MARKET_MODEL, simulate_market
from dipmaster.volatility import compute_volatility
from dipmaster.volatility.evaluation import out_of_sample_bar
from dipmaster.volatility.regime import Classes, filter_regimes
from dipmaster.volatility.windows import median_over_present

SEEDS = (101, 102, 103, 104, 105, 106)


def pool_mean(level: Floats) -> Floats:
    """Mean volatility."""
    return np.asarray(np.nanmean(level, axis=0), dtype=np.float64)


def pool_rms(level: Floats) -> Floats:
    """Root of the mean variance."""
    return np.asarray(np.sqrt(np.nanmean(level**2, axis=0)), dtype=np.float64)


POOLINGS = {"median": median_over_present, "mean": pool_mean, "rms": pool_rms}


def simulate_bars_and_regime(params: Params, seed: int) -> tuple[Panel, Classes]:
    """Bars and latent regime of one seed."""
    market = simulate_market(params.ingest.simulated.model_copy(update={"seed": seed}))
    truth = next(iter(market.truth.values()))["regime"].to_numpy(dtype=np.int8)
    return align_bars(market.bars, params.ingest.raw.half_spread_bps), truth


def evaluate_poolings(seed: int, params: Params) -> list[tuple[float, float]]:
    """Accuracy and bias of each pooling."""
    panel, truth = simulate_bars_and_regime(params, seed)
    volatility = compute_volatility(panel, params.volatility, "simulated")
    level = volatility.regimes.level_daily
    first = out_of_sample_bar(volatility, params.split)
    defined = np.array(MARKET_MODEL.regime_vol_daily)[truth[first:]]
    rows = []
    for pool in POOLINGS.values():
        market = pool(level)[first:]
        predicted = filter_regimes(pool(level), params.volatility.regime)[first:]
        bias = float(np.nanmean(np.log(market / defined)))
        rows.append((float(np.mean(predicted == truth[first:])), bias))
    return rows


def main(seeds: tuple[int, ...]) -> None:
    """Print a row a seed and the means."""
    params = read_params("ingest", "volatility", "split")
    print(f"{'seed':>6}" + "".join(f"{name + ' acc':>15}{'bias':>8}" for name in POOLINGS))
    table = np.array([evaluate_poolings(seed, params) for seed in seeds])
    for name, row in zip([*map(str, seeds), "mean"], [*table, table.mean(axis=0)], strict=True):
        print(f"{name:>6}" + "".join(f"{accuracy:>15.3f}{bias:>8.3f}" for accuracy, bias in row))


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or SEEDS)
