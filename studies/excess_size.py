"""How often the excess win rate errs where there is nothing but chance.

``python -m studies.excess_size [--tracks N] [--days D]``

On `studies.null_markets` the true excess is 0, so a lower bound above 0 is a
false PASS and an upper bound below 0 a false FAIL. The gate takes the wider of
the first two:

- the calendar blocks of trades and random entries taken together;
- the half-widths of both joined as if they were independent;
- the band of random portfolios that the report draws (a strategy outside it);
- portfolios from one fixed pool, each trade's entry from its own stratum, as
  if the pool were the market and trades were independent. Not used.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import map_in_processes
from dipmaster.core.params import Gates
from dipmaster.core.store import read_params
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.random_entry.excess import (
    compute_joint_half_width,
    compute_pool_half_width,
)
from dipmaster.evaluation.statistics.random_entry.portfolios import (
    EntryPool,
    draw_matched_pool,
    draw_portfolios,
)
from dipmaster.evaluation.statistics.sample import TradeSample
from studies.null_markets import NULL_MARKETS, NullMarket, NullTrack, draw_null_track

ROOT_SEED = 72_000  # of this study alone
METHODS = ("blocks together", "as if independent", "band", "one fixed pool")
Errors = dict[str, tuple[float, float, int]]


@dataclass(frozen=True)
class TrackBatch:
    """Some tracks of one market, to be drawn in one process."""

    market: int
    first: int
    tracks: int
    days: int
    gates: Gates


@dataclass(frozen=True)
class ExcessBound:
    """The bounds of one track's excess by one method."""

    method: str
    low: float
    high: float


def compute_bounds(
    track: NullTrack, gates: Gates, rng: np.random.Generator
) -> Iterator[ExcessBound]:
    """Bounds by every method; none where the track is too small for a verdict."""
    pool, stratum = _draw_pool(track, gates, rng)
    sample = track.sample.only(pool.matched)
    alpha, few = gates.alpha, gates.few_losing_trades
    rate = trade_metrics.estimate_win_rate(sample, alpha, few)
    numbers = (rate.value, pool.win_rate, rate.low, rate.high)
    if describe_missing_data(sample, gates) or None in numbers:
        return
    win_rate, pool_rate, win_rate_low, win_rate_high = np.array(numbers, dtype=np.float64)
    value, joint = win_rate - pool_rate, compute_joint_half_width(sample, pool, alpha)
    yield ExcessBound("blocks together", value - joint, value + joint)
    pool_half = compute_pool_half_width(pool, alpha)
    below, above = (
        np.hypot(win_rate - win_rate_low, pool_half),
        np.hypot(win_rate_high - win_rate, pool_half),
    )
    yield ExcessBound("as if independent", value - below, value + above)
    portfolios = draw_portfolios(pool, gates.random_entry.draws, rng).win_rate
    band_low, band_high = np.quantile(portfolios, [alpha, 1.0 - alpha])
    yield ExcessBound("band", win_rate - band_high, win_rate - band_low)
    fixed = -ndtri(alpha) * _fixed_pool_error(pool.return_frac > 0.0, pool.weight, stratum, sample)
    yield ExcessBound("one fixed pool", value - fixed, value + fixed)


def _draw_pool(track: NullTrack, gates: Gates, rng: np.random.Generator) -> tuple[EntryPool, Ints]:
    """The pool, and the stratum of each of its entries."""
    strata_drawn: list[Ints] = []

    def outcomes(symbol: Ints, bar: Ints) -> Floats:
        strata_drawn.append(track.strata.code[symbol, bar])
        return track.outcomes(symbol, bar)

    pool_size = gates.random_entry.pool
    pool = draw_matched_pool(track.stratum, track.strata, track.period, pool_size, outcomes, rng)
    return pool, strata_drawn[0]


def _fixed_pool_error(won: Bools, weight: Floats, stratum: Ints, sample: TradeSample) -> float:
    """Standard error of a portfolio's win rate, each entry from its trade's stratum."""
    _, stratum_index = np.unique(stratum, return_inverse=True)
    stratum_weight = np.bincount(stratum_index, weights=weight)
    wins = np.bincount(stratum_index, weights=weight * won) / stratum_weight
    return float(np.sqrt(stratum_weight @ (wins * (1.0 - wins)) / sample.trades))


def bounds_of_batch(case: TrackBatch) -> list[ExcessBound]:
    """Bounds of all tracks of a case."""
    market = NULL_MARKETS[case.market]
    bounds: list[ExcessBound] = []
    for number in range(case.first, case.first + case.tracks):
        seed = np.random.SeedSequence(ROOT_SEED, spawn_key=(case.market, number))
        rng = np.random.default_rng(seed)
        track = draw_null_track(market, case.days, case.gates.block_days, rng)
        bounds.extend(compute_bounds(track, case.gates, rng))
    return bounds


def count_errors(bounds: list[ExcessBound]) -> Errors:
    """By method (false PASS, false FAIL, tracks)."""
    errors = {}
    for method in METHODS:
        method_bounds = [bound for bound in bounds if bound.method == method]
        above = sum(bound.low > 0.0 for bound in method_bounds)
        below = sum(bound.high < 0.0 for bound in method_bounds)
        errors[method] = (
            above / max(len(method_bounds), 1),
            below / max(len(method_bounds), 1),
            len(method_bounds),
        )
    return errors


def _print_errors(market: NullMarket, bounds: list[ExcessBound]) -> None:
    print(f"\n{market.name}")
    for method, (above, below, tracks) in count_errors(bounds).items():
        widths = [bound.high - bound.low for bound in bounds if bound.method == method]
        print(
            f"  {method:17} lower bound above {100 * above:5.1f} %   upper bound below "
            f"{100 * below:5.1f} %   mean width {100 * np.mean(widths):4.1f} points   "
            f"{tracks} tracks"
        )


def main() -> None:
    """Print the table that docs/gates.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--days", type=int, default=550)
    options = parser.parse_args()
    gates = read_params("gates").gates
    entry = gates.random_entry.model_copy(update={"draws": 200})
    quick = gates.model_copy(update={"random_entry": entry})
    print(f"nominal one-sided error {100 * gates.alpha:.1f} %; {options.days} days")
    for number, market in enumerate(NULL_MARKETS):
        starts = range(0, options.tracks, 50)
        cases = [
            TrackBatch(number, start, min(50, options.tracks - start), options.days, quick)
            for start in starts
        ]
        parts = map_in_processes(bounds_of_batch, cases, market.name)
        _print_errors(market, [bound for part in parts for bound in part])


if __name__ == "__main__":
    main()
