"""Candidates, admissions and trades to signal quality: what the filter kept, lost and improved.

The unit is the candidate; it is positive where its frozen phase-0 trade nets
more than nothing, and it is a signal where the phase admitted and traded it.
`funnel` follows candidates step by step, `signal_quality` judges the whole.
docs/admission.md tells every definition and interval.
"""

from dipmaster.evaluation.phases.selection.signals.funnel import funnel
from dipmaster.evaluation.phases.selection.signals.quality import signal_quality

__all__ = ["funnel", "signal_quality"]
