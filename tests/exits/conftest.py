"""Small markets with their columns, params of the project, and a slow twin of the rows."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml

from dipmaster.core.panel import Panel
from dipmaster.core.params import AdaptiveExits, Execution, Params
from dipmaster.exits.arrays import Positions
from dipmaster.exits.market import MARKET_COLUMNS, ExitMarket
from dipmaster.exits.scores import ExitScores
from tests.exits.made_up import Lifetimes, made_lifetimes, scored
from tests.made.params import read_values

START_MS = 1_672_531_200_000  # 2023-01-01 00:00 UTC
STEP_MS = 300_000
COSTS = {"taker_fee_bps": 10.0, "slippage_bps": 1.0}


def _panel(prices: Any, half_spread_bps: Any = 1.0, volume: Any = 1.0) -> Panel:
    """A panel from (symbols, bars, 4) prices; a list of bars is one symbol, None a hole."""
    if isinstance(prices, list):
        prices = [[bar if bar is not None else [np.nan] * 4 for bar in prices]]
    prices = np.asarray(prices, np.float64)
    symbols, bars = prices.shape[:2]
    missing = np.isnan(prices[..., 0])
    spread = np.where(missing, np.nan, np.broadcast_to(half_spread_bps, (symbols, bars)))
    columns = (np.ascontiguousarray(prices[..., i]) for i in range(4))
    times = START_MS + STEP_MS * np.arange(bars)
    names = tuple(f"C{i:02d}" for i in range(symbols))
    volumes = np.where(missing, np.nan, np.broadcast_to(volume, (symbols, bars)))
    return Panel(names, times, *columns, volumes, spread)


def _market(
    prices: Any, half_spread_bps: Any = 1.0, volume: Any = 1.0, **columns: Any
) -> ExitMarket:
    """The bars with columns that are the same at every bar unless given."""
    panel = _panel(prices, half_spread_bps, volume)
    values = dict.fromkeys(MARKET_COLUMNS, 0.0) | {"volatility_5m_daily_frac": 0.04} | columns
    shape = panel.open.shape
    return ExitMarket(
        panel, {k: np.broadcast_to(np.asarray(v, float), shape).copy() for k, v in values.items()}
    )


def _random_prices(rng: np.random.Generator, symbols: int, bars: int, gaps: bool) -> Any:
    """Bars near 100 that meet targets, trailing stops and stops, on ticks, with holes."""
    step = 0.002 * rng.standard_t(4, (symbols, bars))
    close = 100.0 * np.exp(np.cumsum(np.clip(step, -0.1, 0.1), axis=1))
    before = np.concatenate([np.full((symbols, 1), 100.0), close[:, :-1]], axis=1)
    jump = np.where(rng.random((symbols, bars)) < 0.1, 0.004, 0.0) * rng.normal(size=close.shape)
    open_ = before * np.exp(jump)
    body = np.stack([open_, close])
    high = body.max(axis=0) * np.exp(0.001 * np.abs(rng.normal(size=close.shape)))
    low = body.min(axis=0) * np.exp(-0.001 * np.abs(rng.normal(size=close.shape)))
    prices = np.round(np.stack([open_, high, low, close], axis=-1), 2)
    if gaps:
        prices[rng.random((symbols, bars)) < 0.02] = np.nan
        for _ in range(symbols):
            at = int(rng.integers(5, bars - 30))
            prices[int(rng.integers(symbols)), at : at + int(rng.integers(2, 25))] = np.nan
    return prices


def _random_market(
    seed: int, symbols: int = 3, bars: int = 500, *, gaps: bool = True, missing: float = 0.05
) -> ExitMarket:
    """Bars and columns at random; a share of the values is missing, with `gaps` some bars idle."""
    rng = np.random.default_rng(seed)
    prices = _random_prices(rng, symbols, bars, gaps)
    shape = (symbols, bars)
    columns = {
        "volatility_5m_daily_frac": rng.uniform(0.0, 0.08, shape),
        "volume_trend_10m": rng.uniform(-1.0, 1.0, shape),
        "momentum_10_frac": 0.004 * rng.normal(size=shape),
        "resistance_distance_frac": rng.uniform(0.0, 0.02, shape),
        "season_factor": rng.uniform(0.5, 1.5, shape),
        "market_momentum_sigmas": np.tile(rng.normal(size=bars), (symbols, 1)),
    }
    for values in columns.values():
        values[rng.random(shape) < missing] = np.nan
    columns["volatility_5m_daily_frac"][rng.random(shape) < missing] = 0.0
    columns["regime"] = rng.integers(-1, 3, shape).astype(np.float64)
    spread, idle = rng.uniform(0.0, 5.0, shape), gaps & (rng.random(shape) < 0.02)
    return _market(prices, spread, np.where(idle, 0.0, 1.0), **columns)


def _positions(cells: Any, **columns: Any) -> Positions:
    """Positions of (symbol, signal bar) cells; columns broadcast."""
    symbol, signal = np.asarray(cells, np.int64).reshape(-1, 2).T
    values = {"target_frac": 0.008, "stop_frac": 0.015, "max_holding_bars": 36, **columns}
    arrays = {k: np.broadcast_to(v, symbol.shape).copy() for k, v in values.items()}
    return Positions(symbol, signal, **arrays)


def _everywhere(market: ExitMarket, every: int = 7, **columns: Any) -> Positions:
    """A position on every few bars of every symbol, its bar there or not, in no order."""
    symbols, bars = market.panel.open.shape
    cells = np.array([(k, u) for k in range(symbols) for u in range(k, bars, every)])
    return _positions(np.random.default_rng(0).permutation(cells), **columns)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Makers of markets and positions."""
    return SimpleNamespace(
        market=_market, random_market=_random_market, positions=_positions, everywhere=_everywhere
    )


