"""Loss of equity if all positions that are open at once are stopped out: by hand and as a loop."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.panel import to_timestamps
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.figures.stop_out import measure_stop_out
from tests.made.params import read_params

START_MS = 1_672_531_200_000  # 2023-01-01
STOP_FRAC = 0.015
EXECUTION = read_params("execution").execution.model_copy(
    update={"max_positions": 4, "max_exposure_frac": 1.0}
)


def trades_of(spans: list[tuple[int, int]], weights: list[float], cost: float) -> pd.DataFrame:
    """Bars of entry and exit, shares of equity, costs in money at a notional of 100."""
    entry, left = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    return pd.DataFrame(
        {
            "entry_time": to_timestamps(START_MS + entry * BAR_MS),
            "exit_time": to_timestamps(START_MS + left * BAR_MS),
            "weight_frac": weights,
            "fees": 0.75 * cost,
            "slippage": 0.25 * cost,
            "funding": 0.0,
        }
    )


def loss_of(trades: pd.DataFrame, execution=EXECUTION):
    return measure_stop_out(trades, np.full(len(trades), 100.0), STOP_FRAC, execution)


def test_by_hand() -> None:
    """Two at 5 %, then three of which one is small: 2 x 5 % + 1 % beats 2 x 5 %."""
    trades = trades_of([(0, 10), (5, 12), (12, 20), (30, 31)], [0.05, 0.05, 0.01, 0.05], 0.25)
    found = loss_of(trades)
    each = STOP_FRAC + 0.0025
    assert (found.positions, found.time) == (2, "2023-01-01T00:25:00Z")
    assert found.loss_frac == pytest.approx(0.10 * each)
    assert (found.limit_positions, found.limit_loss_frac) == (4, pytest.approx(0.20 * each))


def test_an_exit_inside_the_bar_of_an_entry_counts_as_open() -> None:
    """The first may have been stopped after the second was bought."""
    found = loss_of(trades_of([(0, 5), (5, 9)], [0.05, 0.05], 0.0))
    assert (found.positions, found.loss_frac) == (2, pytest.approx(0.10 * STOP_FRAC))


def test_exposure_limits_the_limit() -> None:
    low = EXECUTION.model_copy(update={"max_exposure_frac": 0.12})
    found = loss_of(trades_of([(0, 5)], [0.05], 0.0), low)
    assert found.limit_loss_frac == pytest.approx(0.12 * STOP_FRAC)


def test_no_trade_risks_nothing() -> None:
    found = loss_of(trades_of([], [], 0.0))
    assert (found.positions, found.time, found.loss_frac, found.limit_loss_frac) == (0, None, 0, 0)


@given(st.integers(0, 200))
def test_as_a_loop_over_bars(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 30))
    entry = np.sort(rng.integers(0, 60, n))
    left = entry + rng.integers(0, 15, n)
    weight = rng.uniform(0.01, 0.1, n)
    found = loss_of(
        trades_of(list(zip(entry.tolist(), left.tolist(), strict=True)), weight.tolist(), 0.5)
    )
    each = weight * (STOP_FRAC + 0.005)
    by_bar = [each[(entry <= bar) & (left >= bar)].sum() for bar in range(80)]
    assert found.loss_frac == pytest.approx(max(by_bar))
    assert found.loss_frac >= each.max() * (1 - 1e-12)
