"""Days without a bar of any coin are no days: the same trades judge alike with a hole between them.

Two coins over 60 days, the last 40 out of sample; in the twin the last 20 of them lie 400 days
later. Trades, money and days are the same, so every gate must be.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import Ledger
from dipmaster.core.errors import DataError
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Split
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.evaluation.figures.phase_figures import build_phase_figures, build_split_period
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.period import Period, split_period
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from studies.baseline_in_process import evaluate_baseline, trade_baseline
from tests.made.idle_phase import UNREAD
from tests.made.params import read_params

FIRST = 1_672_531_200_000  # 2023-01-01
DAYS, CUT, HOLE = 60, 40, 400
SPLIT = Split(
    burn_in_days=20,
    min_out_of_sample_days=2,
    models_from_day=1,
)


@dataclass(frozen=True)
class Judged:
    """A market and what phase 0 made of it."""

    panel: Panel
    candidates: pd.DataFrame
    period: Period
    ledger: Ledger
    evaluation: PhaseEvaluation


def panel_of(days: Sequence[int]) -> Panel:
    """Sixty days of bars, put on the given days of the calendar; nothing in between."""
    rng = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(0.002 * rng.standard_normal((2, DAYS * BARS_PER_DAY)), axis=1))
    opened = np.concatenate([np.full((2, 1), 100.0), close[:, :-1]], axis=1)
    wick = np.exp(0.001 * rng.random(close.shape))
    prices = opened, np.maximum(opened, close) * wick, np.minimum(opened, close) / wick, close
    bars = (days[-1] + 1) * BARS_PER_DAY
    place = (BARS_PER_DAY * np.array(days)[:, None] + np.arange(BARS_PER_DAY)).ravel()
    columns = []
    for values in (*prices, np.ones(close.shape), np.ones(close.shape)):
        column = np.full((2, bars), np.nan)
        column[:, place] = values
        columns.append(column)
    time = FIRST + BAR_MS * np.arange(bars, dtype=np.int64)
    return Panel(("AUSDT", "BUSDT"), time, *columns)


def judged(gates: Any, days: Sequence[int]) -> Judged:
    params = read_params("execution", "exits")
    panel = panel_of(days)
    period = split_period(panel, SPLIT, gates.block_days)
    rng = np.random.default_rng(8)
    step = np.arange(60, DAYS * BARS_PER_DAY - 1, 40)
    bar = np.sort(rng.choice(step, 300, replace=False))
    bar = bar[np.abs(bar - CUT * BARS_PER_DAY) > 60]  # nobody holds over the hole
    day, rest = np.divmod(bar, BARS_PER_DAY)
    time = panel.open_time[BARS_PER_DAY * np.array(days)[day] + rest]
    candidates = pd.DataFrame(
        {
            "candidate_id": np.arange(bar.size),
            "symbol": rng.choice(panel.symbols, bar.size),
            "open_time": to_timestamps(time),
            "dip_z": rng.random(bar.size),
            "volatility_class": rng.integers(0, 3, bar.size).astype(np.int8),
        }
    )
    around = MatchingCovariates(np.zeros(panel.open.shape, np.int8), np.ones(panel.open.shape))
    settings: Any = SimpleNamespace(execution=params.execution, exits=params.exits, gates=gates)
    ledger = trade_baseline(candidates, panel, period, settings)
    found = evaluate_baseline(ledger, panel, around, period, settings)
    return Judged(panel, candidates, period, ledger, found)


@pytest.fixture(scope="module")
def small(gates: Any) -> Any:
    entry = gates.random_entry.model_copy(update={"pool": 400, "draws": 100})
    few = {"bootstrap_reps": 200, "block_days": 5, "min_blocks": 4, "random_entry": entry}
    return gates.model_copy(update=few)


@pytest.fixture(scope="module")
def whole(small: Any) -> Judged:
    return judged(small, range(DAYS))


@pytest.fixture(scope="module")
def torn(small: Any) -> Judged:
    return judged(small, [*range(CUT), *range(CUT + HOLE, DAYS + HOLE)])


def test_trades_and_days_are_the_same(whole: Judged, torn: Judged) -> None:
    assert len(whole.ledger.trades) > 250
    same = ["symbol", "net_pnl", "return_frac", "exit_type", "bars_held"]
    pd.testing.assert_frame_equal(whole.ledger.trades[same], torn.ledger.trades[same])
    assert (torn.period.days, torn.period.blocks) == (whole.period.days, whole.period.blocks)
    assert (torn.period.days, torn.period.blocks) == (40, 8)
    for name in ("growth", "high", "low", "drawdown"):
        ours, theirs = (getattr(one.evaluation.sample.days, name) for one in (whole, torn))
        np.testing.assert_array_equal(ours, theirs)


def test_every_gate_is_the_same(whole: Judged, torn: Judged) -> None:
    rows = {row.metric: row for row in torn.evaluation.gates.rows}
    assert rows["sharpe"].n == rows["max_drawdown"].n == 40
    for row in whole.evaluation.gates.rows:
        if row.metric == "excess_win_rate":  # its random bars are drawn from another grid
            continue
        assert asdict(rows[row.metric]) == asdict(row)


def test_a_hole_that_is_no_whole_number_of_blocks_moves_no_day(small: Any, whole: Judged) -> None:
    """Blocks stay calendar: 20 days from day 423 on touch five of them; the days are the same."""
    found = judged(small, [*range(CUT), *range(CUT + 403, DAYS + 403)])
    assert (found.period.days, found.period.blocks) == (40, 9)
    ours, theirs = (
        {row.metric: row for row in one.evaluation.gates.rows} for one in (found, whole)
    )
    assert ours["sharpe"].value == theirs["sharpe"].value
    for bound in ("value", "low", "high"):
        assert getattr(ours["max_drawdown"], bound) == getattr(theirs["max_drawdown"], bound)


def test_records_tell_the_hole_and_have_no_month_in_it(torn: Judged, small: Any) -> None:
    split = build_split_period(torn.period)
    assert (split.days_out_of_sample, split.days_without_bars) == (40, HOLE)
    params = read_params("execution", "exits")
    figures = build_phase_figures(
        torn.evaluation, torn.ledger, torn.candidates, torn.panel, torn.period, params.exits,
        small, UNREAD, params.execution,
    )  # fmt: skip
    months = [row.month for row in figures.by_month]
    assert months == ["2023-01", "2023-02", "2024-03", "2024-04"]
    grown = np.prod([1.0 + row.return_frac for row in figures.by_month])
    assert grown - 1.0 == pytest.approx(figures.money.net_return_frac)


def test_a_history_that_is_mostly_a_hole_is_too_short(small: Any) -> None:
    panel = panel_of([*range(DAYS - 1), DAYS + 500])
    with pytest.raises(DataError, match=r"561\.0 days in all, 501 of them without a bar"):
        split_period(panel, SPLIT.model_copy(update={"burn_in_days": 59}), small.block_days)


def test_a_day_with_one_bar_of_one_coin_is_a_day() -> None:
    panel = panel_of([*range(CUT), *range(CUT + 3, DAYS + 3)])
    close = panel.close.copy()
    close[1, (CUT + 1) * BARS_PER_DAY + 17] = 100.0
    period = split_period(replace(panel, close=close), SPLIT, 5)
    assert period.empty_days == (20, 22)
    assert period.days_with_bars.tolist() == [*range(20), 21, *range(23, 43)]


def test_a_hole_in_the_burn_in_changes_no_day_after_it() -> None:
    period = split_period(panel_of([*range(5), *range(12, DAYS + 7)]), SPLIT, 5)
    assert period.out_of_sample_ms == FIRST + 20 * DAY_MS
    assert (period.empty_days, period.days) == ((), DAYS + 7 - 20)
