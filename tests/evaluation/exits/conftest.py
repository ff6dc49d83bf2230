"""Toy markets and round trips by hand, for the tests of the exits' figures."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dipmaster import backtest
from dipmaster.backtest import Entries, ExitRules, Ledger, ScoreExitRule, TrailingStopRule
from dipmaster.core.panel import Panel
from dipmaster.core.params import AdaptiveExits, Execution
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phases.exits.ablation import without_models
from dipmaster.evaluation.phases.exits.results import ExitEvidence
from dipmaster.evaluation.standalone import (
    EligibleEntries,
    ExitPolicy,
    StandalonePair,
    StandaloneTrades,
    build_standalone_trades,
    find_eligible_entries,
    simulate_standalone,
)
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from tests.made.params import read_params

START_MS = 1_672_531_200_000  # 2023-01-01
FLAT = (100.0, 100.1, 99.9, 100.0)  # open, high, low, close


def make_panel(
    bars: int, changes: Mapping[int, tuple[float, ...] | None], symbols: int = 1
) -> Panel:
    """Flat bars at 100 but for some, the same in every symbol; None is a gap."""
    prices = np.tile(np.array(FLAT), (symbols, bars, 1))
    for at, bar in changes.items():
        prices[:, at] = np.nan if bar is None else bar
    return panel_of(prices)


def panel_of(prices: np.ndarray) -> Panel:
    """From prices of shape (symbols, bars, 4)."""
    symbols, bars = prices.shape[:2]
    fields = (np.ascontiguousarray(prices[..., i]) for i in range(4))
    names = tuple(f"C{i:02d}" for i in range(symbols))
    time = START_MS + BAR_MS * np.arange(bars)
    spread = np.where(np.isnan(prices[..., 0]), np.nan, 0.0)
    return Panel(names, time, *fields, np.ones((symbols, bars)), spread)


def walking_panel(seed: int, symbols: int = 2, bars: int = 288 * 40) -> Panel:
    """Random walks of 30 bps a bar, with wicks."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(0.003 * rng.normal(size=(symbols, bars)), axis=1))
    open_ = np.concatenate([np.full((symbols, 1), 100.0), close[:, :-1]], axis=1)
    wick = np.exp(0.001 * np.abs(rng.normal(size=(2, symbols, bars))))
    high, low = np.maximum(open_, close) * wick[0], np.minimum(open_, close) / wick[1]
    return panel_of(np.stack([open_, high, low, close], axis=-1))


def make_entries(signals: Sequence[int], candidate: Sequence[int] | None = None) -> EligibleEntries:
    """Entries of the first symbol, a day each; blocks 0, 1, 0, 1 ..."""
    signal, n = np.array(signals, dtype=np.int64), len(signals)
    day = np.arange(n, dtype=np.int64)
    rows = day if candidate is None else np.array(candidate, dtype=np.int64)
    return EligibleEntries(rows, np.zeros(n, np.int64), signal, day, day % 2)


def make_standalone(
    net: Sequence[float] | np.ndarray,
    name: str = "phase 2",
    block: Sequence[int] | np.ndarray | None = None,
    gross: Sequence[float] | np.ndarray | None = None,
    held: Sequence[int] | np.ndarray | None = None,
    open_at_end: Sequence[bool] | None = None,
    candidate: Sequence[int] | None = None,
) -> StandaloneTrades:
    """Round trips with these results; a day each."""
    money = np.array(net, dtype=np.float64)
    n = money.size
    return StandaloneTrades(
        name,
        np.arange(n) if candidate is None else np.array(candidate, dtype=np.int64),
        np.arange(n),
        np.arange(n) % 6 if block is None else np.array(block, dtype=np.int64),
        np.zeros(n, np.int64),
        np.full(n, 6, np.int64) if held is None else np.array(held, dtype=np.int64),
        np.full(n, 3, np.int64),
        money if gross is None else np.array(gross, dtype=np.float64),
        money,
        np.zeros(n, np.bool_) if open_at_end is None else np.array(open_at_end, dtype=np.bool_),
    )


def simulate(
    panel: Panel,
    entries: EligibleEntries,
    exits: AdaptiveExits,
    policy: ExitPolicy,
    fee_bps: float = 0.0,
) -> StandaloneTrades:
    """Entries that are all the candidates there are, as standalone trades."""
    indices, execution = (entries.symbol_index, entries.signal_index), make_execution(fee_bps)
    outcomes = simulate_standalone(panel, indices, execution, exits, policy)
    return build_standalone_trades("phase 2", entries, outcomes)


def make_execution(fee_bps: float = 0.0) -> Execution:
    return Execution(
        capital=100_000.0,
        taker_fee_bps=fee_bps,
        slippage_bps=0.0,
        size_frac=0.05,
        max_positions=10,
        max_position_frac=0.1,
        max_exposure_frac=1.0,
        min_notional=10.0,
    )


