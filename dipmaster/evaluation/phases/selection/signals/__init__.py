"""Candidates, admissions and trades to signal quality: what the filter took, lost and improved.

The unit is the candidate; it is positive where its baseline trade nets more than
nothing, and it is a signal where the phase admitted and traded it.
`build_funnel` follows candidates step by step, `measure_signal_quality` judges the whole.
docs/signal_filter.md tells every definition and interval.
"""

from dipmaster.evaluation.phases.selection.signals.funnel import build_funnel
from dipmaster.evaluation.phases.selection.signals.quality import measure_signal_quality

__all__ = ["build_funnel", "measure_signal_quality"]
