"""How should the levels of many coins become one? Markets of many seeds, three ways of pooling.

``python -m studies.regime_pooling [seeds]``: accuracy of the filtered regime
against the simulator's latent one, and the mean log of the level over the
volatility that defines the state (0: no bias), from the boundary on.
"""

import sys

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel, aligned
from dipmaster.core.params import Params
from dipmaster.core.store import read_params
from dipmaster.market.simulator import WORLD, simulate
from dipmaster.volatility import compute
from dipmaster.volatility.regime import Classes, filtered
from dipmaster.volatility.report import boundary_bar
from dipmaster.volatility.windows import median_of_present

SEEDS = (101, 102, 103, 104, 105, 106)


def mean(level: Floats) -> Floats:
    """Mean volatility."""
    return np.asarray(np.nanmean(level, axis=0), dtype=np.float64)


def rms(level: Floats) -> Floats:
    """Root of the mean variance."""
    return np.asarray(np.sqrt(np.nanmean(level**2, axis=0)), dtype=np.float64)


WAYS = {"median": median_of_present, "mean": mean, "rms": rms}


def market_of(params: Params, seed: int) -> tuple[Panel, Classes]:
    """Bars and latent regime of one seed."""
    made = simulate(params.ingest.simulated.model_copy(update={"seed": seed}))
    truth = next(iter(made.truth.values()))["regime"].to_numpy(dtype=np.int8)
    return aligned(made.bars, params.ingest.raw.half_spread_bps), truth


def row_of(seed: int, params: Params) -> list[tuple[float, float]]:
    """Accuracy and bias of each way."""
    panel, truth = market_of(params, seed)
    found = compute(panel, params.volatility)
    level = found.regimes.level_daily
    first = boundary_bar(found, params.split)
    defined = np.array(WORLD.regime_vol_daily)[truth[first:]]
    rows = []
    for way in WAYS.values():
        market = way(level)[first:]
        named = filtered(way(level), params.volatility.regime)[first:]
        bias = float(np.nanmean(np.log(market / defined)))
        rows.append((float(np.mean(named == truth[first:])), bias))
    return rows


def main(seeds: tuple[int, ...]) -> None:
    """Print a row a seed and the means."""
    params = read_params("ingest", "volatility", "split")
    print(f"{'seed':>6}" + "".join(f"{name + ' acc':>15}{'bias':>8}" for name in WAYS))
    table = np.array([row_of(seed, params) for seed in seeds])
    for name, row in zip([*map(str, seeds), "mean"], [*table, table.mean(axis=0)], strict=True):
        print(f"{name:>6}" + "".join(f"{accuracy:>15.3f}{bias:>8.3f}" for accuracy, bias in row))


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or SEEDS)
