"""How many days more decide: until the minimum data, or until the sample size for 50 % power."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.gates import (
    DataCollected,
    PhaseGates,
    abstain,
    judge_gates,
    withhold_verdicts,
)
from dipmaster.evaluation.statistics.metrics import PhaseSample, build_estimators
from dipmaster.evaluation.statistics.minimum_data import (
    DecisionTime,
    count_data,
    find_longest,
    project_count,
)
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool
from dipmaster.learning.evaluation.minimum_data import Count, describe_shortage
from dipmaster.results.gates import GateRow

ENOUGH: tuple[Count, ...] = ((200, 100, "trades"), (40, 10, "losing trades"))
TARGETS = {"win_rate": 0.85, "sharpe": 2.0, "profit_factor": 1.8, "max_drawdown": 0.03}


def judged(
    gates: Gates, counts: tuple[Count, ...] = ENOUGH, days: int = 400, **estimates: Estimate
) -> PhaseGates:
    estimators = {key: (lambda alpha, one=one: one) for key, one in estimates.items()}
    targets = {key: TARGETS[key] for key in estimates}
    return judge_gates(1, estimators, targets, gates, DataCollected(days, counts))


def linear(value: float, low: float, high: float, n: int = 200) -> Estimate:
    return Estimate(value, low, high, n, n / 2, "linear")


@pytest.mark.parametrize(
    ("have", "need", "days", "expected"),
    [
        (96, 100, 550, 23),  # 4 more at 96 in 550 days: 22.9 days
        (100, 100, 550, 0),
        (1, 10, 7, 63),
        (50, 51, 50, 1),
    ],
)
def test_a_count_grows_as_it_did(have: int, need: int, days: int, expected: int) -> None:
    assert project_count((have, need, "trades"), days) == DecisionTime(expected)
    if expected:
        assert have + expected * have / days >= need > have + (expected - 1) * have / days


def test_nothing_so_far_has_no_rate() -> None:
    assert project_count((0, 10, "losing trades"), 90) == DecisionTime(
        None, "no losing trades so far"
    )


def test_the_longest_counts_and_an_unknown_one_hides_it() -> None:
    assert find_longest([]) == DecisionTime(0)
    assert find_longest([DecisionTime(3), DecisionTime(9), DecisionTime(0)]) == DecisionTime(9)
    some = [DecisionTime(9), DecisionTime(None, "a"), DecisionTime(None, "b")]
    assert find_longest([*some, DecisionTime(None, "a")]) == DecisionTime(None, "a; b")


def test_without_minimum_data_the_slowest_count_decides(gates: Gates) -> None:
    """4 more trades take 23 days, 3 more losers 236."""
    counts = ((96, 100, "trades"), (7, 10, "losing trades"), (18, 6, "blocks with trades"))
    phase = judged(gates, counts, 550, win_rate=linear(0.9, 0.88, 0.95))
    row = phase.rows[0]
    assert (row.verdict, row.days_needed) == ("INSUFFICIENT DATA", math.ceil(3 * 550 / 7))
    assert row.reason == "sample too small (96 trades, minimum 100; 7 losing trades, minimum 10)"
    assert row.n_needed is not None
    assert phase.ruling.verdict == "INSUFFICIENT DATA"
    assert phase.decision_time == DecisionTime(236)


@pytest.mark.parametrize(
    ("metric", "estimate", "needed", "days"),
    [
        # Half-width .10 for a distance of .05: four times as many.
        ("win_rate", linear(0.90, 0.80, 1.0, 200), 800, 1200),
        ("sharpe", linear(2.5, 1.5, 3.5, 400), 1600, 1200),  # n counts days
    ],
)
def test_an_interval_that_holds_the_target_needs_n_needed(
    gates: Gates, metric: str, estimate: Estimate, needed: int, days: int
) -> None:
    row = judged(gates, **{metric: estimate}).rows[0]
    assert row.verdict == "INCONCLUSIVE"
    assert row.n_needed in (needed, needed + 1)  # rounded up
    assert row.days_needed in (days, days + 2, days + 1)
    assert row.days_needed == math.ceil((row.n_needed - row.n) * 400 / row.n)


def test_a_decided_gate_and_phase_need_no_day(gates: Gates) -> None:
    good, bad = linear(0.95, 0.90, 0.99), linear(0.5, 0.4, 0.6)
    assert judged(gates, win_rate=good).rows[0].days_needed == 0
    assert judged(gates, win_rate=good).decision_time == DecisionTime(0)
    failing = judged(gates, win_rate=bad, sharpe=linear(2.5, 1.5, 3.5, 400))
    assert [row.days_needed for row in failing.rows] == [0, 1200]
    assert (failing.ruling.verdict, failing.decision_time) == ("FAIL", DecisionTime(0))


def test_a_bound_of_a_fixed_horizon_has_no_sample_size(gates: Gates) -> None:
    row = judged(gates, max_drawdown=linear(0.02, 0.01, 0.05, 400)).rows[0]
    assert (row.verdict, row.days_needed) == ("INCONCLUSIVE", None)
    assert row.days_needed_reason.startswith("the bound is that of a fixed horizon")
    phase = judged(
        gates, max_drawdown=linear(0.02, 0.01, 0.05, 400), win_rate=linear(0.9, 0.8, 1.0)
    )
    assert phase.decision_time == DecisionTime(None, row.days_needed_reason)


def test_a_value_on_the_target_has_none_either(gates: Gates) -> None:
    row = judged(gates, win_rate=linear(0.85, 0.80, 0.90)).rows[0]
    assert (row.verdict, row.n_needed, row.days_needed) == ("INCONCLUSIVE", None, None)
    assert row.days_needed_reason == "the value lies too close to the target"


def test_what_cannot_be_computed_says_so(gates: Gates) -> None:
    nothing = Estimate(None, None, None, 200, 100.0, "log", "no trade lost money")
    row = judged(gates, profit_factor=nothing).rows[0]
    assert (row.verdict, row.days_needed) == ("INSUFFICIENT DATA", None)
    assert row.days_needed_reason == row.reason == "not computable: no trade lost money"


def test_a_gate_that_fails_alone_has_no_time(gates: Gates) -> None:
    """It fails at alpha, but not at Holm's share of it, and nothing else is open."""

    def barely(alpha: float) -> Estimate:
        return Estimate(1.0, 0.5, 1.7 if alpha == gates.alpha else 1.9, 200, 100.0, "log")

    good = linear(3.0, 2.5, 4.0, 400)
    targets = {key: TARGETS[key] for key in ("profit_factor", "sharpe")}
    estimators = {"profit_factor": barely, "sharpe": lambda alpha: good}
    phase = judge_gates(1, estimators, targets, gates, DataCollected(400, ENOUGH))
    assert phase.ruling.verdict == "INCONCLUSIVE"
    assert phase.decision_time.days is None
    assert "Holm" in phase.decision_time.reason


