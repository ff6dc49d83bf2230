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
from dipmaster.core.parallel import progress
from dipmaster.core.params import Gates
from dipmaster.core.store import read_params
from dipmaster.evaluation.statistics.metrics import compare_metrics
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.paired.sides import Difference, PairedSide
from dipmaster.evaluation.statistics.sample import TradeSample
from studies.clustered_ledgers import WORLDS, World, days_of_trades, track

ROOT_SEED = 72_000  # of this study alone
TRUTH_DAYS = 2_000_000


@dataclass(frozen=True)
class Filter:
    """Share of the winning and of the losing trades that the later phase keeps."""

    name: str
    winners: float
    losers: float


LOOSE, STRICT = Filter("a filter", 0.30, 0.10), Filter("a strict filter", 0.06, 0.012)
# The strict filter leaves the third world too few trades for any verdict.
CASES = ((WORLDS[1], LOOSE), (WORLDS[1], STRICT), (WORLDS[2], LOOSE))


def both_tracks(
    world: World, kept: Filter, days: int, block_days: int, rng: np.random.Generator
) -> tuple[PairedSide, PairedSide]:
    """The later and the earlier phase of one track."""
    before = track(world, days, block_days, rng)
    share = np.where(before.won, kept.winners, kept.losers)
    rows = np.flatnonzero(rng.random(before.trades) < share)
    return PairedSide("later", _kept(world, before, rows), rows), PairedSide(
        "earlier", before, np.arange(before.trades)
    )


def _kept(world: World, before: TradeSample, rows: Ints) -> TradeSample:
    net, day = before.net[rows], before.day[rows]
    count = np.bincount(day, minlength=before.days.growth.size)
    account = days_of_trades(world.size_frac * net, day, count)
    return TradeSample(net, net, day, before.block[rows], account)


def true_differences(
    world: World, kept: Filter, days: int, number: int, truth_days: int
) -> dict[str, float]:
    """Differences of a very long track; net return of `days` days at its mean log growth."""
    later, earlier = both_tracks(world, kept, truth_days, truth_days, _rng(0, number, 0))
    one, other = later.sample, earlier.sample
    logs = [float(np.log(s.days.growth).mean()) * days for s in (one, other)]
    factors = [metrics.profit_factor(s.net) or np.nan for s in (one, other)]
    sharpes = [metrics.sharpe_annual(s.days.returns) or np.nan for s in (one, other)]
    return {
        "win_rate": float(one.won.mean() - other.won.mean()),
        "profit_factor": float(np.log(factors[0] / factors[1])),
        "sharpe": sharpes[0] - sharpes[1],
        "mean_net_bps": 1e4 * float(one.return_frac.mean() - other.return_frac.mean()),
        "trades_frac": one.trades / other.trades - 1.0,
        "net_return": float(np.expm1(logs[0]) - np.expm1(logs[1])),
    }


def errors(
    world: World,
    kept: Filter,
    number: int,
    tracks: int,
    days: int,
    gates: Gates,
    truth_days: int = TRUTH_DAYS,
) -> dict[str, tuple[float, float, int]]:
    """By figure (above, below, tracks); tracks with too little data are left out."""
    known = true_differences(world, kept, days, number, truth_days)
    above, below, judged = (dict.fromkeys([*known, "max_drawdown"], 0) for _ in range(3))
    horizon = gates.drawdown_horizon_days
    for i in progress(range(tracks), f"{world.name}, {kept.name}", tracks):
        later, earlier = both_tracks(world, kept, days, gates.block_days, _rng(1, number, i))
        if describe_missing_data(later.sample, gates):
            continue
        future = both_tracks(world, kept, horizon, gates.block_days, _rng(2, number, i))
        held = {**known, "max_drawdown": _deepest(future[0]) - _deepest(future[1])}
        _count(compare_metrics(later, earlier, i, gates), held, above, below, judged)
    return {
        name: (above[name] / max(n, 1), below[name] / max(n, 1), n) for name, n in judged.items()
    }


def _count(
    found: Mapping[str, Difference],
    held: Mapping[str, float],
    above: dict[str, int],
    below: dict[str, int],
    judged: dict[str, int],
) -> None:
    for name, truth in held.items():
        low, high = found[name].low, found[name].high
        if low is None or high is None:
            continue
        judged[name] += 1
        above[name] += low > truth
        below[name] += high < truth


def _deepest(one: PairedSide) -> float:
    days = one.sample.days
    return metrics.joined_drawdown(days, np.arange(days.growth.size))


def _rng(use: int, number: int, track_number: int) -> np.random.Generator:
    key = (use, number, track_number)
    return np.random.default_rng(np.random.SeedSequence(ROOT_SEED, spawn_key=key))


def main() -> None:
    """Print the table that docs/gates.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--days", type=int, default=550)
    parser.add_argument("--reps", type=int, default=500)
    chosen = parser.parse_args()
    gates = read_params("gates").gates.model_copy(update={"bootstrap_reps": chosen.reps})
    print(f"nominal one-sided error {100 * gates.alpha:.1f} %, {chosen.days} days")
    for number, (world, kept) in enumerate(CASES):
        found = errors(world, kept, number, chosen.tracks, chosen.days, gates)
        print(f"\n{world.name}, {kept.name}")
        for name, (above, below, tracks) in found.items():
            print(f"  {name:14} above {100 * above:5.1f} %  below {100 * below:5.1f} %  {tracks}")


if __name__ == "__main__":
    main()
