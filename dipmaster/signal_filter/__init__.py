"""Candidates to admissions: which of them phases from 1 on may trade, step by step.

`admit` fills table ADMISSION: the threshold of the regime on the calibrated
confidence, the four checks, the volatility limit and the confirmation over
three timeframes. Every step but "has a score" can be switched off; its columns
are filled either way. docs/admission.md tells every rule.
"""

from dipmaster.signal_filter.check_status import CheckFact, check_facts
from dipmaster.signal_filter.checks import CHECKS, needed
from dipmaster.signal_filter.confirmation import FRAMES, confirmation_signs
from dipmaster.signal_filter.filtering import admit, demanded
from dipmaster.signal_filter.inputs import INPUTS, NEWS

__all__ = [
    "CHECKS",
    "FRAMES",
    "INPUTS",
    "NEWS",
    "CheckFact",
    "admit",
    "check_facts",
    "confirmation_signs",
    "demanded",
    "needed",
]
