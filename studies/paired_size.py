"""How often the bounds of paired differences err: nominal against measured one-sided error.

``python -m studies.paired_size [--tracks N] [--days D] [--reps B]``

Ledgers with known truth (see `studies.clustered_ledgers`) are the earlier phase. The
later phase keeps some of its trades, winners more often than losers, as a filter
does: the same days and candidates. "Above" is the share of tracks whose lower bound
lies above the true difference, "below" the share whose upper bound lies below it.
For the drawdown, whose bounds speak of another period, the difference of an
independent period of the horizon's length is what the bounds should hold.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Ints
from dipmaster.core.parallel import show_progress
from dipmaster.core.params import Gates
from dipmaster.core.store import read_params
from dipmaster.evaluation.statistics.metrics import compare_metrics
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.paired.sides import Difference, PairedSide
from dipmaster.evaluation.statistics.sample import TradeSample
from studies.clustered_ledgers import (
    SYNTHETIC_STRATEGIES,
    SyntheticStrategy,
    build_daily_account,
    simulate_track,
)

ROOT_SEED = 72_000  # of this study alone
TRUTH_DAYS = 2_000_000


@dataclass(frozen=True)
class TradeFilter:
    """Share of the winning and of the losing trades that the later phase keeps."""

    name: str
    winners: float
    losers: float


LOOSE, STRICT = TradeFilter("a filter", 0.30, 0.10), TradeFilter("a strict filter", 0.06, 0.012)
# The strict filter leaves the third world too few trades for any verdict.
CASES = (
    (SYNTHETIC_STRATEGIES[1], LOOSE),
    (SYNTHETIC_STRATEGIES[1], STRICT),
    (SYNTHETIC_STRATEGIES[2], LOOSE),
)


def simulate_pair(
    strategy: SyntheticStrategy,
    trade_filter: TradeFilter,
    days: int,
    block_days: int,
    rng: np.random.Generator,
) -> tuple[PairedSide, PairedSide]:
    """The later and the earlier phase of one track."""
    earlier = simulate_track(strategy, days, block_days, rng)
    keep_probability = np.where(earlier.won, trade_filter.winners, trade_filter.losers)
    rows = np.flatnonzero(rng.random(earlier.trades) < keep_probability)
    return PairedSide("later", _filter_sample(strategy, earlier, rows), rows), PairedSide(
        "earlier", earlier, np.arange(earlier.trades)
    )


def _filter_sample(strategy: SyntheticStrategy, earlier: TradeSample, rows: Ints) -> TradeSample:
    net, day = earlier.net[rows], earlier.day[rows]
    count = np.bincount(day, minlength=earlier.days.growth.size)
    account = build_daily_account(strategy.size_frac * net, day, count)
    return TradeSample(net, net, day, earlier.block[rows], account)


def compute_true_differences(
    strategy: SyntheticStrategy, trade_filter: TradeFilter, days: int, number: int, truth_days: int
) -> dict[str, float]:
    """Differences of a very long track; net return of `days` days at its mean log growth."""
    later, earlier = simulate_pair(
        strategy, trade_filter, truth_days, truth_days, _rng(0, number, 0)
    )
    later_sample, earlier_sample = later.sample, earlier.sample
    logs = [float(np.log(s.days.growth).mean()) * days for s in (later_sample, earlier_sample)]
    factors = [
        metrics.profit_factor(s.net, s.return_frac) or np.nan
        for s in (later_sample, earlier_sample)
    ]
    sharpes = [
        metrics.sharpe_annual(s.days.returns) or np.nan for s in (later_sample, earlier_sample)
    ]
    return {
        "win_rate": float(later_sample.won.mean() - earlier_sample.won.mean()),
        "profit_factor": float(np.log(factors[0] / factors[1])),
        "sharpe": sharpes[0] - sharpes[1],
        "mean_net_bps": 1e4
        * float(later_sample.return_frac.mean() - earlier_sample.return_frac.mean()),
        "trades_frac": later_sample.trades / earlier_sample.trades - 1.0,
        "net_return": float(np.expm1(logs[0]) - np.expm1(logs[1])),
    }


def count_errors(
    strategy: SyntheticStrategy,
    trade_filter: TradeFilter,
    number: int,
    tracks: int,
    days: int,
    gates: Gates,
    truth_days: int = TRUTH_DAYS,
) -> dict[str, tuple[float, float, int]]:
    """By figure (above, below, tracks); tracks with too little data are left out."""
    true_values = compute_true_differences(strategy, trade_filter, days, number, truth_days)
    above, below, counted = (dict.fromkeys([*true_values, "max_drawdown"], 0) for _ in range(3))
    horizon = gates.drawdown_horizon_days
    for i in show_progress(range(tracks), f"{strategy.name}, {trade_filter.name}", tracks):
        later, earlier = simulate_pair(
            strategy, trade_filter, days, gates.block_days, _rng(1, number, i)
        )
        if describe_missing_data(later.sample, gates):
            continue
        future = simulate_pair(
            strategy, trade_filter, horizon, gates.block_days, _rng(2, number, i)
        )
        expected = {
            **true_values,
            "max_drawdown": _max_drawdown(future[0]) - _max_drawdown(future[1]),
        }
        _count(compare_metrics(later, earlier, i, gates), expected, above, below, counted)
    return {
        name: (above[name] / max(n, 1), below[name] / max(n, 1), n) for name, n in counted.items()
    }


def _count(
    paired: Mapping[str, Difference],
    expected: Mapping[str, float],
    above: dict[str, int],
    below: dict[str, int],
    counted: dict[str, int],
) -> None:
    for name, truth in expected.items():
        low, high = paired[name].low, paired[name].high
        if low is None or high is None:
            continue
        counted[name] += 1
        above[name] += low > truth
        below[name] += high < truth


def _max_drawdown(phase_track: PairedSide) -> float:
    days = phase_track.sample.days
    return metrics.concatenated_drawdown(days, np.arange(days.growth.size))


def _rng(purpose: int, number: int, track_number: int) -> np.random.Generator:
    key = (purpose, number, track_number)
    return np.random.default_rng(np.random.SeedSequence(ROOT_SEED, spawn_key=key))


def main() -> None:
    """Print the table that docs/gates.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--days", type=int, default=550)
    parser.add_argument("--reps", type=int, default=500)
    options = parser.parse_args()
    gates = read_params("gates").gates.model_copy(update={"bootstrap_reps": options.reps})
    print(f"nominal one-sided error {100 * gates.alpha:.1f} %, {options.days} days")
    for number, (strategy, trade_filter) in enumerate(CASES):
        error_rates = count_errors(
            strategy, trade_filter, number, options.tracks, options.days, gates
        )
        print(f"\n{strategy.name}, {trade_filter.name}")
        for name, (above, below, tracks) in error_rates.items():
            print(f"  {name:14} above {100 * above:5.1f} %  below {100 * below:5.1f} %  {tracks}")


if __name__ == "__main__":
    main()
