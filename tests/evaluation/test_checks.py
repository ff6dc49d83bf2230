"""Checks of a ledger: each holds on a sound one and breaks on the fault it is made for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.evaluation.integrity import check_ledger
from dipmaster.evaluation.statistics.sample import build_sample

CAPITAL = 10_000.0
BOUNDARY = 20 * 288


@pytest.fixture
def sound(ledger_of, period, trip):
    rng = np.random.default_rng(3)
    bars = np.sort(rng.choice(np.arange(100, BOUNDARY - 60), 40, replace=False))
    late = np.sort(rng.choice(np.arange(BOUNDARY + 5, 60 * 288 - 60), 120, replace=False))
    trips = [
        trip(int(bar), int(rng.integers(1, 37)), float(rng.normal(1, 8))) for bar in (*bars, *late)
    ]
    return ledger_of(trips, period)


def test_without_a_trade_the_checks_of_trades_are_not_exercised(sound, ledger_of, period) -> None:
    """Only the record of equity is there to be looked at."""
    cases = {}
    for name, ledger in (("none", ledger_of([], period)), ("some", sound)):
        sample = build_sample(ledger.trades, ledger.equity, period)
        checks = check_ledger(ledger.trades, ledger.fills, ledger.equity, sample, period, CAPITAL)
        cases[name] = [check.cases for check in checks]
    assert [bool(n) for n in cases["none"]] == [False] * 4 + [True, False, False]
    assert min(cases["some"]) > 0
    assert cases["some"][3] == len(sound.fills)


def broken(ledger, period) -> list[str]:
    sample = build_sample(ledger.trades, ledger.equity, period)
    checks = check_ledger(ledger.trades, ledger.fills, ledger.equity, sample, period, CAPITAL)
    assert len(checks) == 7
    assert all(check.detail for check in checks)
    return [check.name for check in checks if not check.passed]


def test_a_sound_ledger(sound, period) -> None:
    assert broken(sound, period) == []


def test_no_trade_at_all(ledger_of, period) -> None:
    assert broken(ledger_of([], period), period) == []


def changed(frame: pd.DataFrame, column: str, row: int, value: object) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[row, column] = value
    return frame


def test_a_fee_that_was_forgotten(sound, period) -> None:
    found = broken(replace(sound, trades=changed(sound.trades, "fees", 3, 0.0)), period)
    assert found == ["net profit of each trade = gross profit - fees - slippage - funding"]


def test_funding_that_nobody_paid(sound, period) -> None:
    """A payment in the trades alone fits neither the parts of its trade nor the cash."""
    found = broken(replace(sound, trades=changed(sound.trades, "funding", 3, 2.0)), period)
    assert found == [
        "net profit of each trade = gross profit - fees - slippage - funding",
        "final cash = capital + sales - purchases - fees - funding",
    ]


def test_profit_out_of_nowhere(sound, period) -> None:
    equity = sound.equity.copy()
    equity.loc[equity.index[BOUNDARY + 50] :, "equity"] += 25.0
    assert broken(replace(sound, equity=equity), period) == [
        "final equity - capital = sum of net profits",
        "out of sample: change of equity = sum of net profits",
    ]


def test_a_sale_at_another_price(sound, period) -> None:
    found = broken(replace(sound, fills=changed(sound.fills, "price", 5, 107.0)), period)
    assert found == ["final cash = capital + sales - purchases - fees - funding"]


def test_a_mark_that_is_missing(sound, period) -> None:
    equity = sound.equity.drop(index=[500]).reset_index(drop=True)
    assert broken(replace(sound, equity=equity), period) == [
        "equity is recorded at every bar, without a gap"
    ]


def test_a_position_across_the_boundary(ledger_of, period, trip) -> None:
    """What is held across it, and what was signalled before and bought after it."""
    assert "no position crosses into the out-of-sample period" in broken(
        ledger_of([trip(BOUNDARY - 5, 10, 5.0)], period), period
    )
    assert "no position crosses into the out-of-sample period" in broken(
        ledger_of([trip(BOUNDARY, 10, 5.0)], period), period
    )


def test_signs_that_disagree(sound, period, ledger_of, trip) -> None:
    """Daily returns of another account than the trades'."""
    other = ledger_of([trip(BOUNDARY + 50, 5, 4000.0)], period)
    sample = build_sample(sound.trades, other.equity, period)
    losing = replace(sample, net=-np.abs(sample.net))
    checks = check_ledger(sound.trades, sound.fills, sound.equity, losing, period, CAPITAL)
    assert [check.name for check in checks if not check.passed] == [
        "profit factor, net profit and mean daily return agree: all a gain or all a loss"
    ]


def test_volatility_drag_is_no_contradiction(ledger_of, period, trip) -> None:
    """Half the account won, then the same money lost: net below zero, mean return above."""
    ledger = ledger_of([trip(BOUNDARY + 10, 5, 5000.0), trip(BOUNDARY + 700, 5, -5010.0)], period)
    sample = build_sample(ledger.trades, ledger.equity, period)
    assert sample.days.returns.mean() > 0 > sample.net.sum()
    assert broken(ledger, period) == []
