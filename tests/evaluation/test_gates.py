"""From estimates to verdicts: the rule, minimum data, Holm, and rows that keep their word."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.store import to_json_value
from dipmaster.evaluation.statistics.bootstrap import derive_stream_key
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.gates import DataCollected, judge_gates, withhold_verdicts
from dipmaster.evaluation.statistics.metrics import PhaseSample, build_estimators
from dipmaster.evaluation.statistics.minimum_data import count_data, describe_missing_data
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool
from dipmaster.results.metrics import FIXED_TARGETS, GATES, METRICS

TARGETS = {
    "win_rate": 0.85,
    "sharpe": 2.0,
    "profit_factor": 1.8,
    "max_drawdown": 0.03,
    **FIXED_TARGETS,
}


def fixed(value, low, high, reason=""):
    return lambda alpha: Estimate(value, low, high, 500, 300.0, "log", reason)


def judged(gates, counts=(), **estimators):
    """Gates of a phase whose data, collected in 500 days, are those counts."""
    targets = {name: TARGETS[name] for name in estimators}
    return judge_gates(3, estimators, targets, gates, DataCollected(500, counts))


@pytest.mark.parametrize(
    ("metric", "value", "low", "high", "verdict"),
    [
        ("profit_factor", 2.5, 1.8, 3.0, "PASS"),
        ("profit_factor", 2.5, 1.79, 3.0, "INCONCLUSIVE"),
        ("profit_factor", 1.0, 0.8, 1.8, "INCONCLUSIVE"),
        ("profit_factor", 1.0, 0.8, 1.79, "FAIL"),
        ("profit_factor", None, None, None, "INSUFFICIENT DATA"),
        ("sharpe", 5.0, None, None, "INSUFFICIENT DATA"),
        ("max_drawdown", 0.02, 0.01, 0.029, "PASS"),
        ("max_drawdown", 0.02, 0.01, 0.03, "INCONCLUSIVE"),
        ("max_drawdown", 0.03, 0.01, 0.02, "FAIL"),
        ("max_drawdown", 0.01, None, None, "INSUFFICIENT DATA"),
    ],
)
def test_the_rule(gates, metric, value, low, high, verdict) -> None:
    row = judged(gates, **{metric: fixed(value, low, high)}).rows[0]
    assert row.verdict == verdict
    assert row.direction == ("max" if metric == "max_drawdown" else "min")
    assert row.reason


def test_reasons_in_words(gates) -> None:
    rows = judged(
        gates,
        win_rate=fixed(0.8, 0.75, 0.9),
        profit_factor=fixed(None, None, None, "no trade lost money"),
        max_drawdown=fixed(0.02, 0.01, 0.05),
        sharpe=fixed(5.0, 4.0, 6.0),
    ).rows
    assert [row.reason for row in rows] == [
        "the target 85.0 % lies within the confidence interval, 75.0 % to 90.0 %; sample size "
        "for 50 % power: about 1,888 trades",
        "not computable: no trade lost money",
        "the observed 2.0 % is below the limit 3.0 %, the upper bound of the bootstrap paths "
        "5.0 % is not",
        "the lower confidence bound 4.00 meets the target 2.00",
    ]


def test_too_little_data_silences_every_gate(gates) -> None:
    """Also a drawdown that is far beyond its target."""
    phase = judged(
        gates,
        ((3, 100, "trades"),),
        win_rate=fixed(0.99, 0.95, 1.0),
        max_drawdown=fixed(0.5, 0.4, 0.6),
        profit_factor=fixed(None, None, None, "no trade lost money"),
    )
    assert {row.verdict for row in phase.rows} == {"INSUFFICIENT DATA"}
    assert phase.rows[0].reason == "sample too small (3 trades, minimum 100)"
    assert phase.rows[2].reason == "sample too small (3 trades, minimum 100); no trade lost money"
    assert phase.ruling.verdict == "INSUFFICIENT DATA"


def test_what_is_insufficient(gates, sample_of) -> None:
    day = np.arange(120) % 60
    enough = sample_of(np.where(np.arange(120) % 6, 5.0, -5.0), day, 60)
    assert describe_missing_data(enough, gates) == ""
    lucky = sample_of(np.where(np.arange(120) % 20, 5.0, -5.0), day, 60)
    assert describe_missing_data(lucky, gates) == "sample too small (6 losing trades, minimum 10)"
    few = sample_of(np.array([1.0, -1.0]), np.array([0, 1]), 60)
    assert describe_missing_data(few, gates) == (
        "sample too small (2 trades, minimum 100; 1 losing trade, minimum 10; "
        "1 block with trades, minimum 6)"
    )


def test_trades_that_broke_even_do_not_meet_the_minimum_of_losing_trades(gates, sample_of) -> None:
    at = np.arange(120)
    even = sample_of(np.where(at < 10, 0.0, 5.0), at % 60, 60)
    assert (even.not_won, even.losing_trades) == (gates.min_losing_trades, 0)
    assert describe_missing_data(even, gates) == "sample too small (0 losing trades, minimum 10)"
    lost = sample_of(np.where(at < 20, np.where(at % 2, 0.0, -5.0), 5.0), at % 60, 60)
    assert (lost.not_won, describe_missing_data(lost, gates)) == (20, "")


def test_the_phase_passes_only_with_all_its_gates(gates) -> None:
    good, unsure = fixed(3.0, 2.5, 4.0), fixed(3.0, 1.0, 4.0)
    assert judged(gates, sharpe=good, profit_factor=good).ruling.verdict == "PASS"
    ruling = judged(gates, sharpe=good, profit_factor=unsure).ruling
    assert (ruling.verdict, ruling.reason) == ("INCONCLUSIVE", "inconclusive: profit factor")
    ruling = judged(gates, sharpe=unsure, profit_factor=unsure).ruling
    assert ruling.reason == "inconclusive: Sharpe, profit factor"


def test_a_phase_fails_only_beyond_holm(gates) -> None:
    """One of two gates fails at alpha; at alpha / 2 its bound reaches the target again."""

    def barely(alpha: float) -> Estimate:
        return Estimate(1.0, 0.5, 1.7 if alpha == gates.alpha else 1.9, 500, 300.0, "log")

    good = fixed(3.0, 2.5, 4.0)
    phase = judged(gates, sharpe=good, profit_factor=barely)
    assert phase.rows[1].verdict == "FAIL"
    assert phase.ruling.verdict == "INCONCLUSIVE"
    clear = judged(gates, sharpe=good, profit_factor=fixed(1.0, 0.5, 1.5)).ruling
    assert (clear.verdict, clear.reason) == (
        "FAIL",
        "fails, corrected for 2 gates (Holm): profit factor",
    )


def test_a_ledger_that_does_not_add_up_has_no_verdict(gates) -> None:
    phase = withhold_verdicts(judged(gates, sharpe=fixed(3.0, 2.5, 4.0)), ["cash"])
    assert phase.rows[0].verdict == phase.ruling.verdict == "INCONCLUSIVE"
    assert phase.rows[0].reason == "withheld: the ledger fails its checks: cash"
    assert phase.rows[0].value == 3.0


def pool_of(net: np.ndarray, block: np.ndarray) -> EntryPool:
    n = net.size
    return EntryPool(net, np.full(n, 1 / max(n, 1)), block, net < 9e9)


@given(
    st.lists(
        st.tuples(
            st.floats(-300, 300).filter(lambda x: x == 0 or abs(x) > 1e-3), st.integers(0, 89)
        ),
        max_size=250,
    ),
    st.booleans(),
)
def test_rows_of_any_ledger_keep_their_word(gates, sample_of, trades, demanding: bool) -> None:
    """Schema, order of bounds, verdict as the bounds say; JSON takes every row."""
    sample = sample_of(
        np.array([x for x, _ in trades]), np.array([d for _, d in trades], dtype=np.int64), 90
    )
    limits = {} if demanding else {"min_trades": 2, "min_losing_trades": 0, "min_blocks": 2}
    quick = gates.model_copy(update={"bootstrap_reps": 100, **limits})
    pool = pool_of(sample.return_frac, sample.block)
    too_small, counts = describe_missing_data(sample, quick), count_data(sample, quick)
    estimators = build_estimators(PhaseSample(0, sample, pool), quick)
    phase = judge_gates(0, estimators, TARGETS, quick, DataCollected(90, counts))
    json.dumps(to_json_value([asdict(row) for row in phase.rows]), allow_nan=False)
    assert [row.metric for row in phase.rows] == [metric.key for metric in GATES]
    for row in phase.rows:
        kept(row, bool(too_small), quick.drawdown_horizon_days > 90)
    if any(row.verdict == "PASS" for row in phase.rows):
        assert not too_small


def kept(row, too_small: bool, too_short: bool) -> None:
    assert row.reason
    assert row.n >= 0
    assert row.n_needed is None or row.n_needed >= 1
    lowest, highest = METRICS[row.metric].support
    for number in (row.value, row.low, row.high):
        assert number is None or lowest is None or number >= lowest
        assert number is None or highest is None or number <= highest
    known = None not in (row.value, row.low, row.high)
    if row.metric != "max_drawdown" and known:
        assert row.low <= row.value <= row.high
    assert (row.days_needed is None) == bool(row.days_needed_reason)
    expected = "INCONCLUSIVE" if known and not too_small else "INSUFFICIENT DATA"
    if known and not too_small and row.metric == "max_drawdown":
        expected = "PASS" if row.high < row.target else expected
        expected = "INSUFFICIENT DATA" if too_short else expected
        expected = "FAIL" if row.value >= row.target else expected
    elif known and not too_small:
        expected = "PASS" if row.low >= row.target else expected
        expected = "FAIL" if row.high < row.target else expected
    assert row.verdict == expected
    if expected in ("PASS", "FAIL"):
        assert row.days_needed == 0
    elif row.days_needed is not None:
        assert row.days_needed > 0


def test_streams_of_phases_and_uses_differ(gates) -> None:
    keys = {
        int(derive_stream_key(gates.seed, phase, use)[0]) for phase in range(5) for use in range(4)
    }
    assert len(keys) == 20


@pytest.mark.parametrize(("blocks", "verdict"), [(2, "INSUFFICIENT DATA"), (4, "FAIL")])
def test_no_params_give_a_verdict_on_fewer_than_four_blocks(
    gates, sample_of, blocks, verdict
) -> None:
    """Params that ask for two blocks: every metric with bounds keeps to what bounds need."""
    few = gates.model_copy(update={"min_blocks": 2, "min_losing_trades": 0, "bootstrap_reps": 100})
    day = np.arange(120) % blocks * gates.block_days
    sample = sample_of(np.where(np.arange(120) % 3, -40.0, 10.0), np.sort(day), 120)
    lacks = describe_missing_data(sample, few)
    assert lacks == ("sample too small (2 blocks with trades, minimum 4)" if blocks == 2 else "")
    phase = judge_gates(
        0, build_estimators(PhaseSample(0, sample, pool_of(sample.return_frac, sample.block)), few),
        TARGETS, few, DataCollected(120, count_data(sample, few)),
    )  # fmt: skip
    rows = {row.metric: row for row in phase.rows}
    assert rows["win_rate"].low is not None
    assert rows["max_drawdown"].high is not None
    assert rows["win_rate"].verdict == verdict
    assert rows["max_drawdown"].verdict == verdict


def test_excess_needs_enough_matched_trades(gates, sample_of) -> None:
    """200 trades are enough, the 5 or 90 that could be matched are not."""
    rng = np.random.default_rng(1)
    sample = sample_of(rng.normal(2, 20, 200), np.arange(200) % 70, 70)
    pool = pool_of(np.where(np.arange(200) % 2, 0.01, -0.01), sample.block)
    assert describe_missing_data(sample, gates) == ""
    for matched, reason in (
        (200, ""),
        (90, "matched sample too small (90 trades, minimum 100)"),
        (5, "1 of 4 blocks that bounds need"),
    ):
        chosen = replace(pool, matched=np.arange(200) < matched)
        excess = build_estimators(PhaseSample(0, sample, chosen), gates)["excess_win_rate"](0.025)
        assert excess.value is not None
        assert excess.reason.startswith(reason)
        assert (excess.low is None) == (excess.high is None) == bool(reason)


@pytest.mark.parametrize(
    ("metric", "n", "value", "bounds", "needed"),
    [
        ("sharpe", 500, 9.0, (1.9, 16.1), 515),
        ("sharpe", 100, 30.0, (1.9, 58.0), 180),  # at least 6 blocks of 30 days
        ("profit_factor", 80, 3.6, (1.79, 7.0), 100),  # at least as many as any verdict needs
        ("max_drawdown", 100, 0.02, (0.01, 0.05), None),
    ],
)
def test_what_is_needed_is_at_least_the_minimum_data(
    gates, metric, n, value, bounds, needed
) -> None:
    estimate = Estimate(value, *bounds, n, n / 2, "linear")
    row = judged(gates, **{metric: lambda alpha: estimate}).rows[0]
    assert row.n_needed == needed
    unit = "days" if metric == "sharpe" else "trades"
    said = f"; sample size for 50 % power: about {needed} {unit}"
    assert row.reason.endswith(said) == (needed is not None)
