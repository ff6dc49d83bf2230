"""Which values are tried, what a cliff is, and that only the phases a threshold reaches change."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.backtest.metrics import DailyAccount
from dipmaster.core.params import Params
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.results.sensitivity import Performance, ThresholdBase
from dipmaster.sensitivity.settings import THRESHOLDS, UPSTREAM, find_values, list_settings
from dipmaster.sensitivity.thresholds import (
    estimate_return_error,
    find_cliffs,
    trade_under,
)
from dipmaster.sensitivity.trading import measure_performance
from tests.made.params import read_params
from tests.sensitivity.conftest import Run


@pytest.fixture(scope="module")
def params() -> Params:
    return read_params(
        "signal", "confidence.thresholds", "filter", "confirmation", "execution", "exits",
        "sizing", "split", "gates", "sensitivity",
    )  # fmt: skip


def made(net: float | None, trades: int) -> Performance:
    return Performance(
        trades=trades, net_pnl=0.0, net_return_frac=net, win_rate=None, sharpe=None,
        profit_factor=None, max_drawdown_frac=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "base", "expected"),
    [
        ("confidence.thresholds.low_volatility", 0.75, [0.6, 0.9]),
        ("confidence.thresholds.high_volatility", 0.9, [0.72, 1.0]),  # 1.08 is no probability
        ("confidence.thresholds.high_volatility", 1.0, [0.8]),  # it stands at the end of its range
        ("filter.volume_within_bars", 12, [10, 14]),  # 9.6 and 14.4
        ("filter.volume_within_bars", 2, []),  # 1.6 and 2.4 are 2 again
    ],
)
def test_values_lie_a_fifth_apart_within_their_range(
    params: Params, path: str, base: float, expected: list[float]
) -> None:
    found = find_values(params.with_changes({path: base}), path)
    assert found == pytest.approx(expected)
    assert all(isinstance(value, type(base)) for value in found)


def test_what_does_not_fit_the_other_params_is_left_out_and_named(params: Params) -> None:
    tight = params.with_changes({"exits.decision.partial_probability": 0.8})
    settings, excluded = list_settings(tight, range(5))
    tried = [(one.threshold.path, round(one.value, 9)) for one in settings]
    assert ("exits.decision.full_probability", 0.96) in tried
    assert ("exits.decision.full_probability", 0.64) not in tried
    reasons = {one.path: one.reason for one in excluded}
    assert "does not fit" in reasons["exits.decision.full_probability"]


def test_a_phase_that_is_not_built_takes_its_thresholds_with_it(params: Params) -> None:
    settings, excluded = list_settings(params, (0, 1))
    assert {one.threshold.first_phase for one in settings} == {0, 1}
    reasons = {one.path: one.reason for one in excluded}
    assert reasons["sizing.kelly_share_frac"] == "phase 3 is not built"
    assert set(UPSTREAM) <= set(reasons)


def test_no_threshold_splits_the_period_anew() -> None:
    """`trade_under` takes the period as it was split: settings leave what splits it alone."""
    assert not [one.path for one in THRESHOLDS if one.path.startswith(("split.", "gates."))]


def test_nothing_is_both_changed_and_upstream(params: Params) -> None:
    assert not {one.path for one in THRESHOLDS} & set(UPSTREAM)


@pytest.mark.parametrize(
    ("base", "error", "changed", "cliffs"),
    [
        (made(0.01, 100), 0.004, made(-0.01, 90), ("sign",)),
        (made(-0.01, 100), 0.004, made(0.01, 90), ("sign",)),
        (made(0.001, 100), 0.004, made(-0.002, 90), ()),  # moved by less than the error
        (made(0.03, 100), 0.004, made(0.01, 90), ()),  # moved by more, same sign
        (made(0.01, 100), 0.004, made(0.01, 50), ("trades",)),
        (made(0.01, 100), 0.004, made(0.01, 51), ()),
        (made(0.01, 100), 0.004, made(0.01, 200), ()),
        (made(0.01, 100), 0.004, made(-0.01, 10), ("sign", "trades")),
        (made(0.0, 0), None, made(0.01, 10), ()),
        (made(0.01, 100), None, made(-0.01, 90), ()),
        (made(0.01, 3), 0.004, made(0.0, 0), ("trades",)),
    ],
)
def test_a_cliff_is_a_change_of_sign_beyond_the_error_or_half_of_the_trades(
    base: Performance, error: float | None, changed: Performance, cliffs: tuple[str, ...]
) -> None:
    assert find_cliffs(ThresholdBase(performance=base, net_return_error=error), changed) == cliffs


def test_the_error_of_a_net_return_is_that_of_many_accounts() -> None:
    """Independent days: the spread of the net return over 4,000 accounts."""
    rng = np.random.default_rng(3)
    days = 0.001 + 0.01 * rng.standard_normal((4000, 250))
    spread = np.prod(1.0 + days, axis=1).std()
    errors = [estimate_return_error(sample(one)) for one in days[:400]]
    assert np.mean([error for error in errors if error]) == pytest.approx(spread, rel=0.05)


def sample(returns: np.ndarray, trades: int = 1) -> TradeSample:
    growth = 1.0 + returns
    account = DailyAccount(growth, np.maximum(growth, 1.0), np.minimum(growth, 1.0), returns * 0.0)
    zeros = np.zeros(trades, np.int64)
    return TradeSample(np.ones(trades), np.ones(trades), zeros, zeros, account)


def test_an_account_without_trades_or_that_was_lost_has_no_error() -> None:
    quiet = np.zeros(10)
    assert estimate_return_error(sample(quiet, trades=0)) is None
    assert estimate_return_error(sample(np.array([0.1, -1.0, 0.0]))) is None


INERT = {  # on the made market all checks pass, no model has a licence, and no size is Kelly's
    "filter.share_of_checks_frac",
    "filter.volume_within_bars",
    "exits.decision.full_probability",
    "exits.decision.partial_probability",
    "exits.decision.partial_frac",
    "sizing.kelly_share_frac",
}


@pytest.mark.slow
def test_phases_before_a_threshold_do_not_read_it_and_those_after_are_as_traded_from_scratch(
    run: Run,
) -> None:
    """All five phases traded anew under each changed threshold, and compared trade for trade."""
    settings, _ = list_settings(run.params.with_changes({"sensitivity.change_frac": 0.6}), range(5))
    acting = set()
    for setting in settings:
        number = setting.threshold.first_phase
        scratch = run.again(setting.params)
        retraded = trade_under(run.context, run.completed, setting)
        assert [one.phase.number for one in retraded] == list(range(number, 5))
        for anew, one in zip(scratch, (*run.completed[:number], *retraded), strict=True):
            assert anew.ledger.trades.equals(one.ledger.trades), (setting.threshold, one.phase)
        if not scratch[number].ledger.trades.equals(run.completed[number].ledger.trades):
            acting.add(setting.threshold.path)
    assert {one.path for one in THRESHOLDS} - acting == INERT


@pytest.mark.slow
def test_cells_are_the_accounts_of_their_runs(run: Run) -> None:
    found = run.results.thresholds
    assert found.engine_runs == sum(len(one.phases) for one in found.runs) <= 200
    for number, base in found.base.items():
        ledger = run.completed[int(number)].ledger
        assert base.performance == measure_performance(ledger, run.context.period)
    changed = [one for one in found.runs if one.path == "execution.size_frac" and one.value > 0.05]
    twice = replace(changed[0], value=0.06)
    assert twice.phases["0"].performance.net_pnl != found.base["0"].performance.net_pnl
    assert found.reaching(0)
    for one in found.idle:
        for phase, cell in one.phases.items():
            assert cell.performance == found.base[phase].performance
