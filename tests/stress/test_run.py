"""The whole run on a small market: dates, rows, fans, and the same bytes for any workers."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dipmaster import backtest
from dipmaster.backtest import ExitRules
from dipmaster.core.panel import Panel, format_time
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.results.stress import StressResults
from dipmaster.stress import run_stress_tests
from dipmaster.stress.account import build_account
from dipmaster.stress.dates import bars_with_room, draw_position_dates, draw_random_dates
from dipmaster.stress.scenarios import SCENARIOS
from tests.stress.world import (
    DAYS,
    START_MS,
    execution,
    random_entries,
    random_panel,
    stress,
    with_later_bars,
)

pytestmark = pytest.mark.slow

PERIOD = Period(START_MS, START_MS + 4 * DAY_MS, START_MS + DAYS * DAY_MS - BAR_MS, 2)
SMALL = {"dates": 6, "other_dates": 3, "window_days": 2, "past_days": 3}


def phase(number: int, panel: Panel, share: float = 0.01) -> Any:
    entries = (
        random_entries(panel, number, share)
        if share
        else random_entries(panel, 1).take(np.arange(0))
    )
    rules = ExitRules(0.0025)
    ledger = backtest.run_backtest(panel, entries, execution(), rules)
    return SimpleNamespace(
        phase=SimpleNamespace(number=number),
        orders=SimpleNamespace(entries=entries),
        exit_policy=ExitPolicy(entries.target_frac, rules),
        ledger=ledger,
    )


def run(panel: Panel, *shares: float, **changes: Any) -> StressResults:
    """Phases 0, 1, ... that trade so many bars; 1 has the exits of 0, the others their own."""
    context = SimpleNamespace(inputs=SimpleNamespace(panel=panel), period=PERIOD)
    completed = [phase(number, panel, share) for number, share in enumerate(shares)]
    same = ExitPolicy(np.full(panel.open.size, 0.01), ExitRules(0.0025))
    for one in completed[:2]:
        one.exit_policy = same
    params = SimpleNamespace(stress=stress(**{**SMALL, **changes}), execution=execution())
    return run_stress_tests(context, completed, params)  # type: ignore[arg-type]


def cut_bars(panel: Panel, bars: int) -> dict[str, Any]:
    """The first bars alone."""
    names = ("open", "high", "low", "close", "volume", "half_spread_bps")
    cut = {name: getattr(panel, name)[:, :bars] for name in names}
    return {**cut, "open_time": panel.open_time[:bars]}


@pytest.fixture(scope="module")
def panel() -> Panel:
    return random_panel(11)


@pytest.fixture(scope="module")
def found(panel: Panel) -> StressResults:
    return run(panel, 0.01, 0.005, 0.004, 0.001)


def test_rows_of_every_scenario_phase_and_start(found: StressResults) -> None:
    assert found.phases == (0, 2, 3)
    assert found.final_phase == 3
    keys = [(row.scenario, row.phase, row.start) for row in found.rows]
    assert len(keys) == len(set(keys)) == len(SCENARIOS) * 3 * 2
    for row in found.rows:
        scenario = next(one for one in SCENARIOS if one.name == row.scenario)
        assert row.runs == (6 if scenario.in_roadmap else 3)
        assert row.with_controls is not None
        assert row.risk_controls_effective == (row.with_controls.worst_drawdown_frac < 0.05)
        if row.start == "positions open" and row.scenario != "fees_raised":
            assert row.invested == row.runs
    assert len(found.fans) == 4
    assert {fan.phase for fan in found.fans} == {3}
    assert len(found.worst_windows) == len(SCENARIOS)
    for one in found.worst_windows:
        rows = [row for row in found.rows if (row.scenario, row.phase) == (one.scenario, 3)]
        measures = [row.with_controls for row in rows if row.with_controls]
        assert one.drawdown_frac == max(m.worst_drawdown_frac for m in measures)
    falls = [one.drawdown_frac for one in found.worst_windows]
    assert falls == sorted(falls, reverse=True)


def test_results_are_numbers_and_come_back(found: StressResults) -> None:
    written = json.dumps(to_json(found), allow_nan=False)
    assert from_json(StressResults, json.loads(written)) == found


@pytest.mark.parametrize("workers", ["1", "2", "3"])
def test_the_same_for_any_number_of_workers(
    workers: str, found: StressResults, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    assert run(panel, 0.01, 0.005, 0.004, 0.001) == found


def test_another_seed_is_another_result(found: StressResults, panel: Panel) -> None:
    assert run(panel, 0.01, 0.005, 0.004, 0.001, seed=1) != found


def test_a_phase_without_trades_has_a_reason_and_no_figures(panel: Panel) -> None:
    found = run(panel, 0.01, 0.0)
    rows = [row for row in found.rows if row.phase == 1 and row.start == "positions open"]
    assert rows
    for row in rows:
        assert (row.runs, row.with_controls, row.risk_controls_effective) == (0, None, None)
        assert row.reason.startswith("phase 1 held no position")
    still = next(row for row in found.rows if row.phase == 1 and row.start == "random date")
    assert still.with_controls is not None
    assert still.with_controls.worst_drawdown_frac == 0.0
    assert (still.traded, still.invested) == (0, 0)
    assert {fan.start for fan in found.fans} == {"random date"}
    assert found.worst_windows == ()


def test_a_history_without_room_for_a_window(panel: Panel) -> None:
    found = run(panel, 0.01, window_days=9)
    assert {row.runs for row in found.rows} == {0}
    assert all(row.reason for row in found.rows)
    assert (found.fans, found.worst_windows) == ((), ())


def test_a_date_drawn_twice_counts_once(panel: Panel) -> None:
    """With room for one window alone all random dates are the same one: no bound of 30."""
    last = PERIOD.out_of_sample_ms + 2 * DAY_MS
    short = replace(panel, **cut_bars(panel, (last - START_MS) // BAR_MS + 1))
    found = run(short, 0.01, dates=30, other_dates=3)
    rows = [row for row in found.rows if row.start == "random date"]
    assert {row.runs for row in rows} == {30, 3}
    assert {row.independent for row in rows} == {1}
    assert {row.with_controls.beyond_high_frac for row in rows if row.with_controls} == {0.95}


def test_dates_leave_room_and_lie_out_of_sample(panel: Panel) -> None:
    section = stress(**{**SMALL, "dates": 300})
    room = bars_with_room(panel, PERIOD, section)
    assert (room.start, room.stop - 1) == (4 * 288 + 1, (DAYS - 2) * 288)
    account = build_account(phase(2, panel), panel, execution(), PERIOD)
    random = draw_random_dates(room, 5, (2,), section)
    held = draw_position_dates(account, room, 5, section)
    assert len(random) == len(held) == 300
    assert all(date.bar in room for date in (*random, *held))
    assert sorted(random[0].coins.tolist()) == list(range(5))
    for date in held:
        one = account.positions[date.trade]
        assert one.entry_bar < date.bar <= one.exit_bar
        assert date.coins[0] == one.coin
        assert sorted(date.coins.tolist()) == list(range(5))
    counts = np.unique([date.trade for date in held], return_counts=True)[1]
    assert counts.max() - counts.min() <= 1, "every trade before any again"


def test_bars_after_the_last_window_change_nothing(panel: Panel) -> None:
    """Orders and ledger stay: what is read of the market is what lies in the windows."""
    section = stress(**SMALL)
    context = SimpleNamespace(inputs=SimpleNamespace(panel=panel), period=PERIOD)
    traded = [phase(0, panel)]
    params = SimpleNamespace(stress=section, execution=execution())
    before = run_stress_tests(context, traded, params)  # type: ignore[arg-type]
    room = bars_with_room(panel, PERIOD, section)
    account = build_account(traded[0], panel, execution(), PERIOD)  # type: ignore[arg-type]
    dates = draw_random_dates(room, 5, (0,), section)
    dates += draw_position_dates(account, room, 5, section)
    end = max(date.bar for date in dates) + 2 * BARS_PER_DAY
    assert end < panel.bars
    context.inputs.panel = with_later_bars(panel, end, 5.0)
    assert run_stress_tests(context, traded, params) == before  # type: ignore[arg-type]


def test_a_worst_window_names_a_date_that_was_run(found: StressResults, panel: Panel) -> None:
    times = {format_time(int(time)) for time in panel.open_time}
    assert {one.shock_time for one in found.worst_windows} <= times
    assert replace(found) == found
