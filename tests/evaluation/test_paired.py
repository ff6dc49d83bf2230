"""Differences of two phases: by hand, identical phases, disjoint ones, degenerate ones."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.bootstrap import derive_stream_key
from dipmaster.evaluation.statistics.metrics import compare_metrics
from dipmaster.evaluation.statistics.paired import account, trades
from dipmaster.evaluation.statistics.paired.judging import judge_difference, judge_factor
from dipmaster.evaluation.statistics.paired.sides import Difference, PairedSide, build_side
from dipmaster.evaluation.statistics.sample import build_sample
from dipmaster.evaluation.statistics.streams import Resampling
from dipmaster.learning.evaluation.clustered import t_critical
from dipmaster.results.common import Interval
from dipmaster.results.metrics import (
    COMPARED,
    MAX_DRAWDOWN,
    MEAN_NET_BPS,
    METRICS,
    PROFIT_FACTOR,
    TRADES_FRAC,
    WIN_RATE,
)

ALPHA, DAYS = 0.025, 60
DRAWS = Resampling(300, 10, derive_stream_key(5, 1, 4))


def random_track(sample_of, seed: int, name: str = "phase 1", trades: int = 200) -> PairedSide:
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, DAYS, trades))
    net = np.where(rng.random(trades) < 0.6, 4.0, -5.0) * rng.lognormal(0, 0.3, trades)
    return PairedSide(name, sample_of(net, day, DAYS), np.arange(trades))


def part_of(track: PairedSide, rows: np.ndarray, sample_of) -> PairedSide:
    net, day = track.sample.net[rows], track.sample.day[rows]
    return PairedSide("later", sample_of(net, day, DAYS), track.candidate[rows])


def test_win_rate_by_hand(sample_of) -> None:
    """Seven candidates in four blocks; the later phase trades five of them."""
    net, day = np.array([1.0, -1, 1, -1, -1, 1, -1]), np.array([0, 1, 2, 10, 11, 20, 30])
    earlier = PairedSide("earlier", sample_of(net, day, 40), np.arange(7))
    rows = np.array([0, 2, 3, 5, 6])
    later = PairedSide("later", sample_of(net[rows], day[rows], 40), rows)
    found = trades.compare_win_rate(later, earlier, ALPHA, 0)
    both_won = (1 - 3 / 5) / 5 - (1 - 3 / 7) / 7
    both_lost = -(3 / 5) / 5 + (3 / 7) / 7
    left_out = (3 / 7) / 7  # lost in the earlier phase, not traded in the later
    influence = np.array([both_won, left_out, both_won, both_lost, left_out, both_won, both_lost])
    alone = 7 / 6 * np.sum(influence**2)
    sums = [influence[:3].sum(), influence[3:5].sum(), influence[5], influence[6]]
    together = 4 / 3 * np.sum(np.square(sums))
    half = t_critical(3, ALPHA) * math.sqrt(max(alone, together))
    assert found.value == pytest.approx(3 / 5 - 3 / 7)
    assert found.high - found.value == pytest.approx(half)
    assert found.value - found.low == pytest.approx(half)


def test_a_difference_of_rates_has_bounds_within_what_it_can_be(sample_of) -> None:
    """Four trades each, all won against all lost."""
    day = np.array([1, 11, 21, 31])
    sides = [
        PairedSide(name, sample_of(net, day, 40), np.arange(4) + first)
        for name, net, first in (("later", np.ones(4), 0), ("earlier", -np.ones(4), 4))
    ]
    difference = trades.compare_win_rate(*sides, ALPHA, 30)
    assert (difference.value, difference.high) == (1.0, 1.0)
    assert -1.0 <= difference.low < 0.5


def test_number_of_trades_by_hand(sample_of) -> None:
    """Every second trade: blocks agree, and only the luck of independent candidates is left."""
    earlier = random_track(sample_of, 3)
    later = part_of(earlier, np.arange(0, 200, 2), sample_of)
    found = trades.compare_trade_count(later, earlier, ALPHA)
    assert found.value == -0.5
    alone = 200 / 199 * (100 * (1 / 100 - 1 / 200) ** 2 + 100 / 200**2)
    half = t_critical(5, ALPHA) * math.sqrt(alone)
    assert found.low == pytest.approx(math.expm1(math.log(0.5) - half))
    assert found.high == pytest.approx(math.expm1(math.log(0.5) + half))


def test_log_profit_factor_is_a_ratio(sample_of) -> None:
    later, earlier = random_track(sample_of, 3), random_track(sample_of, 4)
    found = trades.compare_profit_factor(later, earlier, ALPHA, 0)
    factors = [
        trade_metrics.estimate_profit_factor(t.sample, ALPHA, 0).value for t in (later, earlier)
    ]
    assert math.exp(found.value) == pytest.approx(factors[0] / factors[1])


def test_identical_phases_differ_by_exactly_nothing(sample_of, gates) -> None:
    track = random_track(sample_of, 3)
    found = compare_metrics(track, replace(track, name="phase 0"), 1, gates)
    assert list(found) == [metric.key for metric in COMPARED]
    for name, one in found.items():
        assert (one.value, one.low, one.high) == (0.0, 0.0, 0.0), name
        assert judge_difference(METRICS[name], one, "").verdict == "inconclusive"


def test_order_turns_the_sign(sample_of, gates) -> None:
    one, other = random_track(sample_of, 3), random_track(sample_of, 9, "phase 0", 150)
    there, back = compare_metrics(one, other, 1, gates), compare_metrics(other, one, 1, gates)
    for name in there.keys() - {TRADES_FRAC.key}:
        assert there[name].value == pytest.approx(-back[name].value), name
        assert there[name].low == pytest.approx(-back[name].high), name
    assert there["trades_frac"].value == pytest.approx(200 / 150 - 1)


def test_pairing_is_worth_something(sample_of) -> None:
    """The same trades but for a few: far narrower than two independent phases."""
    earlier = random_track(sample_of, 3)
    later = part_of(earlier, np.arange(10, 200), sample_of)
    near = trades.compare_win_rate(later, earlier, ALPHA, 0)
    far = trades.compare_win_rate(
        replace(later, candidate=later.candidate + 1000), earlier, ALPHA, 0
    )
    assert near.value == far.value
    assert near.high - near.low < (far.high - far.low) / 2
    days = account.compare_sharpe(later, earlier, ALPHA, DRAWS)
    apart = account.compare_sharpe(random_track(sample_of, 4), earlier, ALPHA, DRAWS)
    assert days.high - days.low < (apart.high - apart.low) / 2


def test_few_losers_widen_to_independent_intervals(sample_of) -> None:
    """With a single loser the later phase has next to no variance of its own."""
    earlier = random_track(sample_of, 3)
    won = earlier.sample.won
    later = part_of(earlier, np.flatnonzero(won | (np.arange(200) == won.argmin())), sample_of)
    narrow = trades.compare_win_rate(later, earlier, ALPHA, 0)
    found = trades.compare_win_rate(later, earlier, ALPHA, 30)
    own, other = (trade_metrics.estimate_win_rate(t.sample, ALPHA, 30) for t in (later, earlier))
    below = math.hypot(own.value - own.low, other.high - other.value)
    assert found.low == pytest.approx(found.value - below)
    assert found.low < narrow.low
    assert found.high >= narrow.high


def test_what_cannot_be_computed_says_why(sample_of, gates) -> None:
    earlier = random_track(sample_of, 3, "phase 0")
    nothing = PairedSide(
        "phase 1", sample_of(np.zeros(0), np.zeros(0, int), DAYS), np.zeros(0, int)
    )
    found = compare_metrics(nothing, earlier, 1, gates)
    for name in ("win_rate", "profit_factor", "mean_net_bps"):
        assert found[name] == Difference(None, reason="phase 1 has no trade")
    assert found["sharpe"].reason == "the account of phase 1 never moved"
    assert found["trades_frac"] == Difference(-1.0, reason="phase 1 has no trade")
    assert found["max_drawdown"].value < 0.0
    assert found["max_drawdown"].low is None
    assert found["net_return"].reason == "phase 1 has no trade"
    winners = part_of(earlier, np.flatnonzero(earlier.sample.won), sample_of)
    lost = trades.compare_profit_factor(winners, earlier, ALPHA, 30)
    assert lost == Difference(None, reason="later lost nothing")
    losers = part_of(earlier, np.flatnonzero(~earlier.sample.won), sample_of)
    assert trades.compare_profit_factor(losers, earlier, ALPHA, 30).reason == "later won nothing"
    back = compare_metrics(earlier, nothing, 1, gates)
    assert back["trades_frac"].value is None


def test_one_block_has_values_and_no_bounds(sample_of, gates) -> None:
    earlier = random_track(sample_of, 3)
    later = part_of(earlier, np.flatnonzero(earlier.sample.block == 2), sample_of)
    for name, one in compare_metrics(later, earlier, 1, gates).items():
        assert one.value is not None, name
        assert (one.low, one.high, one.reason) == (None, None, "1 of 4 blocks that bounds need"), (
            name
        )


def test_a_lost_account(sample_of) -> None:
    earlier = random_track(sample_of, 3)
    ruined = random_track(sample_of, 4)
    growth = ruined.sample.days.growth.copy()
    growth[30] = 0.0
    ruined = replace(
        ruined, sample=replace(ruined.sample, days=replace(ruined.sample.days, growth=growth))
    )
    found = account.compare_net_return(ruined, earlier, ALPHA, DRAWS)
    assert (found.low, found.reason) == (None, "an account was lost")


def test_the_same_days_for_both(sample_of) -> None:
    """An account that always earns a constant less a day: the difference has no spread."""
    earlier = random_track(sample_of, 3)
    days = earlier.sample.days
    less = replace(days, growth=days.growth * math.exp(-0.001))
    later = replace(earlier, sample=replace(earlier.sample, days=less))
    found = account.compare_net_return(later, earlier, ALPHA, DRAWS)
    alone = account.compare_net_return(random_track(sample_of, 8), earlier, ALPHA, DRAWS)
    total = float(np.prod(days.growth))
    assert found.value == pytest.approx(total * math.expm1(-0.001 * DAYS))
    assert found.high - found.low < (alone.high - alone.low) / 4


@pytest.mark.parametrize(
    ("metric", "low", "high", "verdict"),
    [
        (WIN_RATE, 0.1, 0.3, "better"),
        (WIN_RATE, -0.3, -0.1, "worse"),
        (WIN_RATE, -0.1, 0.3, "inconclusive"),
        (WIN_RATE, 0.0, 0.3, "inconclusive"),
        (WIN_RATE, -0.3, 0.0, "inconclusive"),
        (MAX_DRAWDOWN, -0.3, -0.1, "better"),
        (MAX_DRAWDOWN, 0.1, 0.3, "worse"),
        (TRADES_FRAC, 0.1, 0.3, "inconclusive"),
    ],
)
def test_verdicts_know_which_way_is_better(metric, low, high, verdict) -> None:
    difference = Difference((low + high) / 2, low, high)
    comparison = judge_difference(metric, difference, "")
    assert comparison.verdict == verdict
    assert comparison.reason
    lacking = judge_difference(
        metric, difference, "sample too small in phase 1 (3 trades, minimum 100)"
    )
    assert lacking.verdict == ("insufficient data" if metric.direction else "inconclusive")
    assert (lacking.low, lacking.high) == (low, high)
    if metric.direction:
        assert lacking.reason.startswith("sample too small in phase 1")


@pytest.mark.parametrize("metric", [MEAN_NET_BPS, PROFIT_FACTOR, MAX_DRAWDOWN])
def test_what_rounding_leaves_of_equal_sums_is_no_change(metric) -> None:
    """Same trades in other sizes have means that differ in the last bits: never better or worse."""
    judge = judge_factor if metric.changes_by_ratio else judge_difference
    noise = Difference(1.4e-13, 0.8e-13, 2.0e-13)
    found = judge(metric, noise, "")
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
    assert found.verdict == "inconclusive"
    small = judge(metric, Difference(1.4e-5, 0.8e-5, 2.0e-5), "")
    assert small.low == 0.8e-5
    assert small.verdict in ("better", "worse")
    wide = judge(metric, Difference(1.4e-13, -0.2, 0.2), "")
    assert (wide.value, wide.low) == (1.4e-13, -0.2)


def test_a_factor_stands_beside_its_logarithm() -> None:
    comparison = judge_factor(PROFIT_FACTOR, Difference(math.log(2.0), math.log(1.5), None), "")
    assert comparison.ratio == Interval(pytest.approx(2.0), pytest.approx(1.5), None)
    assert comparison.value == math.log(2.0)


def test_candidates_of_the_out_of_sample_trades(ledger_of, trip, period) -> None:
    boundary = 20 * 288
    ledger = ledger_of([trip(100, 5, 1.0), trip(boundary + 5, 5, 2.0)], period)
    track = build_side(1, build_sample(ledger.trades, ledger.equity, period), ledger, period)
    assert track.name == "phase 1"
    assert track.candidate.tolist() == [1]


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_bounds_hold_the_value(sample_of, gates, seed: int, other: int) -> None:
    quick = gates.model_copy(update={"bootstrap_reps": 100, "drawdown_horizon_days": 40})
    later = random_track(sample_of, seed, "phase 1", 20 + seed % 60)
    earlier = random_track(sample_of, other, "phase 0")
    for name, one in compare_metrics(later, earlier, 1, quick).items():
        if one.low is not None and name != "max_drawdown":  # its bounds are of another period
            assert one.low <= one.value <= one.high, name