@pytest.fixture(scope="session")
def some() -> Lifetimes:
    """Made-up rows whose labels can be learned."""
    return made_lifetimes()


@pytest.fixture(scope="session")
def planted(some: Lifetimes) -> ExitScores:
    """Both layers on them."""
    return scored(some)


@pytest.fixture(scope="session")
def execution(project: Path) -> Execution:
    """The project's, with costs that tests can count on."""
    whole = _params(project).execution
    return Execution.model_validate(whole.model_dump() | COSTS)


@pytest.fixture(scope="session")
def free(execution: Execution) -> Execution:
    """Fills that cost nothing but the half-spread."""
    costless = {"taker_fee_bps": 0.0, "slippage_bps": 0.0}
    return Execution.model_validate(execution.model_dump() | costless)


@pytest.fixture(scope="session")
def exits_with(project: Path) -> Callable[..., AdaptiveExits]:
    """Section `exits` of the project; keywords change values, with __ between the levels."""
    plain = _params(project).exits.model_dump()

    def changed(**changes: Any) -> AdaptiveExits:
        values = yaml.safe_load(yaml.safe_dump(plain))
        for path, value in changes.items():
            *places, last = path.split("__")
            place = values
            for name in places:
                place = place[name]
            place[last] = value
        return AdaptiveExits.model_validate(values)

    return changed


@pytest.fixture(scope="session")
def exits(exits_with: Callable[..., AdaptiveExits]) -> AdaptiveExits:
    """Section `exits` with the values of the roadmap, whatever params.yaml says today."""
    return exits_with(
        target_frac=0.008, stop_frac=0.015, max_holding_bars=36,
        quarter_hour_exit_from_phase_2=False,
        target_combination="weighted_sum", dynamic_target__enabled=True, trailing__enabled=True,
    )  # fmt: skip


def _params(project: Path) -> Params:
    raw = read_values()
    return Params.parse(raw, ("execution", "exits"))
