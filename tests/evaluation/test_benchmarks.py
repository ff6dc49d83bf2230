"""Cash and buy-and-hold: by hand, coin by coin, with gaps, late coins and funding."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Benchmark, Execution
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.evaluation.figures.benchmarks import build_benchmarks
from dipmaster.evaluation.statistics.period import Period
from tests.made.params import read_params

BURN_IN = 20 * BARS_PER_DAY
BARS = 60 * BARS_PER_DAY
FEE, SLIPPAGE, SPREAD = 10e-4, 1e-4, 2e-4


@pytest.fixture(scope="module")
def execution(project) -> Execution:
    one = read_params("execution").execution
    return one.model_copy(update={"taker_fee_bps": 10.0, "slippage_bps": 1.0})


@pytest.fixture(scope="module")
def panel(period: Period) -> Panel:
    rng = np.random.default_rng(17)
    close = 100 * np.exp(np.cumsum(0.001 * rng.standard_normal((3, BARS)), axis=1))
    opened = np.concatenate([np.full((3, 1), 100.0), close[:, :-1]], axis=1)
    time = period.first_ms + BAR_MS * np.arange(BARS, dtype=np.int64)
    ones = np.ones((3, BARS))
    return Panel(
        ("A", "B", "C"), time, opened, np.maximum(opened, close), np.minimum(opened, close),
        close, ones, 2.0 * ones,
    )  # fmt: skip


def without(panel: Panel, row: int, bars: slice) -> Panel:
    """The same without some bars of a coin."""
    names = ("open", "high", "low", "close", "volume", "half_spread_bps")
    columns = {name: getattr(panel, name).copy() for name in names}
    for values in columns.values():
        values[row, bars] = np.nan
    return replace(panel, **columns)


def held(panel: Panel, row: int, entry: int, exit_: int) -> pd.Series:
    """One coin in pandas: buy at the open with costs, mark at the last close, sell with costs."""
    time = to_timestamps(panel.open_time)
    quantity = 1 / (panel.open[row, entry] * (1 + SPREAD + SLIPPAGE) * (1 + FEE))
    worth = pd.Series(quantity * panel.close[row], time).ffill()
    worth.iloc[:entry] = 1.0
    sold = quantity * panel.close[row, exit_] * (1 - SPREAD - SLIPPAGE) * (1 - FEE)
    worth.iloc[exit_:] = sold
    return worth


def check(panel: Panel, period: Period, execution: Execution, worth: pd.Series) -> None:
    """Every figure of buy-and-hold against the worth of the account, marked bar by bar."""
    found = build_benchmarks(panel, period, execution, Benchmark(cash_annual_rate_frac=0.0))
    hold, late = found.buy_and_hold, worth.iloc[BURN_IN:]
    assert hold.return_frac == pytest.approx(late.iloc[-1] - 1.0)
    path = np.concatenate([[1.0], late])
    assert hold.max_drawdown_frac == pytest.approx((1 - path / np.maximum.accumulate(path)).max())
    daily = late.resample("1D").last()
    returns = pd.concat([pd.Series([1.0]), daily]).pct_change().dropna()
    assert hold.sharpe == pytest.approx(returns.mean() / returns.std() * np.sqrt(365))


def test_three_coins_with_equal_shares(panel, period, execution) -> None:
    worth = sum(held(panel, row, BURN_IN, BARS - 1) for row in range(3)) / 3
    check(panel, period, execution, worth)
    found = build_benchmarks(panel, period, execution, Benchmark(cash_annual_rate_frac=0.0))
    assert found.buy_and_hold.symbols == 3
    assert found.buy_and_hold.annualised_return_frac is None  # 40 days
    assert found.calendar_days == 40.0


def test_flat_prices_lose_the_costs_of_two_sides(panel, period, execution) -> None:
    prices = np.full(panel.open.shape, 70.0)
    flat = replace(panel, open=prices, high=prices, low=prices, close=prices)
    found = build_benchmarks(flat, period, execution, Benchmark(cash_annual_rate_frac=0.0))
    bought, sold = (1 + SPREAD + SLIPPAGE) * (1 + FEE), (1 - SPREAD - SLIPPAGE) * (1 - FEE)
    assert found.buy_and_hold.return_frac == pytest.approx(sold / bought - 1)
    assert -0.0027 < found.buy_and_hold.return_frac < -0.0025


def test_gaps_a_late_coin_and_one_that_ends(panel, period, execution) -> None:
    """A lacks bars at first and later on, B ends early, C is traded in the burn-in only."""
    torn = without(panel, 0, slice(BURN_IN, BURN_IN + 50))
    torn = without(torn, 0, slice(BURN_IN + 3000, BURN_IN + 3500))
    torn = without(torn, 1, slice(BURN_IN + 7000, None))
    torn = without(torn, 2, slice(BURN_IN - 5, None))
    worth = (
        held(torn, 0, BURN_IN + 50, BARS - 1) + held(torn, 1, BURN_IN, BURN_IN + 6999) + 1.0
    ) / 3
    check(torn, period, execution, worth)
    found = build_benchmarks(torn, period, execution, Benchmark(cash_annual_rate_frac=0.0))
    assert found.buy_and_hold.symbols == 2


def test_a_bar_without_volume_trades_nothing(panel, period, execution) -> None:
    volume = panel.volume.copy()
    volume[0, BURN_IN : BURN_IN + 4] = 0.0
    silent = replace(panel, volume=volume)
    torn = without(panel, 0, slice(BURN_IN, BURN_IN + 4))
    one, other = (
        build_benchmarks(p, period, execution, Benchmark(cash_annual_rate_frac=0.0))
        for p in (silent, torn)
    )
    assert one == other


def test_no_coin_is_cash(panel, period, execution) -> None:
    nothing = panel
    for row in range(3):
        nothing = without(nothing, row, slice(BURN_IN, None))
    found = build_benchmarks(nothing, period, execution, Benchmark(cash_annual_rate_frac=0.0))
    hold = found.buy_and_hold
    assert (hold.symbols, hold.return_frac, hold.max_drawdown_frac) == (0, 0.0, 0.0)
    assert hold.sharpe is None


def test_funding_is_paid_from_the_bar_after_the_entry(panel, period, execution) -> None:
    """A rate on the entry's own bar is not paid; one on every later day is."""
    rates = np.zeros(panel.open.shape)
    rates[:, BURN_IN::BARS_PER_DAY] = 0.001
    charged = replace(panel, funding_frac=rates)
    free = [held(panel, row, BURN_IN, BARS - 1) for row in range(3)]
    paid = []
    for row in range(3):
        quantity = 1 / (panel.open[row, BURN_IN] * (1 + SPREAD + SLIPPAGE) * (1 + FEE))
        days = range(BURN_IN + BARS_PER_DAY, BARS, BARS_PER_DAY)
        paid.append(quantity * sum(0.001 * panel.open[row, bar] for bar in days))
    found = build_benchmarks(charged, period, execution, Benchmark(cash_annual_rate_frac=0.0))
    expected = np.mean([one.iloc[-1] - cost for one, cost in zip(free, paid, strict=True)]) - 1
    assert found.buy_and_hold.return_frac == pytest.approx(expected)
    assert found.buy_and_hold.return_frac < np.mean([one.iloc[-1] for one in free]) - 1


@pytest.mark.parametrize(
    ("days", "rate", "expected"), [(365, 0.05, 0.05), (730, 0.05, 0.1025), (40, 0.0, 0.0)]
)
def test_cash_compounds_over_the_calendar(execution, days, rate, expected) -> None:
    bars = (days + 1) * BARS_PER_DAY
    time = BAR_MS * np.arange(bars, dtype=np.int64)
    prices = np.full((1, bars), 100.0)
    panel = Panel(("A",), time, prices, prices, prices, prices, prices, prices)
    period = Period(0, DAY_MS, (bars - 1) * BAR_MS, 30)
    found = build_benchmarks(panel, period, execution, Benchmark(cash_annual_rate_frac=rate))
    assert found.cash.return_frac == pytest.approx(expected, abs=1e-12)
    assert found.cash.annual_rate_frac == rate
    annual = found.buy_and_hold.annualised_return_frac
    assert (annual is None) == (days < 365)
    if annual is not None:
        grown = (1.0 + annual) ** (days / 365)
        assert grown == pytest.approx(1.0 + found.buy_and_hold.return_frac)
