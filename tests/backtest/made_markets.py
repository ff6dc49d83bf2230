"""Small markets and orders, made bar by bar or at random."""

from dataclasses import replace
from typing import Any

import numpy as np

from dipmaster.backtest import Entries
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution

START_MS = 1_672_531_200_000  # 2023-01-01 00:00 UTC
STEP_MS = 300_000


def make_panel(
    bars: Any,
    *,
    half_spread_bps: Any = 0.0,
    start_ms: int = START_MS,
    names: Any = None,
    volume: Any = 1.0,
) -> Panel:
    """A panel from (symbols, bars, 4) prices; a list of bars is one symbol, None a gap."""
    if isinstance(bars, list):
        bars = [[b if b is not None else [np.nan] * 4 for b in bars]]
    prices = np.asarray(bars, dtype=np.float64)
    symbols, length = prices.shape[:2]
    names = names or tuple(f"C{i:02d}" for i in range(symbols))
    time = start_ms + STEP_MS * np.arange(length)
    spread = np.where(
        np.isnan(prices[..., 0]), np.nan, np.broadcast_to(half_spread_bps, (symbols, length))
    )
    fields = (np.ascontiguousarray(prices[..., i]) for i in range(4))
    has_bar = ~np.isnan(prices[..., 0])
    volume = np.where(has_bar, np.broadcast_to(volume, (symbols, length)), np.nan)
    return Panel(tuple(names), time, *fields, volume, spread)


def make_random_panel(
    seed: int,
    symbols: int = 3,
    bars: int = 400,
    *,
    gaps: bool = True,
    tick: float = 0.1,
    funding: bool = False,
) -> Panel:
    """Bars near 100 with jumps, overnight-like opens, ticks (so that levels are met) and gaps.

    One bar in thirty has no volume; its prices go on moving, so that a fill there would show.
    With funding every tenth bar charges or pays some bps, more often than any exchange does.
    """
    rng = np.random.default_rng(seed)
    step = 0.003 * rng.standard_t(3, (symbols, bars))
    close = 100.0 * np.exp(np.cumsum(np.clip(step, -0.2, 0.2), axis=1))
    before = np.concatenate([np.full((symbols, 1), 100.0), close[:, :-1]], axis=1)
    jump = np.where(rng.random((symbols, bars)) < 0.1, 0.01 * rng.normal(size=(symbols, bars)), 0.0)
    open_ = before * np.exp(jump)
    body = np.stack([open_, close])
    high = body.max(axis=0) * np.exp(0.002 * np.abs(rng.normal(size=(symbols, bars))))
    low = body.min(axis=0) * np.exp(-0.002 * np.abs(rng.normal(size=(symbols, bars))))
    prices = np.round(np.stack([open_, high, low, close], axis=-1) / tick) * tick
    if gaps:
        prices[rng.random((symbols, bars)) < 0.02] = np.nan
        for _ in range(3):
            gap_start = int(rng.integers(5, bars - 30))
            one_or_all = slice(None) if rng.random() < 0.5 else int(rng.integers(symbols))
            prices[one_or_all, gap_start : gap_start + int(rng.integers(2, 25))] = np.nan
    spread = rng.uniform(0.0, 5.0, (symbols, bars))
    volume = np.where(rng.random((symbols, bars)) < 1 / 30, 0.0, 1.0)
    panel = make_panel(prices, half_spread_bps=spread, volume=volume)
    if not funding:
        return panel
    rate = rng.normal(0.0, 0.0005, (symbols, bars))
    return replace(panel, funding_frac=np.where(rng.random((symbols, bars)) < 0.1, rate, 0.0))


def make_execution(**changes: Any) -> Execution:
    free = {
        "capital": 100_000.0,
        "taker_fee_bps": 0.0,
        "slippage_bps": 0.0,
        "size_frac": 0.05,
        "max_positions": 10,
        "max_position_frac": 0.1,
        "max_exposure_frac": 1.0,
        "min_notional": 10.0,
    }
    return Execution(**{**free, **changes})


def make_entries(cells: Any, **columns: Any) -> Entries:
    """Orders at the (symbol, signal bar) cells; columns broadcast; sorted as the engine wants."""
    symbol, signal = np.asarray(cells, dtype=np.int64).reshape(-1, 2).T
    rows = symbol.size
    values = {
        "size_frac": 0.05,
        "target_frac": 0.008,
        "stop_frac": 0.015,
        "max_holding_bars": 36,
        "priority": 0.0,
        "confidence": np.nan,
        "regime": np.int8(1),
        **columns,
    }
    dtypes = {"max_holding_bars": np.int64, "regime": np.int8}
    arrays = {
        name: np.broadcast_to(value, rows).astype(dtypes.get(name, np.float64))
        for name, value in values.items()
    }
    return Entries(np.arange(rows), symbol, signal, **arrays).sort_orders()


def draw_cells(seed: int, panel: Panel, share: float) -> Any:
    rng = np.random.default_rng(seed)
    cells = np.argwhere(rng.random(panel.open.shape) < share)
    return cells[rng.permutation(len(cells))]
