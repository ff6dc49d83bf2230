"""A random market with gaps, a phase traded on it, and windows cut out of it."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from dipmaster import backtest
from dipmaster.backtest import Entries, ExitRules, Ledger, ScoreExitRule, TrailingStopRule
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Execution, Stress
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.stress.account import Controls, HeldPosition, PhaseAccount, find_flat_bars
from dipmaster.stress.window import MarketHistory, ShockWindow, build_history, cut_window
from tests.made.params import read_params

START_MS = 1_672_531_200_000  # 2023-01-01
DAYS, COINS = 12, 5


def random_panel(seed: int, gaps: bool = True, days: int = DAYS, coins: int = COINS) -> Panel:
    """Correlated coins of different volatility; bars, hours and the first days of one missing."""
    rng = np.random.default_rng(seed)
    bars = days * BARS_PER_DAY
    market = 0.0015 * rng.standard_normal(bars)
    sigma = 0.001 * (1.0 + np.arange(coins))[:, None]
    step = market * np.linspace(0.6, 1.4, coins)[:, None] + sigma * rng.standard_normal(
        (coins, bars)
    )
    close = 100.0 * np.exp(np.cumsum(step, axis=1))
    before = np.concatenate([np.full((coins, 1), 100.0), close[:, :-1]], axis=1)
    opened = before * np.exp(0.0002 * rng.standard_normal((coins, bars)))
    high = np.maximum(opened, close) * np.exp(0.001 * rng.random((coins, bars)))
    low = np.minimum(opened, close) * np.exp(-0.001 * rng.random((coins, bars)))
    fields = np.stack(
        [
            opened,
            high,
            low,
            close,
            rng.lognormal(5.0, 1.0, (coins, bars)),
            rng.uniform(1, 4, (coins, bars)),
        ]
    )
    if gaps:
        fields[:, rng.random((coins, bars)) < 0.01] = np.nan
        fields[:, :, 2000:2010] = np.nan
        fields[:, 1, : 6 * BARS_PER_DAY] = np.nan  # listed late
    times = START_MS + BAR_MS * np.arange(bars, dtype=np.int64)
    return Panel(tuple(f"C{k}" for k in range(coins)), times, *fields)


def random_entries(panel: Panel, seed: int, share: float = 0.01) -> Entries:
    rng = np.random.default_rng(seed)
    symbol, signal = np.nonzero(rng.random(panel.open.shape) < share)
    rows = symbol.size
    return Entries(
        candidate_id=np.arange(rows),
        symbol_index=symbol,
        signal_index=signal,
        size_frac=rng.uniform(0.02, 0.2, rows),
        target_frac=rng.choice([0.004, 0.01], rows),
        stop_frac=rng.choice([0.01, 0.02], rows),
        max_holding_bars=np.full(rows, 36),
        priority=rng.random(rows),
        confidence=np.full(rows, np.nan),
        regime=np.zeros(rows, np.int8),
    ).sort_orders()


@dataclass(frozen=True)
class World:
    """A market, a phase on it as it was traded, and what windows are cut of."""

    panel: Panel
    ledger: Ledger
    account: PhaseAccount
    history: MarketHistory


def execution(**changes: Any) -> Execution:
    return read_params("execution").execution.model_copy(update=changes)


def stress(**changes: Any) -> Stress:
    """Section stress of the tests; sections in it are given as dicts of what changes."""
    section = read_params("stress").stress
    parts = {
        name: getattr(section, name).model_copy(update=value) if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    return section.model_copy(update=parts)


@cache
def world(seed: int = 1, gaps: bool = True, scored: bool = True) -> World:
    panel = random_panel(seed, gaps)
    entries = random_entries(panel, seed + 1)
    rng = np.random.default_rng(seed + 2)
    rows = len(entries)
    rules = ExitRules(
        0.0025,
        TrailingStopRule(rng.uniform(0.002, 0.006, panel.open.shape), 0.004) if scored else None,
        ScoreExitRule(np.where(rng.random((rows, 36)) < 0.9, np.nan, rng.random((rows, 36))))
        if scored
        else None,
    )
    return trade(panel, Controls(entries, rules, execution()))


def trade(panel: Panel, controls: Controls, from_bar: int = 3 * BARS_PER_DAY) -> World:
    ledger = backtest.run_backtest(panel, controls.entries, controls.execution, controls.rules)
    trades = ledger.trades
    entry, leave = (panel.index_of(to_epoch_ms(trades[f"{at}_time"])) for at in ("entry", "exit"))
    coin = np.searchsorted(np.array(panel.symbols), trades["symbol"].to_numpy(dtype=str))
    positions = [HeldPosition(*map(int, one)) for one in zip(coin, entry, leave, strict=True)]
    account = PhaseAccount(
        2,
        controls,
        ledger.equity["equity"].to_numpy(),
        find_flat_bars(entry, leave, panel.bars),
        tuple(one for one in positions if one.entry_bar >= from_bar),
    )
    return World(panel, ledger, account, build_history(panel))


def window(of: World, bar: int, section: Stress, first_coin: int = 0) -> ShockWindow:
    coins = np.concatenate(([first_coin], np.delete(np.arange(COINS), first_coin)))
    return cut_window(of.history, bar, 0, coins, np.random.SeedSequence(7), section)


def with_later_bars(panel: Panel, first: int, factor: float) -> Panel:
    """Other prices, spreads and volumes from a bar on."""
    later = np.arange(panel.bars) >= first
    names = ("open", "high", "low", "close", "volume", "half_spread_bps")
    changed = {n: np.where(later, getattr(panel, n) * factor, getattr(panel, n)) for n in names}
    return replace(panel, **changed)  # type: ignore[arg-type]
