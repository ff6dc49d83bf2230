"""The unit-risk overlay: right forecasts give the target, wrong ones what they are wrong by."""

import numpy as np
import pytest

from dipmaster.core.panel import Panel
from dipmaster.core.params import Gates, Sizing
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.phases.sizing.overlay import (
    collect_origins,
    judge_equivalence,
    measure_overlay,
)
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.common import SampleInterval
from tests.made.params import read_params

START_MS, DAYS, BURN_IN, COINS = 1_672_531_200_000, 100, 10, 3
DAILY = np.array([0.004, 0.03, 0.06])
CAP = 0.10


@pytest.fixture(scope="module")
def days() -> Period:
    return Period(START_MS, START_MS + BURN_IN * DAY_MS, START_MS + DAYS * DAY_MS - BAR_MS, 10)


@pytest.fixture(scope="module")
def sizing() -> Sizing:
    return read_params("sizing").sizing


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Three coins of known volatility, the second with a hole of a day."""
    rng = np.random.default_rng(3)
    bars = DAYS * 288
    steps = DAILY[:, None] / np.sqrt(288) * rng.standard_normal((COINS, bars))
    close = 100 * np.exp(np.cumsum(steps, axis=1))
    close[1, 40 * 288 : 41 * 288] = np.nan
    time = START_MS + BAR_MS * np.arange(bars)
    ones = np.ones_like(close)
    return Panel(("A", "B", "C"), time, close, close, close, close, ones, ones)


def forecast(panel: Panel, factor: float = 1.0) -> np.ndarray:
    return np.tile((factor * DAILY)[:, None], (1, panel.bars)).astype(np.float32)


def measured(panel, days, sizing, gates: Gates, factor: float = 1.0, values=None):
    given = forecast(panel, factor) if values is None else values
    found = measure_overlay(panel, given, days, sizing, CAP, gates, 3)
    return {one.name: one for one in found}


def test_right_forecasts_give_the_target(panel, days, sizing, gates) -> None:
    unit = measured(panel, days, sizing, gates)["unit_risk"]
    assert unit.realised.value == pytest.approx(0.10, rel=0.01)
    assert unit.realised.low < 0.10 < unit.realised.high
    assert unit.realised.n == DAYS - BURN_IN
    assert unit.within_tolerance == "met"
    assert unit.bound_frac == 0.0


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_wrong_forecasts_miss_it_by_as_much(panel, days, sizing, gates, factor: float) -> None:
    unit = measured(panel, days, sizing, gates, factor)["unit_risk"]
    assert unit.realised.value == pytest.approx(0.10 / factor, rel=0.01)
    assert unit.within_tolerance == "not met"


def test_bounds_by_hand(panel, days, sizing, gates) -> None:
    """Annual 7.6, 57 and 115 %: weights 1.31, .174 and .087; bounds .5 to 2, and the cap of .1."""
    found = measured(panel, days, sizing, gates)
    annual = DAILY * np.sqrt(365)
    clipped = np.clip(0.10 / annual, 0.5, 2.0) * annual
    capped = np.minimum(0.10 / annual, CAP) * annual
    for name, risk in (("clipped", clipped), ("capped", capped)):
        expected = np.sqrt(np.mean(risk**2))
        assert found[name].realised.value == pytest.approx(expected, rel=0.02)
        assert found[name].bound_frac == pytest.approx(2 / 3, abs=1e-6)
    assert found["clipped"].mean_weight_frac == pytest.approx(
        (0.10 / annual[0] + 1.0) / 3, rel=1e-5
    )


def test_origins_look_24_bars_ahead_and_skip_holes(panel, days) -> None:
    origins = collect_origins(panel, forecast(panel), days)
    ahead = origins.realised_daily_variance
    assert ahead.shape[1] == (DAYS - BURN_IN) * 12  # one at each even hour, the boundary's too
    hole = np.isnan(ahead[1])
    assert 12 <= hole.sum() <= 13
    assert not np.isnan(ahead[[0, 2]]).any()
    bar = BURN_IN * 288 - 1  # known at the boundary itself
    squares = np.diff(np.log(panel.close[0, bar : bar + 25])) ** 2
    assert ahead[0, 0] == pytest.approx(12 * squares.sum())


def test_the_future_does_not_enter_the_weight(panel, days, sizing, gates) -> None:
    """Forecasts after the last origin change nothing; before it they do."""
    values = forecast(panel)
    values[:, -24:] = 9.0
    same, other = (
        measured(panel, days, sizing, gates, values=v)["unit_risk"].realised
        for v in (forecast(panel), values)
    )
    assert same == other


def test_without_forecasts_nothing_is_measured(panel, days, sizing, gates) -> None:
    nothing = np.full(panel.close.shape, np.nan, np.float32)
    unit = measured(panel, days, sizing, gates, values=nothing)["unit_risk"]
    assert unit.realised.value is None
    assert unit.realised.reason == "no forecast"
    assert unit.within_tolerance == "inconclusive"
    assert unit.bound_frac is None


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.08, 0.12, "met"),
        (0.079, 0.11, "inconclusive"),
        (0.05, 0.0799, "not met"),
        (0.121, 0.2, "not met"),
        (0.11, 0.13, "inconclusive"),
        (None, None, "inconclusive"),
    ],
)
def test_two_one_sided_tests(low, high, verdict) -> None:
    interval = SampleInterval(value=0.1, low=low, high=high, n=9, reason="")
    assert judge_equivalence(interval, 0.10, 0.02) == verdict
