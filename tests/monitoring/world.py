"""A market with candidates and one account, made by hand: who wins is a dial, before and after."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Monitoring
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.monitoring.inputs import MonitoringInputs, WatchedAccount, WatchedCandidates
from dipmaster.monitoring.rollout import Readiness
from tests.made.params import read_params

START_MS = 1_672_531_200_000  # 2023-01-01
BURN_IN, DAYS, COINS = 60, 240, 3
OUT_OF_SAMPLE_MS = START_MS + BURN_IN * DAY_MS
HOLD = 12  # bars
READINESS = Readiness("PASS", "", 0, 0, 5, False, 4, 4)
CAPITAL = 100_000.0


def params(**changes: Any) -> Monitoring:
    return read_params("monitoring").monitoring.model_copy(update=changes)


def panel() -> Panel:
    bars = DAYS * BARS_PER_DAY
    close = 100.0 + np.random.default_rng(1).normal(0, 0.01, (COINS, bars)).cumsum(axis=1)
    time = START_MS + BAR_MS * np.arange(bars, dtype=np.int64)
    volume, half = np.ones_like(close), np.full_like(close, 1.0)
    return Panel(("A", "B", "C"), time, close, close, close, close, volume, half)


def world(
    seed: int = 3, win_rate: float = 0.85, later: float = 0.85, turn: int = 150
) -> MonitoringInputs:
    """Trades and candidates whose win rate changes on day `turn`."""
    rng = np.random.default_rng(seed)
    candidates = draw_candidates(rng, win_rate, later, turn)
    confident = candidates.confidence >= 0.8
    return MonitoringInputs(
        panel(), OUT_OF_SAMPLE_MS, candidates, (trade(candidates, confident),), {}
    )


def draw_candidates(
    rng: np.random.Generator, win_rate: float, later: float, turn: int
) -> WatchedCandidates:
    bars = np.sort(rng.choice(DAYS * BARS_PER_DAY - 2 * HOLD, 9 * DAYS, replace=False))
    signal = START_MS + BAR_MS * bars.astype(np.int64)
    chance = np.where(bars < turn * BARS_PER_DAY, win_rate, later)
    fitted = (signal - START_MS) // (30 * DAY_MS) * 30 * DAY_MS + START_MS
    return WatchedCandidates(
        signal_ms=signal,
        known_ms=signal + (1 + HOLD) * BAR_MS,
        won=(rng.random(bars.size) < chance).astype(np.float64),
        confidence=np.where(rng.random(bars.size) < 0.5, 0.85, 0.5),
        fitted_ms=np.where(fitted > START_MS, fitted, -1),
        inputs=rng.normal(0, 1, (bars.size, 2)),
        input_names=("one", "two"),
    )


def trade(
    candidates: WatchedCandidates, chosen: "np.ndarray[Any, np.dtype[np.bool_]]"
) -> WatchedAccount:
    """Each chosen candidate traded with the same money, marked when it closes."""
    net = np.where(candidates.won[chosen] > 0.0, 0.005, -0.015)
    entry, exit_ms = candidates.signal_ms[chosen] + BAR_MS, candidates.known_ms[chosen]
    trades = pd.DataFrame(
        {
            "signal_time": to_timestamps(candidates.signal_ms[chosen]),
            "entry_time": to_timestamps(entry),
            "exit_time": to_timestamps(exit_ms),
            "return_frac": net,
            "binding_cap": "none",
        }
    )
    time = START_MS + BAR_MS * np.arange(DAYS * BARS_PER_DAY, dtype=np.int64)
    gain = np.bincount((exit_ms - START_MS) // BAR_MS, 0.01 * net, minlength=time.size)
    equity = pd.DataFrame({"time": to_timestamps(time), "equity": CAPITAL * np.cumprod(1 + gain)})
    return WatchedAccount(4, trades, equity, {"cash": 0})


def other_future(inputs: MonitoringInputs, cut_ms: int, seed: int) -> MonitoringInputs:
    """The same up to the close of the bar before `cut_ms`; everything else is another."""
    rng, past = np.random.default_rng(seed), inputs.candidates
    later_signal, unknown = past.signal_ms >= cut_ms, past.known_ms >= cut_ms
    candidates = replace(
        past,
        won=np.where(unknown, 1.0 - past.won, past.won),
        confidence=np.where(later_signal, rng.random(past.won.size), past.confidence),
        inputs=np.where(later_signal[:, None], 50.0, past.inputs),
    )
    account = inputs.accounts[-1]
    closes = account.trades["exit_time"] >= to_timestamps(np.array([cut_ms]))[0]
    trades = account.trades.assign(return_frac=account.trades["return_frac"].mask(closes, -0.5))
    marks = account.equity["time"] >= to_timestamps(np.array([cut_ms]))[0]
    equity = account.equity.assign(equity=account.equity["equity"].mask(marks, 1.0))
    bars = inputs.panel
    gone = np.where(bars.open_time >= cut_ms, np.nan, bars.close)
    return replace(
        inputs,
        panel=replace(bars, open=gone, high=gone, low=gone, close=gone),
        candidates=candidates,
        accounts=(replace(account, trades=trades, equity=equity),),
    )