def test_no_trade_has_no_time(gates: Gates) -> None:
    counts = ((0, 100, "trades"), (0, 10, "losing trades"), (0, 6, "blocks with trades"))
    empty = Estimate(None, None, None, 0, 0.0, "logit", "no trade")
    phase = abstain(judged(gates, counts, win_rate=empty), "nothing reached it")
    row = phase.rows[0]
    assert (row.verdict, row.days_needed) == ("INSUFFICIENT DATA", None)
    assert row.days_needed_reason.startswith("no trades so far")
    assert row.reason.startswith("abstained: nothing reached it; sample too small (0 trades, ")
    assert phase.decision_time == DecisionTime(None, row.days_needed_reason)


def test_time_to_power_is_that_of_the_slower_count(gates: Gates) -> None:
    """96 of 100 trades: the minimum is there in 23 days, the 1,403 that decide in 7,489."""
    counts = ((96, 100, "trades"), (20, 10, "losing trades"), (18, 6, "blocks with trades"))

    def row(high: float) -> GateRow:
        return judged(gates, counts, 550, win_rate=linear(0.9, 0.9 - high, 0.9 + high, 96)).rows[0]

    slow, quick = row(0.19), row(0.01)
    assert slow.n_needed is not None
    assert slow.days_needed == quick.days_needed == 23
    assert slow.days_to_power == math.ceil((slow.n_needed - 96) * 550 / 96)
    assert quick.n_needed is not None
    assert quick.n_needed <= 100
    assert quick.days_to_power == 23


def test_time_to_power_of_decided_and_of_unknown(gates: Gates) -> None:
    assert judged(gates, win_rate=linear(0.95, 0.90, 0.99)).rows[0].days_to_power == 0
    unsure = judged(gates, win_rate=linear(0.9, 0.8, 1.0)).rows[0]
    assert unsure.days_to_power == unsure.days_needed == 1200
    assert judged(gates, max_drawdown=linear(0.02, 0.01, 0.05, 400)).rows[0].days_to_power is None
    assert judged(gates, win_rate=linear(0.85, 0.80, 0.90)).rows[0].days_to_power is None
    none = ((96, 100, "trades"), (0, 10, "losing trades"), (18, 6, "blocks with trades"))
    without_losers = judged(gates, none, 550, win_rate=linear(0.9, 0.7, 1.0, 96)).rows[0]
    assert without_losers.n_needed is not None
    assert without_losers.days_to_power is None  # there is no rate of losing trades
    assert (
        withhold_verdicts(judged(gates, win_rate=linear(0.9, 0.8, 1.0)), ["a"])
        .rows[0]
        .days_to_power
        is None
    )


