"""How often the bounds err: nominal against measured one-sided error.

``python -m studies.interval_size [--tracks N] [--days D] [--reps B]``

For ledgers with known truth (see `studies.clustered_ledgers`), the share of
tracks whose lower bound lies above the truth (a false PASS of a target set
there) and whose upper bound lies below it (a false FAIL). For drawdown, whose
bounds are about another period of fixed length, the share of tracks whose bound
the drawdown of an independent period broke.

Two methods that are not used stand beside: Clopper-Pearson as if trades were
independent, and the drawdown of plainly resampled runs of a block's length.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.backtest.metrics import DailyAccount
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.parallel import show_progress
from dipmaster.core.params import Gates
from dipmaster.core.store import read_params
from dipmaster.evaluation.statistics import account_metrics, trade_metrics
from dipmaster.evaluation.statistics.bootstrap import derive_stream_key
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.evaluation.statistics.streams import Resampling
from dipmaster.learning.evaluation.clustered import clopper_pearson
from studies.clustered_ledgers import (
    SYNTHETIC_STRATEGIES,
    SyntheticStrategy,
    TrueFigures,
    estimate_truth,
    simulate_track,
)

ROOT_SEED = 71_000  # of this study alone
TRUTH_DAYS = 2_000_000
METHODS = (
    "win rate",
    "Clopper-Pearson",
    "profit factor",
    "Sharpe ratio",
    "drawdown",
    "drawdown, long runs",
)


@dataclass(frozen=True)
class TrackBound:
    """The bounds of one track by one method and what they should hold."""

    method: str
    low: float
    high: float
    true_value: float


def compute_bounds(
    sample: TradeSample, known: TrueFigures, future_drawdown: float, gates: Gates, number: int
) -> Iterator[TrackBound]:
    """Bounds of every method on one track; none of a method that cannot be computed."""
    alpha, few = gates.alpha, gates.few_losing_trades
    resampling = Resampling(
        gates.bootstrap_reps, gates.block_days, derive_stream_key(ROOT_SEED, 2, number)
    )
    drawdown = account_metrics.estimate_max_drawdown(
        sample, alpha, gates.drawdown_horizon_days, resampling
    )
    rate = trade_metrics.estimate_win_rate(sample, alpha, few)
    estimates = (
        ("win rate", rate, known.win_rate),
        (
            "profit factor",
            trade_metrics.estimate_profit_factor(sample, alpha, few),
            known.profit_factor,
        ),
        ("Sharpe ratio", account_metrics.estimate_sharpe(sample, alpha, resampling), known.sharpe),
        ("drawdown", drawdown, future_drawdown),
    )
    for method, estimate, true_value in estimates:
        if estimate.low is not None and estimate.high is not None:
            yield TrackBound(method, estimate.low, estimate.high, true_value)
    if rate.value is not None:
        low, high = clopper_pearson(rate.value, float(rate.n), alpha)
        yield TrackBound("Clopper-Pearson", low, high, known.win_rate)
    low, high = np.quantile(_block_drawdowns(sample, gates, resampling), [alpha, 1.0 - alpha])
    yield TrackBound("drawdown, long runs", float(low), float(high), future_drawdown)


def _block_drawdowns(sample: TradeSample, gates: Gates, resampling: Resampling) -> Floats:
    """Drawdowns of chains of runs of a block's length, as one would resample them at first."""
    days, horizon = sample.days, gates.drawdown_horizon_days
    rng = np.random.default_rng(resampling.key)
    runs = -(-horizon // gates.block_days)
    starts = rng.integers(0, days.growth.size, (resampling.reps, runs))
    chains = (starts[:, :, None] + np.arange(gates.block_days)).reshape(resampling.reps, -1)
    return _drawdowns_of_orders(days, chains[:, :horizon] % days.growth.size)


def _drawdowns_of_orders(days: DailyAccount, order: Ints) -> Floats:
    """As `metrics.concatenated_drawdown`, over whole arrays: shape (reps, days) to (reps,)."""
    start = np.ones((order.shape[0], 1))
    level = np.hstack([start, np.cumprod(days.growth[order], axis=1)[:, :-1]])
    peak = np.maximum.accumulate(np.hstack([start, level * days.high[order]]), axis=1)[:, :-1]
    fall = (1.0 - level * days.low[order] / peak).max(axis=1)
    drawdowns: Floats = np.maximum(days.drawdown[order].max(axis=1), fall)
    return drawdowns


def count_errors(
    strategy: SyntheticStrategy,
    number: int,
    tracks: int,
    days: int,
    gates: Gates,
    truth_days: int = TRUTH_DAYS,
) -> tuple[TrueFigures, dict[str, tuple[float, float, int]]]:
    """True figures of a strategy, and by method (false PASS, false FAIL, tracks)."""
    true_figures = estimate_truth(strategy, truth_days, _rng(0, number, 0))
    bounds: list[TrackBound] = []
    for i in show_progress(range(tracks), strategy.name, tracks):
        sample = simulate_track(strategy, days, gates.block_days, _rng(1, number, i))
        if describe_missing_data(sample, gates):
            continue
        future = simulate_track(
            strategy, gates.drawdown_horizon_days, gates.block_days, _rng(3, number, i)
        )
        order = np.arange(gates.drawdown_horizon_days)
        deepest = metrics.concatenated_drawdown(future.days, order)
        bounds.extend(compute_bounds(sample, true_figures, deepest, gates, number * 1_000_000 + i))
    return true_figures, {method: _error_rates(method, bounds) for method in METHODS}


def _error_rates(method: str, bounds: list[TrackBound]) -> tuple[float, float, int]:
    method_bounds = [bound for bound in bounds if bound.method == method]
    above = sum(bound.low > bound.true_value for bound in method_bounds)
    below = sum(bound.high < bound.true_value for bound in method_bounds)
    return (
        above / max(len(method_bounds), 1),
        below / max(len(method_bounds), 1),
        len(method_bounds),
    )


def _rng(purpose: int, strategy_number: int, number: int) -> np.random.Generator:
    return np.random.default_rng(
        np.random.SeedSequence(ROOT_SEED, spawn_key=(purpose, strategy_number, number))
    )


def main() -> None:
    """Print the table that docs/gates.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--days", type=int, default=550)
    parser.add_argument("--reps", type=int, default=500)
    options = parser.parse_args()
    gates = read_params("gates").gates.model_copy(update={"bootstrap_reps": options.reps})
    print(
        f"nominal one-sided error {100 * gates.alpha:.1f} %; {options.days} days in blocks of "
        f"{gates.block_days}, {options.tracks} tracks a strategy, {options.reps} resamples"
    )
    for number, strategy in enumerate(SYNTHETIC_STRATEGIES):
        true_figures, errors = count_errors(strategy, number, options.tracks, options.days, gates)
        print(
            f"\n{strategy.name}: win rate {true_figures.win_rate:.3f}, profit factor "
            f"{true_figures.profit_factor:.3f}, Sharpe ratio {true_figures.sharpe:.2f}"
        )
        for method, (above, below, tracks) in errors.items():
            print(
                f"  {method:19} lower bound above {100 * above:5.1f} %   "
                f"upper bound below {100 * below:5.1f} %   {tracks} tracks"
            )


if __name__ == "__main__":
    main()
