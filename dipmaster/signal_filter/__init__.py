"""Signal filter: which candidates phases from 1 on may trade, step by step.

`filter_signals` fills table FILTER_RESULTS: the threshold of the regime on the calibrated
confidence, the four checks, the volatility limit and the confirmation over
three timeframes. Every step but "has a score" can be switched off; its columns
are filled either way. docs/signal_filter.md has every rule.
"""

from dipmaster.signal_filter.check_status import CheckStatus, assess_checks
from dipmaster.signal_filter.checks import CHECKS, required_passes
from dipmaster.signal_filter.confirmation import TIMEFRAMES, compute_confirmation_signals
from dipmaster.signal_filter.filtering import filter_signals, list_step_switches
from dipmaster.signal_filter.inputs import INPUT_COLUMNS, NEWS_COLUMN

__all__ = [
    "CHECKS",
    "INPUT_COLUMNS",
    "NEWS_COLUMN",
    "TIMEFRAMES",
    "CheckStatus",
    "assess_checks",
    "compute_confirmation_signals",
    "filter_signals",
    "list_step_switches",
    "required_passes",
]
