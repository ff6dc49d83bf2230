"""Ledgers made by hand or at random, for the tests of the gates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import Ledger
from dipmaster.backtest.metrics import summarize_days
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params import AdaptiveExits, Gates
from dipmaster.core.tables import EQUITY, FILLS, TRADES
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample
from tests.evaluation.exit_case import Case
from tests.evaluation.phase_2_world import PRICES, World, changed, world_of
from tests.made.params import read_params

START_MS = 1_672_531_200_000  # 2023-01-01
CAPITAL = 10_000.0
NOTIONAL = 500.0
FEE = 0.5  # money a side


@dataclass(frozen=True)
class Trip:
    """A round trip: bar of entry on the grid, bars held, net profit in money."""

    entry: int
    held: int
    net: float
    symbol: str = "AUSDT"


@pytest.fixture(scope="session")
def gates(project: object) -> Gates:
    """Section gates with the values of the tests."""
    return read_params("gates").gates


@pytest.fixture(scope="session")
def trip() -> type[Trip]:
    return Trip


@pytest.fixture(scope="session")
def period() -> Period:
    """60 days, the last 40 out of sample, blocks of 10 days."""
    return Period(START_MS, START_MS + 20 * DAY_MS, START_MS + 60 * DAY_MS - BAR_MS, 10)


@pytest.fixture(scope="session")
def ledger_of() -> Callable[[Sequence[Trip], Period], Ledger]:
    return build_ledger


def build_ledger(trips: Sequence[Trip], period: Period) -> Ledger:
    """A consistent ledger: constant notional, price 100, profit booked at the exit."""
    bars = (period.last_ms - period.first_ms) // BAR_MS + 1
    trips = sorted(trips, key=lambda t: (t.entry, t.symbol))
    entry = np.array([t.entry for t in trips], dtype=np.int64)
    exit_ = np.array([t.entry + t.held for t in trips], dtype=np.int64)
    net = np.array([t.net for t in trips], dtype=np.float64)
    booked = np.zeros(bars)
    np.add.at(booked, exit_, net)
    equity = CAPITAL + np.cumsum(booked)
    return Ledger(
        _trades(trips, entry, exit_, net, period),
        _fills(trips, entry, exit_, net, period),
        EQUITY.check(
            pd.DataFrame(
                {
                    "time": _times(period, np.arange(bars)),
                    "equity": equity,
                    "cash": equity,
                    "exposure_frac": np.zeros(bars),
                }
            ),
            "equity",
        ),
        {},
    )


def _times(period: Period, bar: np.ndarray) -> pd.DatetimeIndex:
    return to_timestamps(period.first_ms + bar * BAR_MS)


def _trades(
    trips: Sequence[Trip], entry: np.ndarray, exit_: np.ndarray, net: np.ndarray, period: Period
) -> pd.DataFrame:
    n = len(trips)
    missing = np.full(n, np.nan)
    ids = np.arange(n, dtype=np.int64)
    frame = pd.DataFrame(
        {
            "trade_id": ids,
            "candidate_id": ids,
            "symbol": pd.Series([t.symbol for t in trips], dtype="str"),
            "signal_time": _times(period, entry - 1),
            "entry_time": _times(period, entry),
            "entry_price": 100.0,
            "exit_time": _times(period, exit_),
            "exit_price": 100.0,
            "weight_frac": 0.05,
            "quantity": NOTIONAL / 100.0,
            "gross_pnl": net + 2 * FEE,
            "fees": 2 * FEE,
            "slippage": 0.0,
            "funding": 0.0,
            "net_pnl": net,
            "return_frac": net / NOTIONAL,
            "exit_type": pd.Series(["target" if x > 0 else "stop" for x in net], dtype="str"),
            "stop_and_target_touched": np.zeros(n, dtype=np.bool_),
            "mfe_frac": 0.0,
            "mae_frac": 0.0,
            "bars_held": (exit_ - entry).astype(np.int32),
            "confidence": missing,
            "regime": pd.Series(["low"] * n, dtype="str"),
            "open_at_end": np.zeros(n, dtype=np.bool_),
            **dict.fromkeys(("p", "kelly", "payoff", "vol_scalar"), missing),
            **dict.fromkeys(("regime_factor", "spillover_factor", "intraday_factor"), missing),
            "binding_cap": pd.Series(["none"] * n, dtype="str"),
        }
    )
    return TRADES.check(frame, "trades")


def _fills(
    trips: Sequence[Trip], entry: np.ndarray, exit_: np.ndarray, net: np.ndarray, period: Period
) -> pd.DataFrame:
    n = len(trips)
    quantity = NOTIONAL / 100.0
    both = {
        "trade_id": np.tile(np.arange(n, dtype=np.int64), 2),
        "time": _times(period, np.concatenate([entry, exit_])),
        "symbol": pd.Series([t.symbol for t in trips] * 2, dtype="str"),
        "side": pd.Series(["buy"] * n + ["sell"] * n, dtype="str"),
        "quantity": np.full(2 * n, quantity),
    }
    price = np.concatenate([np.full(n, 100.0), 100.0 + (net + 2 * FEE) / quantity])
    frame = pd.DataFrame(
        {
            **both,
            "reference_price": price,
            "price": price,
            "half_spread_cost": 0.0,
            "slippage_cost": 0.0,
            "fee": FEE,
            "exit_type": "x",
            "exit_confidence": np.nan,
            "reason": "x",
            "cash_after": 0.0,
        }
    )
    return FILLS.check(frame, "fills")


@pytest.fixture(scope="session")
def sample_of() -> Callable[..., TradeSample]:
    """Results and days of entry to a sample whose account books them at the day's end."""

    def build(net: np.ndarray, day: np.ndarray, days: int, block_days: int = 10) -> TradeSample:
        daily = np.bincount(day, weights=net, minlength=days) if day.size else np.zeros(days)
        marks = np.repeat(CAPITAL + np.cumsum(daily), BARS_PER_DAY)
        blocks = max(1, (2 * days + block_days) // (2 * block_days))
        return TradeSample(
            net.astype(np.float64),
            net / NOTIONAL,
            day,
            np.minimum(day // block_days, blocks - 1),
            summarize_days(marks, CAPITAL),
        )

    return build


@pytest.fixture(scope="session")
def exit_world(period: Period, gates: Gates) -> World:
    return world_of(period, read_params("execution").execution, gates)


@pytest.fixture(scope="session")
def exit_params() -> AdaptiveExits:
    return changed(
        read_params("exits").exits, dynamic_target__enabled=True, trailing__enabled=True,
        decision__full=True, decision__partial=True, quarter_hour_exit_from_phase_2=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def sound(exit_world: World, exit_params: AdaptiveExits) -> Case:
    inputs = exit_world.inputs(exit_params)
    ledger = exit_world.second(exit_params, inputs).ledger
    return Case(ledger, exit_world.candidates, inputs, exit_params)


@pytest.fixture(scope="session")
def holed(exit_world: World, exit_params: AdaptiveExits) -> Case:
    """A sixth of the bars after the entries missing or idle, and the last position's future."""
    rng, panel = np.random.default_rng(4), exit_world.panel
    drawn = rng.random(panel.open.shape)
    entries = np.unique(exit_world.places[1])[:, None] + [0, 1]
    drawn[:, entries.ravel()] = 1.0
    drawn[:, exit_world.places[1].max() + 3 :] = 0.0
    missing, idle = drawn < 1 / 12, (drawn >= 1 / 12) & (drawn < 1 / 6)
    fields = {name: np.where(missing, np.nan, getattr(panel, name)) for name in PRICES}
    volume = np.where(missing, np.nan, np.where(idle, 0.0, 1.0))
    market = replace(exit_world.market, panel=replace(panel, **fields, volume=volume))
    other = replace(exit_world, market=market)
    inputs = other.inputs(exit_params)
    return Case(
        other.second(exit_params, inputs).ledger, exit_world.candidates, inputs, exit_params
    )
