"""Accounts of a few orders on made bars, and the made market of the stages, traded again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import Entries, ExitRules, run_backtest
from dipmaster.core import store
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution, Params
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.context import EvaluationContext, build_context
from dipmaster.evaluation.phase import CompletedPhase, Phase, PhaseOrders
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import read_phases
from dipmaster.evaluation.run import complete_phases
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.sensitivity import measure_sensitivity
from tests.made.params import read_params
from tests.stages.made_candidates import made_inputs

START_MS = 1_672_531_200_000  # 2023-01-01
DAYS = 4
BARS = DAYS * 288
FREE = {"taker_fee_bps": 0.0, "slippage_bps": 0.0}


@dataclass(frozen=True)
class Account:
    """A phase of orders made by hand, with what it was traded in."""

    context: Any
    phase: CompletedPhase

    @property
    def panel(self) -> Panel:
        return self.context.inputs.panel

    @property
    def entries(self) -> Entries:
        return self.phase.orders.entries


def flat_panel(symbols: int = 1, price: float = 100.0, half_spread_bps: float = 0.0) -> Panel:
    """Prices that never move, one unit traded in every bar."""
    shape = (symbols, BARS)
    time = START_MS + BAR_MS * np.arange(BARS, dtype=np.int64)
    prices = (np.full(shape, price) for _ in range(4))
    volume, spread = np.ones(shape), np.full(shape, half_spread_bps)
    return Panel(tuple(f"C{i}USDT" for i in range(symbols)), time, *prices, volume, spread)


def random_panel(seed: int, symbols: int = 2) -> Panel:
    """A random walk with random volume."""
    rng = np.random.default_rng(seed)
    shape = (symbols, BARS)
    close = 100.0 * np.exp(np.cumsum(0.002 * rng.standard_normal(shape), axis=1))
    opened = np.concatenate([np.full((symbols, 1), 100.0), close[:, :-1]], axis=1)
    high, low = 1.0005 * np.maximum(opened, close), 0.9995 * np.minimum(opened, close)
    time = START_MS + BAR_MS * np.arange(BARS, dtype=np.int64)
    names = tuple(f"C{i}USDT" for i in range(symbols))
    volume = rng.gamma(2.0, 500.0, shape)
    return Panel(names, time, opened, high, low, close, volume, np.full(shape, 1.0))


def orders(symbol: Any, signal: Any, size_frac: float = 0.05, bars: int = 3) -> Entries:
    """Orders that leave at the time limit alone."""
    rows = len(signal)
    return Entries(
        candidate_id=np.arange(rows),
        symbol_index=np.asarray(symbol, np.int64),
        signal_index=np.asarray(signal, np.int64),
        size_frac=np.full(rows, size_frac),
        target_frac=np.full(rows, np.inf),
        stop_frac=np.full(rows, np.inf),
        max_holding_bars=np.full(rows, bars, np.int64),
        priority=np.zeros(rows),
        confidence=np.full(rows, np.nan),
        regime=np.zeros(rows, np.int8),
    ).sort_orders()


def account(
    panel: Panel, entries: Entries, phase: Phase | None = None, **execution: float
) -> Account:
    """Traded with the params of the tests, out of sample from the second day on."""
    params = read_params("execution", "gates", "sensitivity")
    costs = Execution.model_validate({**params.execution.model_dump(), **execution})
    made = SimpleNamespace(execution=costs, gates=params.gates, sensitivity=params.sensitivity)
    period = Period(START_MS, START_MS + DAY_MS, int(panel.open_time[-1]), 1)
    context = SimpleNamespace(inputs=SimpleNamespace(panel=panel), params=made, period=period)
    rules = ExitRules(boundary_min_net_frac=None)
    policy = ExitPolicy(np.full(int(entries.candidate_id.max(initial=-1)) + 1, np.inf), rules)
    ledger = run_backtest(panel, entries, costs, rules)
    nothing: Any = None
    done = CompletedPhase(
        phase or BaselinePhase(), PhaseOrders(entries), policy, nothing, nothing, ledger
    )
    return Account(context, done)


@dataclass(frozen=True)
class Run:
    """The made market of the stages, which lies in a folder of its own."""

    place: Path
    params: Params
    context: EvaluationContext
    completed: tuple[CompletedPhase, ...]
    again: Callable[[Params], tuple[CompletedPhase, ...]]
    results: SensitivityResults


@pytest.fixture(scope="session")
def measured(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Five phases on two coins, and all that is measured, in one process."""
    place = made_inputs(project, tmp_path_factory.mktemp("sensitivity"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("DIPMASTER_WORKERS", "1")
        params = store.read_params(
            "signal", "confidence.thresholds", "filter", "confirmation", "execution", "exits",
            "sizing", "split", "gates", "sensitivity",
        )  # fmt: skip
        inputs = read_inputs()
        phases = read_phases(inputs, params)
        context = build_context(inputs, params)
        completed = complete_phases(context, phases)
        return Run(
            place,
            params,
            context,
            completed,
            lambda changed: complete_phases(build_context(inputs, changed), phases),
            measure_sensitivity(context, completed, params),
        )


@pytest.fixture
def run(measured: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, in its folder: phases read exit models there when they are first asked for."""
    monkeypatch.chdir(measured.place)
    return measured
