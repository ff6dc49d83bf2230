"""Trailing stop and exit scores on bars small enough to check by hand; see made_toys.py."""

from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import ExitRules, ScoreExitRule, TrailingStopRule
from tests.backtest.made_toys import FLAT, exit_of, make_trailing, run_toy


def test_trailing_level_acts_from_the_next_bar(make: Any) -> None:
    """High 100.8 activates (0.6 %) and puts the level at 100.5; that bar's own low is 99.9."""
    bars = [FLAT, (100, 100.8, 99.9, 100.7), (100.6, 100.7, 100.4, 100.6)]
    assert exit_of(run_toy(make, bars, make_trailing())) == (
        "trailing_stop",
        1,
        pytest.approx(100.5),
    )


def test_trailing_level_never_falls(make: Any) -> None:
    """Peak 100.9 sets 100.6; the lower high after it does not lower the level."""
    bars = [
        FLAT,
        (100, 100.9, 99.9, 100.8),
        (100.8, 100.82, 100.7, 100.7),
        (100.7, 100.7, 100, 100),
    ]
    assert exit_of(run_toy(make, bars, make_trailing())) == (
        "trailing_stop",
        2,
        pytest.approx(100.6),
    )


def test_trailing_below_activation_does_nothing(make: Any) -> None:
    bars = [FLAT, (100, 100.5, 99.9, 100.2), (100.2, 100.3, 98.5, 99)]
    assert exit_of(run_toy(make, bars, make_trailing()))[0] == "end_of_data"


def test_trailing_is_floored_at_break_even_after_costs(make: Any) -> None:
    """Distance 2 % would leave the level at 98.7; costs of 10 bps a side need 100.2002."""
    rules = ExitRules(None, TrailingStopRule(np.array([0.02])))
    bars = [FLAT, (100, 100.7, 99.9, 100.6), (100.5, 100.6, 99, 99)]
    ledger = run_toy(make, bars, rules, taker_fee_bps=10.0)
    assert exit_of(ledger) == ("trailing_stop", 1, pytest.approx(100.2002002))
    assert ledger.trades["net_pnl"].iloc[0] == pytest.approx(0.0, abs=1e-9)


def _scores(*by_bar: float) -> ExitRules:
    return ExitRules(None, None, ScoreExitRule(np.array([by_bar])))


@pytest.mark.parametrize(
    ("score", "kind"),
    [(0.81, "optimal_timing"), (0.8, "end_of_data"), (0.6, "end_of_data"), (np.nan, "end_of_data")],
)
def test_exit_score_is_strictly_above(make: Any, score: float, kind: str) -> None:
    rules = _scores(np.nan, score)
    ledger = run_toy(make, [FLAT, FLAT, FLAT, (99.8, 100.2, 99.6, 100)], rules)
    if kind == "optimal_timing":
        assert exit_of(ledger) == (kind, 2, 99.8)
        assert ledger.fills["exit_confidence"].iloc[-1] == 0.81
    else:
        assert ledger.trades["exit_type"].tolist() == ["end_of_data"]


def test_partial_exit_sells_half_once(make: Any) -> None:
    """Bought 50 units at 100; 25 sold at 100.4, no second time, the rest at the target 101."""
    bars = [FLAT, FLAT, (100.4, 100.5, 100, 100), FLAT, (100, 101.5, 99.8, 101)]
    ledger = run_toy(make, bars, _scores(0.7, 0.7, 0.7, 0.7))
    fills = ledger.fills
    assert fills["exit_type"].tolist() == ["entry", "profit_taking", "target"]
    assert fills["quantity"].tolist() == [50.0, 25.0, 25.0]
    assert fills["exit_confidence"].tolist()[1:] == [0.7, 1.0]
    trade = ledger.trades.iloc[0]
    assert trade["exit_price"] == pytest.approx(100.7)
    assert trade["net_pnl"] == pytest.approx(25 * 0.4 + 25 * 1.0)


def test_partial_and_stop_in_one_bar(make: Any) -> None:
    bars = [FLAT, FLAT, (100.2, 100.3, 97, 98)]
    fills = run_toy(make, bars, _scores(0.7)).fills
    assert fills["exit_type"].tolist() == ["entry", "profit_taking", "stop"]
    assert fills["reference_price"].tolist() == [100.0, 100.2, 98.0]
    assert fills["time"].nunique() == 2
