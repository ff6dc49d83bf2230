"""Completed phases to stress.json: every scenario, date, phase and setting of the controls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from dipmaster.core.panel import Panel
from dipmaster.core.parallel import map_in_forks
from dipmaster.core.params import Params, Stress
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.results.stress import StressResults
from dipmaster.stress.account import (
    Controls,
    PhaseAccount,
    build_account,
    check_controls,
    run_slice,
    slice_controls,
    switch_off,
)
from dipmaster.stress.bars import build_bars
from dipmaster.stress.dates import (
    ShockDate,
    bars_with_room,
    draw_position_dates,
    draw_random_dates,
)
from dipmaster.stress.measures import measure_window
from dipmaster.stress.scenarios import SCENARIOS, Scenario
from dipmaster.stress.summary import DatedRun, RunKey, summarize_runs
from dipmaster.stress.window import (
    MarketHistory,
    ShockWindow,
    build_history,
    cut_window,
    join_each,
    slice_panel,
)


def run_stress_tests(
    context: EvaluationContext, completed: Sequence[CompletedPhase], params: Params
) -> StressResults:
    """Run the scenarios on the phases of `choose_phases`.

    What a run does depends on its date and on nothing that other runs do, so that the number
    of workers changes only the time.
    """
    stress, panel = params.stress, context.inputs.panel
    accounts = {
        one.phase.number: build_account(one, panel, params.execution, context.period)
        for one in choose_phases(completed)
    }
    room, coins = bars_with_room(panel, context.period, stress), len(panel.symbols)
    dates = draw_random_dates(room, coins, tuple(accounts), stress)
    for account in accounts.values():
        dates += draw_position_dates(account, room, coins, stress)
    tester = StressTester(build_history(panel), accounts, stress)
    runs = [run for found in map_in_forks(tester.run_date, dates) for run in found]
    return summarize_runs(runs, tuple(accounts), panel, context.period, stress)


def choose_phases(completed: Sequence[CompletedPhase]) -> list[CompletedPhase]:
    """The baseline, the first with exits of its own, and the final phase, each once, in order."""
    baseline, final = completed[0], completed[-1]
    other = [one for one in completed if one.exit_policy is not baseline.exit_policy]
    chosen = {one.phase.number for one in (baseline, *other[:1], final)}
    return [one for one in completed if one.phase.number in chosen]


@dataclass(frozen=True)
class StressTester:
    """What all dates are run with."""

    history: MarketHistory
    accounts: "dict[int, PhaseAccount]"
    stress: Stress

    def run_date(self, date: ShockDate) -> list[DatedRun]:
        """Run every scenario on one date: bars are re-made once for all phases and controls."""
        window = cut_window(
            self.history,
            date.bar,
            date.number % self.stress.worst_days,
            date.coins,
            date.seed,
            self.stress,
        )
        scenarios = [one for one in SCENARIOS if date.number < one.dates(self.stress)]
        remade = {one: remake_bars(window, one, self.stress) for one in scenarios}
        return [run for phase in date.phases for run in self._run_phase(date, phase, remade)]

    def _run_phase(
        self, date: ShockDate, phase: int, remade: "Mapping[Scenario, Panel]"
    ) -> "Iterator[DatedRun]":
        market = self._slice(phase, date.bar)
        panels = join_each(market.before, remade.values())
        controls = ((True, market.controls), (False, switch_off(market.controls)))
        for scenario, panel in zip(remade, panels, strict=True):
            for is_on, switched in controls:
                execution = scenario.change_execution(switched.execution, self.stress)
                changed = replace(switched, execution=execution)
                run = run_slice(panel, changed, market.capital, market.before.bars)
                figures = measure_window(run.equity, run.open_at_shock, bool(run.trips.size))
                yield DatedRun(date, RunKey(scenario.name, phase, is_on), figures)

    def _slice(self, phase: int, bar: int) -> "MarketSlice":
        account = self.accounts[phase]
        begin, end = account.last_flat_bar(bar), bar + self.stress.window_days * BARS_PER_DAY
        return MarketSlice(
            slice_panel(self.history.panel, begin, bar),
            check_controls(
                slice_controls(account.controls, begin, end),
                slice_panel(self.history.panel, begin, end),
            ),
            float(account.equity[begin]),
        )


class MarketSlice(NamedTuple):
    """From the last flat bar to the shock, with the orders up to the window's end.

    Attributes
    ----------
    before
        Bars before the window.
    capital
        Equity at the close of the first of them.
    """

    before: Panel
    controls: Controls
    capital: float


def remake_bars(window: ShockWindow, scenario: Scenario, stress: Stress) -> Panel:
    """Put a scenario's shock into the bars of a window."""
    return build_bars(window.panel, window.moves, scenario.shock(window, stress))
