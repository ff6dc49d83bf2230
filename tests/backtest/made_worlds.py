"""Random markets with orders and exit rules, for what holds on any of them."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from dipmaster.backtest import Entries, ExitRules, ScoreExitRule, TrailingStopRule
from dipmaster.core.panel import Panel

COSTS = {"taker_fee_bps": 10.0, "slippage_bps": 1.0}
SEEDS = st.integers(0, 2**32 - 1)
ANY_MARKET = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def make_world(make: Any, seed: int) -> tuple[Panel, Entries, ExitRules]:
    rng = np.random.default_rng(seed)
    panel = make.random_panel(seed, symbols=4, bars=250, funding=rng.random() < 0.5)
    cells = make.random_cells(seed, panel, 0.1)
    rows = len(cells)
    entries = make.entries(
        cells,
        max_holding_bars=rng.integers(1, 20, rows),
        size_frac=rng.uniform(0, 0.5, rows),
        target_frac=rng.choice([0.004, 0.01, np.inf], rows),
        stop_frac=rng.choice([0.004, 0.01, np.inf], rows),
    )
    trailing = TrailingStopRule(rng.uniform(0.001, 0.01, panel.open.shape), 0.004)
    score = ScoreExitRule(np.where(rng.random((rows, 9)) < 0.8, np.nan, rng.random((rows, 9))))
    rules = ExitRules(
        0.001 if rng.random() < 0.5 else None,
        trailing if rng.random() < 0.5 else None,
        score if rng.random() < 0.5 else None,
    )
    return panel, entries, rules


def limit_account(make: Any) -> Any:
    return make.execution(**COSTS, max_position_frac=0.4, max_exposure_frac=0.9, max_positions=3)