def make_policy_of(
    panel: Panel, target: np.ndarray, score: np.ndarray, distance_frac: float
) -> Callable[[AdaptiveExits], ExitPolicy]:
    """Phase 2's exits as params switch them, from parts given by hand."""

    def policy_of(exits: AdaptiveExits) -> ExitPolicy:
        decision = exits.decision
        trail = TrailingStopRule(
            np.full(panel.open.shape, distance_frac),
            exits.trailing.activation_frac,
            exits.trailing.break_even_floor,
        )
        acting = ScoreExitRule(
            score,
            decision.full_probability if decision.full else np.inf,
            decision.partial_probability if decision.partial else np.inf,
            decision.partial_frac,
        )
        base = np.full(target.size, exits.target_frac)
        return ExitPolicy(
            target if exits.dynamic_target.enabled else base,
            ExitRules(
                exits.boundary_min_net_frac if exits.quarter_hour_exit_from_phase_2 else None,
                trail if exits.trailing.enabled else None,
                acting if decision.full or decision.partial else None,
            ),
        )

    return policy_of


def make_evidence(
    panel: Panel,
    period: Period,
    cells: np.ndarray,
    exits: AdaptiveExits,
    score: np.ndarray,
    multiplier: np.ndarray,
    opened: np.ndarray | None = None,
    fee_bps: float = 0.0,
) -> ExitEvidence:
    """Candidates at the (symbol, bar) cells, and phase 2's trades of those opened."""
    symbol, signal = cells.T
    n = symbol.size
    target = exits.target_frac * multiplier
    policy_of = make_policy_of(panel, target, score, 0.003)
    entries = find_eligible_entries(panel, symbol, signal, period)
    execution = make_execution(fee_bps)

    def under(name: str, policy: ExitPolicy) -> StandaloneTrades:
        outcomes = simulate_standalone(panel, (symbol, signal), execution, exits, policy)
        return build_standalone_trades(name, entries, outcomes)

    fixed = ExitPolicy(np.full(n, exits.target_frac), ExitRules.phase_0(exits))
    took = np.ones(n, dtype=np.bool_) if opened is None else opened
    ledger = make_ledger(panel, symbol, signal, exits, policy_of(exits), np.flatnonzero(took))
    filled = np.zeros(n, dtype=np.bool_)
    filled[ledger.trades["candidate_id"].to_numpy(dtype=np.int64)] = True
    trades, fills = select_out_of_sample(ledger.trades, period), ledger.fills
    plans = pd.DataFrame(
        {
            "signal_strength": np.ones(n, np.int8),
            "regime": np.full(n, -1, np.int8),
            "momentum_class": np.zeros(n, np.int8),
            "combined_multiplier": multiplier,
            "target_frac": policy_of(exits).target_frac,
        }
    )
    return ExitEvidence(
        entries,
        filled[entries.candidate],
        filled[entries.candidate],
        StandalonePair(under("phase 2", policy_of(exits)), under("phase 1", fixed)),
        under("phase 2 without models", policy_of(without_models(exits))),
        lambda name, params: under(name, policy_of(params)),
        plans,
        score,
        policy_of(exits).rules.trailing,
        trades,
        fills[fills["trade_id"].isin(trades["trade_id"])],
    )


def make_ledger(
    panel: Panel,
    symbol: np.ndarray,
    signal: np.ndarray,
    exits: AdaptiveExits,
    policy: ExitPolicy,
    rows: np.ndarray,
) -> Ledger:
    """The candidates in the rows traded with one account."""
    aligned, n = policy.at(rows), rows.size
    orders = Entries(
        rows,
        symbol[rows],
        signal[rows],
        np.full(n, 0.01),
        aligned.target_frac,
        np.full(n, exits.stop_frac),
        np.full(n, exits.max_holding_bars),
        np.zeros(n),
        np.full(n, np.nan),
        np.ones(n, np.int8),
    )
    return backtest.run_backtest(panel, orders, make_execution(), aligned.rules)


@pytest.fixture(scope="session")
def toy() -> SimpleNamespace:
    """Makers of panels, entries, round trips, exit policies and whole evidence."""
    return SimpleNamespace(
        start_ms=START_MS,
        panel=make_panel,
        walking_panel=walking_panel,
        entries=make_entries,
        standalone=make_standalone,
        simulate=simulate,
        execution=make_execution,
        policy_of=make_policy_of,
        evidence=make_evidence,
    )


@pytest.fixture(scope="session")
def exits(project: object) -> AdaptiveExits:
    """Section exits with the values of the tests."""
    return read_params("exits").exits


@pytest.fixture(scope="session")
def switched_off(exits: AdaptiveExits) -> AdaptiveExits:
    """Everything that phase 2 adds switched off: phase 1's exits."""
    decision = exits.decision.model_copy(update={"full": False, "partial": False})
    return exits.model_copy(
        update={
            "quarter_hour_exit_from_phase_2": True,
            "dynamic_target": exits.dynamic_target.model_copy(update={"enabled": False}),
            "trailing": exits.trailing.model_copy(update={"enabled": False}),
            "decision": decision,
        }
    )
