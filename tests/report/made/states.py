"""Every state a report is tested in, by name."""

from collections.abc import Callable

from dipmaster.report.inputs import Inputs
from tests.report.made import phase_0_states as phase_0
from tests.report.made import phase_1_states as phase_1
from tests.report.made import phase_2_states as phase_2
from tests.report.made.phase import losing_gates, losing_phase
from tests.report.made.run import run

STATES: dict[str, Callable[[], Inputs]] = {
    "losing": lambda: run(losing_gates(), losing_phase()),
    "passing": phase_0.passing,
    "no trades": phase_0.no_trades,
    "one trade": phase_0.one_trade,
    "all wins": phase_0.all_wins,
    "ruined": phase_0.ruined,
    "real bars": phase_0.real_bars,
    "many coins": phase_0.many_coins,
    "long reasons": phase_0.long_reasons,
    "all phases": phase_1.all_phases,
    "too short": phase_0.too_short,
    "phase 1": phase_1.built,
    "phase 1 abstained": phase_1.abstained,
    "phase 1, no score": phase_1.no_score,
    "phase 1, no candidates": phase_1.no_candidates,
    "phase 1, one coin": phase_1.one_coin,
    "phase 1, quick": phase_1.quick,
    "phase 1, real bars": phase_1.real,
    "phase 1, most words": phase_1.wordy,
    "phase 2": phase_2.built,
    "phase 2 abstained": phase_2.abstained,
    "phase 2, many trades": phase_2.many_trades,
    "phase 2, most words": phase_2.wordy,
    "phase 2, no candidates": phase_2.no_candidates,
    "phase 2, no models": phase_2.no_models,
}
