"""Every state a report is tested in, by name."""

from collections.abc import Callable

from dipmaster.report.inputs import ReportInputs
from tests.made.common import COINS
from tests.report.run import run
from tests.report.states_of_baseline import (
    all_wins,
    long_reasons,
    many_coins,
    no_trades,
    one_trade,
    passing,
    real_bars,
    ruined,
    too_short,
)
from tests.report.states_of_evidence import (
    phase_4_abstained,
    phase_4_no_data,
    phase_4_not_credited,
    phase_4_real,
    phase_4_too_few,
)
from tests.report.states_of_exits import (
    all_phases,
    costly_models,
    many_trades,
    no_models,
    phase_2_abstained,
    phase_2_no_candidates,
    phase_2_wordy,
    phase_3_abstained,
)
from tests.report.states_of_selection import (
    no_candidates,
    no_score,
    phase_1_abstained,
    phase_1_real,
    phase_1_wordy,
    quick,
)
from tests.report.states_of_sizing import (
    phase_3_few_trades,
    phase_3_fixed,
    phase_3_no_orders,
    phase_3_real,
    phase_4_few_trades,
)

STATES: dict[str, Callable[[], ReportInputs]] = {
    "losing": run,
    "passing": passing,
    "no trades": no_trades,
    "one trade": one_trade,
    "all wins": all_wins,
    "ruined": ruined,
    "real bars": real_bars,
    "many coins": many_coins,
    "long reasons": long_reasons,
    "all phases": all_phases,
    "all phases, costly models": costly_models,
    "too short": too_short,
    "phase 1": lambda: run(1),
    "phase 1 abstained": phase_1_abstained,
    "phase 1, no score": no_score,
    "phase 1, no candidates": no_candidates,
    "phase 1, one coin": lambda: run(1, COINS[:1]),
    "phase 1, quick": quick,
    "phase 1, real bars": phase_1_real,
    "phase 1, most words": phase_1_wordy,
    "phase 2": lambda: run(2),
    "phase 2 abstained": phase_2_abstained,
    "phase 2, many trades": many_trades,
    "phase 2, most words": phase_2_wordy,
    "phase 2, no candidates": phase_2_no_candidates,
    "phase 2, no models": no_models,
    "phase 3": lambda: run(3),
    "phase 3 abstained": phase_3_abstained,
    "phase 3, few trades": phase_3_few_trades,
    "phase 3, fixed sizes": phase_3_fixed,
    "phase 3, no orders": phase_3_no_orders,
    "phase 3, real bars": phase_3_real,
    "phase 4": lambda: run(4),
    "phase 4 abstained": phase_4_abstained,
    "phase 4, few trades": phase_4_few_trades,
    "phase 4, no data": phase_4_no_data,
    "phase 4, not credited": phase_4_not_credited,
    "phase 4, real bars": phase_4_real,
    "phase 4, too little evidence": phase_4_too_few,
}
