"""Claims of phase 1 held against made measurements: each verdict, and why."""

from dataclasses import replace

import pytest

from dipmaster.results.volatility.regimes import RegimesNotJudged
from tests.evaluation.made_claims import (
    Measure,
    accuracy,
    claims_of,
    heterogeneity,
    measured,
    win_rate,
)
from tests.made.common import comparison

FEW = "sample too small in phase 1 (12 trades, minimum 100)"


@pytest.fixture
def claims(gates) -> Measure:
    return claims_of(gates)


def test_all_met(claims) -> None:
    rows = claims(measured())
    assert {row.verdict for row in rows.values()} == {"met"}
    assert {row.phase for row in rows.values()} == {1}
    assert rows["1.1.trades"].target == (-0.30, -0.25)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(0.041, "met"), (0.035, "inconclusive"), (0.019, "not met"), (None, "insufficient data")],
)
def test_the_near_end_of_a_range_is_the_claim(claims, change, verdict) -> None:
    assert (
        claims(measured().with_change(win_rate=comparison(change, 0.01)))["1.1.win_rate"].verdict
        == verdict
    )


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (-0.275, "met"),
        (-0.295, "inconclusive"),
        (-0.32, "not met"),
        (-0.20, "not met"),
        (-0.97, "not met"),
    ],
)
def test_fewer_trades_means_between_the_two(claims, change, verdict) -> None:
    rows = claims(measured().with_change(trades_frac=comparison(change, 0.01)))
    assert rows["1.1.trades"].verdict == verdict
    assert f"with {-100 * change:.0f} % fewer trades" in rows["1.1.win_rate"].reason


def test_fewer_false_signals_is_precision_turned_round(claims) -> None:
    row = claims(measured().with_precision_change(0.005))["1.1.false_signals"]
    assert (row.value, row.low, row.high) == pytest.approx((-0.005, -0.015, 0.005))
    assert row.verdict == "inconclusive"
    assert "the change in precision with the opposite sign" in row.reason
    assert "30.0 % of all candidates not won are traded" in row.reason
    worse = claims(measured().with_precision_change(-0.05))
    assert worse["1.1.false_signals"].verdict == "not met"


def test_too_little_data_concludes_nothing_of_trades(claims) -> None:
    rows = claims(measured(), FEW)
    names = "1.1.win_rate", "1.1.trades", "1.1.precision", "validator.precision", "1.3.stable"
    for name in names:
        assert rows[name].verdict == "insufficient data"
        assert rows[name].reason.startswith(FEW)
        assert rows[name].value is not None
    assert rows["validator.recall"].verdict == "met"  # it rests on candidates


def test_too_short_a_period_concludes_nothing(claims) -> None:
    rows = claims(measured(), blocks=5)
    assert rows["1.3.accuracy"].verdict == "insufficient data"
    assert rows["1.3.accuracy"].reason.startswith(
        "sample too small (5 blocks out of sample, minimum 6);"
    )


def test_few_spells_show_no_accuracy(claims) -> None:
    """Bars of one spell of the market's state are no new evidence."""
    for spells, verdict in ((5, "insufficient data"), (6, "met")):
        case = replace(measured(), regimes=replace(measured().regimes, episodes=spells))
        row = claims(case)["1.3.accuracy"]
        assert (row.verdict, row.n) == (verdict, spells)
        lacks = "sample too small (5 spells of one market state, minimum 6);"
        assert row.reason.startswith(lacks) == (spells == 5)


def test_recall_needs_profitable_candidates(claims) -> None:
    for few, lacks in (
        ({"n_positive": 30}, "sample too small (30 profitable candidates, minimum 100);"),
        ({"blocks_with_positives": 2}, "sample too small (2 blocks with them, minimum 6);"),
    ):
        rows = claims(measured().with_quality(**few))
        for name in ("validator.recall", "validator.f1"):
            assert rows[name].verdict == "insufficient data"
            assert rows[name].reason.startswith(lacks)


def test_the_validators_targets_contradict_each_other(claims) -> None:
    f1 = 2 * 0.85 * 0.75 / (0.85 + 0.75)
    assert f1 == pytest.approx(0.797, abs=5e-4)
    assert "F1 = 0.797, below its 0.80" in claims(measured())["validator.f1"].reason
    recall = claims(measured())["validator.recall"]
    assert "of the drops with a built-in reversal 70.0 %" in recall.reason
    unknown = claims(measured().with_quality(planted_recall=None))["validator.recall"]
    assert "built-in" not in unknown.reason


def test_a_proxy_is_never_accuracy(claims) -> None:
    proxy = accuracy(0.97, 10)
    case = measured().with_detector(proxy=proxy, coin_truth=None, market_truth=None)
    row = claims(case)["1.3.accuracy"]
    assert (row.verdict, row.value) == ("insufficient data", None)
    assert "proxy accuracy 97.0 %" in row.reason
    assert "not accuracy" in row.reason
    not_judged = RegimesNotJudged(reason="less than a day out of sample")
    short = claims(replace(measured(), regimes=not_judged))
    assert short["1.3.accuracy"].reason == "less than a day out of sample"


def test_regime_accuracy_is_that_of_the_coins(claims) -> None:
    case = measured().with_detector(coin_truth=accuracy(0.76, 10))
    row = claims(case)["1.3.accuracy"]
    assert (row.value, row.verdict) == (0.76, "not met")
    assert "against the market's state 95.0 %" in row.reason
    assert (row.n, row.n_bars) == (123, 10)  # bars of one spell are no new evidence


def test_stable_needs_a_test_that_could_have_found_something(claims) -> None:
    """No significant difference and wide intervals prove nothing."""
    assert claims(measured())["1.3.stable"].high == pytest.approx(0.02 * 2**0.5)
    wide = tuple(
        win_rate(name, 40, rate, rate - 0.1, rate + 0.08)
        for name, rate in (("low", 0.88), ("high", 0.85))
    )
    row = claims(measured().with_quality(win_rate_by_regime=wide))["1.3.stable"]
    assert row.verdict == "inconclusive"
    assert row.value == pytest.approx(0.03)
    assert "the test has little power" in row.reason
    assert "p = 0.6" in row.reason
    unstable = heterogeneity(0.0001, "heterogeneous")
    row = claims(measured().with_quality(heterogeneity=unstable))["1.3.stable"]
    assert (row.verdict, row.reason) == (
        "not met",
        "win rates differ between regimes, p = 0.0001",
    )
    untested = heterogeneity(None, None, "trades in 3 blocks only")
    row = claims(measured().with_quality(heterogeneity=untested))["1.3.stable"]
    assert (row.verdict, row.reason) == ("insufficient data", "trades in 3 blocks only")
    one = claims(measured().with_quality(win_rate_by_regime=wide[:1]))["1.3.stable"]
    assert one.reason == "fewer than two regimes were traded"
