"""Statements of the roadmap that its own numbers refute: each computed, none typed in.

Every function takes the roadmap's numbers from `outcomes.stated` and returns what is stated
beside what the other numbers imply. They hold for every run; no bar or trade has a part in them.
"""

from collections.abc import Callable

from dipmaster.outcomes.contradictions.matrix import (
    refute_current_sharpe,
    refute_current_win_rate,
    refute_phase_1_sharpe,
    refute_phase_4_sharpe,
    refute_phase_4_start,
    refute_profit_factor_gap,
    refute_sharpe_gap,
)
from dipmaster.outcomes.contradictions.plan import (
    refute_alert,
    refute_success_probability,
    refute_timeline,
)
from dipmaster.outcomes.contradictions.signals import (
    refute_agreement,
    refute_confidence_adjustment,
    refute_f1,
    refute_precision,
    refute_rejected_trades,
    refute_threshold_rise,
)
from dipmaster.outcomes.contradictions.trading import (
    refute_correlation_window,
    refute_crash_volatility,
    refute_drawdown_limit,
    refute_kelly_odds,
    refute_least_distance,
    refute_least_target,
    refute_most_target,
    refute_profit_factor_gain,
    refute_sharpe_gain,
    refute_spike_volatility,
    refute_targeting_tolerance,
    refute_trailing_distance,
    refute_volatility_scalar,
)
from dipmaster.results.outcomes import Contradiction

_IN_ORDER: tuple[Callable[[], Contradiction], ...] = (
    refute_sharpe_gap,
    refute_profit_factor_gap,
    refute_agreement,
    refute_precision,
    refute_rejected_trades,
    refute_threshold_rise,
    refute_confidence_adjustment,
    refute_profit_factor_gain,
    refute_least_target,
    refute_most_target,
    refute_trailing_distance,
    refute_least_distance,
    refute_sharpe_gain,
    refute_targeting_tolerance,
    refute_volatility_scalar,
    refute_kelly_odds,
    refute_drawdown_limit,
    refute_correlation_window,
    refute_phase_4_start,
    refute_f1,
    refute_crash_volatility,
    refute_spike_volatility,
    refute_timeline,
    refute_alert,
    refute_current_sharpe,
    refute_current_win_rate,
    refute_phase_1_sharpe,
    refute_phase_4_sharpe,
    refute_success_probability,
)
"""In the order of the document."""


def list_contradictions() -> tuple[Contradiction, ...]:
    """All of them, in the order of the document."""
    return tuple(refute() for refute in _IN_ORDER)