def test_a_broken_ledger_has_no_time(gates: Gates) -> None:
    phase = withhold_verdicts(judged(gates, win_rate=linear(0.9, 0.8, 1.0)), ["cash"])
    assert phase.rows[0].verdict == phase.ruling.verdict == "INCONCLUSIVE"
    assert phase.decision_time == DecisionTime(None, "the ledger fails its checks")


def test_insufficient_data_outranks_inconclusive_and_fail_outranks_both(gates: Gates) -> None:
    lacking = Estimate(None, None, None, 200, 100.0, "log", "no trade lost money")
    open_, lost = linear(0.9, 0.8, 1.0), linear(0.5, 0.4, 0.6)
    ruling = judged(gates, win_rate=open_, profit_factor=lacking).ruling
    assert ruling.verdict == "INSUFFICIENT DATA"
    assert ruling.reason == "insufficient data: profit factor; inconclusive: win rate"
    assert judged(gates, win_rate=lost, profit_factor=lacking).ruling.verdict == "FAIL"
    passing = linear(0.95, 0.9, 0.99)
    alone = judged(gates, win_rate=passing, profit_factor=lacking).ruling
    assert (alone.verdict, alone.reason) == (
        "INSUFFICIENT DATA",
        "insufficient data: profit factor",
    )


def test_a_year_that_is_not_over_cannot_pass_the_drawdown(
    gates: Gates, sample_of: Callable
) -> None:
    """200 quiet days: nothing near the limit, but the limit is one of 365 days."""
    rng = np.random.default_rng(4)
    sample = sample_of(rng.normal(1.0, 4.0, 400), np.arange(400) % 200, 200, 30)
    pool = EntryPool(sample.return_frac, np.full(400, 1 / 400), sample.block, np.ones(400, bool))
    targets = {**TARGETS, "excess_win_rate": 0.0}
    rows = {}
    for horizon in (365, 200):
        here = gates.model_copy(update={"drawdown_horizon_days": horizon, "bootstrap_reps": 200})
        estimators = build_estimators(PhaseSample(1, sample, pool), here)
        collected = DataCollected(200, count_data(sample, here))
        phase = judge_gates(1, estimators, targets, here, collected)
        rows[horizon] = next(row for row in phase.rows if row.metric == "max_drawdown")
    assert rows[200].verdict == "PASS"
    assert (rows[365].verdict, rows[365].days_needed) == ("INSUFFICIENT DATA", 165)
    assert rows[365].reason == "sample too small (200 days out of sample, minimum 365)"
    assert rows[365].high is not None


@pytest.mark.parametrize("matched", [90, 5])
def test_too_few_matched_trades_are_projected(
    gates: Gates, sample_of: Callable, matched: int
) -> None:
    rng = np.random.default_rng(1)
    sample = sample_of(rng.normal(2, 20, 200), np.arange(200) % 70, 70)
    chosen = np.arange(200) < matched
    pool = EntryPool(
        np.where(np.arange(200) % 2, 0.01, -0.01), np.full(200, 1 / 200), sample.block, chosen
    )
    estimate = build_estimators(PhaseSample(0, sample, pool), gates)["excess_win_rate"]
    collected = DataCollected(70, count_data(sample, gates))
    row = judge_gates(
        0, {"excess_win_rate": estimate}, {"excess_win_rate": 0.0}, gates, collected
    ).rows[0]
    assert row.verdict == "INSUFFICIENT DATA"
    assert row.days_needed is not None
    lacking = count_data(sample.only(chosen), gates)
    assert row.days_needed == max(math.ceil((need - n) * 70 / n) for n, need, _ in lacking)


def test_shortages_in_words() -> None:
    assert describe_shortage((5, 5, "trades")) == ""
    assert describe_shortage((1, 10, "losing trades"), (1, 6, "blocks with trades")) == (
        "sample too small (1 losing trade, minimum 10; 1 block with trades, minimum 6)"
    )
    assert describe_shortage((1234, 20_000, "trades")) == (
        "sample too small (1,234 trades, minimum 20,000)"
    )
