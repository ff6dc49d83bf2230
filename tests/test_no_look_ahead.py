"""The whole chain knows no later bar: bars to candidates to fills to equity.

Every bar after some time is disturbed, or taken away; what was bought, sold and
owned up to then has to stay the same. Three planted leaks have to be found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import Ledger
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.statistics.period import Period, drop_crossing_candidates
from dipmaster.market.simulator import simulate_market
from studies.baseline_in_process import trade_bars, trade_baseline
from studies.changed_params import read_all_params

pytestmark = pytest.mark.slow

Bars = Mapping[str, pd.DataFrame]
COINS, DAYS, BURN_IN = 4, 24, 12
PRICES = ["open", "high", "low", "close"]
BAR = pd.Timedelta(BAR_MS, "ms")


@dataclass(frozen=True)
class Past:
    """What a run decided and did; every frame has a column `time`."""

    orders: pd.DataFrame
    fills: pd.DataFrame
    equity: pd.DataFrame
    ledger: Ledger


Run = Callable[[Bars], Past]


@pytest.fixture(scope="module")
def params(project) -> Params:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        return read_all_params()


@pytest.fixture(scope="module")
def bars(params) -> Bars:
    dials = {"coins": COINS, "days": DAYS, "seed": 9}
    return simulate_market(params.ingest.simulated.model_copy(update=dials)).bars


@pytest.fixture(scope="module")
def period(bars) -> Period:
    times = next(iter(bars.values()))["open_time"]
    first, last = (int(times.iloc[place].timestamp() * 1000) for place in (0, -1))
    return Period(first, first + BURN_IN * DAY_MS, last, 3)


def compute_past(panel, candidates, period, params) -> Past:
    """Orders are the candidates that reach the engine."""
    ledger = trade_baseline(candidates, panel, period, params)
    orders = drop_crossing_candidates(candidates, panel, period, params.exits.max_holding_bars)
    named = orders.rename(columns={"open_time": "time"})
    return Past(named, ledger.fills, ledger.equity, ledger)


@pytest.fixture(scope="module")
def chain(params, period) -> Run:
    def run(bars: Bars) -> Past:
        traded = trade_bars(bars, 1.0, params, period)
        return compute_past(traded.panel, traded.candidates, period, params)

    return run


@pytest.fixture(scope="module")
def full(chain, bars) -> Past:
    return chain(bars)


@pytest.fixture(scope="module")
def boundary(period) -> pd.Timestamp:
    return pd.Timestamp(period.out_of_sample_ms, unit="ms", tz="UTC")


@pytest.fixture(scope="module")
def cuts(full, boundary) -> list[pd.Timestamp]:
    """Around the boundary; at a signal, the purchase, inside the position, at the sale."""
    trades = full.ledger.trades
    late = trades[trades["entry_time"] > boundary]
    trade = late.iloc[len(late) // 2]
    inside = [trade["signal_time"], trade["entry_time"], trade["exit_time"] - BAR]
    return [boundary - BAR, boundary, *inside, trade["exit_time"]]


def disturbed(bars: Bars, time: pd.Timestamp) -> Bars:
    """Prices of every later bar by half up or down, volumes, flows and spreads of their own."""
    rng = np.random.default_rng(5)
    out = {}
    for symbol, frame in bars.items():
        later = (frame["open_time"] > time).to_numpy()
        noise = np.exp(np.log(1.5) * rng.standard_normal(later.sum()))
        later_bars = frame.copy()
        later_bars.loc[later, PRICES] = frame.loc[later, PRICES].to_numpy() * noise[:, None]
        for column in frame.columns.difference(["open_time", *PRICES]):
            factor = rng.lognormal(0.0, 1.0, later.sum())
            later_bars.loc[later, column] = frame.loc[later, column].to_numpy() * factor
        out[symbol] = later_bars
    return out


def cut_off(bars: Bars, time: pd.Timestamp) -> Bars:
    return {symbol: frame[frame["open_time"] <= time] for symbol, frame in bars.items()}


def until(frame: pd.DataFrame, time: pd.Timestamp) -> pd.DataFrame:
    return frame[frame["time"] <= time].reset_index(drop=True)


def same(one: pd.DataFrame, other: pd.DataFrame, what: str) -> None:
    assert one.equals(other), f"{what} of the past changed"


def assert_past_stays(run: Run, full: Past, bars: Bars, time: pd.Timestamp) -> None:
    """What was ordered, filled and owned up to `time` does not depend on what comes after."""
    disturbed_past, cut = run(disturbed(bars, time)), run(cut_off(bars, time))
    for name in ("orders", "fills", "equity"):
        same(until(getattr(full, name), time), until(getattr(disturbed_past, name), time), name)
    same(until(full.orders, time), until(cut.orders, time), "orders")
    # Without later bars every position is sold at the last close, for want of another.
    real = cut.fills[cut.fills["exit_type"] != "end_of_data"]
    same(until(full.fills, time), until(real, time), "fills")
    same(until(full.equity, time - BAR), until(cut.equity, time - BAR), "equity")


def test_the_market_is_worth_testing(full, cuts, boundary) -> None:
    trades = full.ledger.trades
    entered = trades["entry_time"]
    assert min((entered < boundary).sum(), (entered >= boundary).sum()) >= 10
    assert any(time.minute not in (0, 55) for time in cuts)
    held = [((entered <= time) & (trades["exit_time"] > time)).any() for time in cuts]
    assert sum(held) >= 2


def test_the_past_does_not_know_the_future(chain, full, bars, cuts) -> None:
    for time in cuts:
        assert_past_stays(chain, full, bars, time)


@pytest.mark.parametrize(
    ("leak", "shows"),
    [("next close", "orders"), ("median of the sample", "orders"), ("next prices", "fills")],
)
def test_planted_leaks_are_found(params, period, bars, cuts, leak: str, shows: str) -> None:
    """A check that cannot fail proves nothing."""

    def leaky(some: Bars) -> Past:
        honest = trade_bars(some, 1.0, params, period)
        leaked_candidates, panel = honest.candidates, honest.panel
        if leak == "next close":
            rises = np.diff(panel.close, append=np.nan) > 0
            row = np.searchsorted(panel.symbols, leaked_candidates["symbol"].to_numpy(dtype=str))
            leaked_candidates = leaked_candidates[
                rises[row, panel.index_of(to_epoch_ms(leaked_candidates["open_time"]))]
            ]
        elif leak == "median of the sample":
            leaked_candidates = leaked_candidates[
                leaked_candidates["dip_z"] >= leaked_candidates["dip_z"].median()
            ]
        else:
            ahead = {name: np.roll(getattr(panel, name), -1, axis=1) for name in PRICES}
            panel = replace(panel, **ahead)
        return compute_past(panel, leaked_candidates.reset_index(drop=True), period, params)

    full = leaky(bars)

    def finding(time: pd.Timestamp) -> str:
        try:
            assert_past_stays(leaky, full, bars, time)
        except AssertionError as error:
            return str(error)
        return ""

    assert any(f"{shows} of the past changed" in finding(time) for time in cuts)
