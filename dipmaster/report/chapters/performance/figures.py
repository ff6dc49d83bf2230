"""What explains the gated figures: lines of a table with the phases as columns."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_lines import DAYS, PER_TRADE, TRADES, outcomes
from dipmaster.report.kit.phase_table import Line
from dipmaster.results.evaluation.phase import PhaseFigures

LINES: Sequence[Line[PhaseFigures]] = (
    TRADES,
    ("Won, lost, break-even", lambda phase: outcomes(phase.counts, ", ")),
    DAYS,
    *(PER_TRADE[key] for key in ("break_even", "win", "loss", "net", "median")),
    ("Median holding period", lambda phase: numbers.minutes(phase.holding.median_minutes)),
    ("Annual volatility", lambda phase: numbers.percent(phase.uncertainty.daily_vol_annual_frac)),
)
