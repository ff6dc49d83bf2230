"""Candidates to admissions: which of them phases from 1 on may trade, step by step.

`admit` fills table ADMISSION: the threshold of the regime on the calibrated
confidence, the four checks, the volatility limit and the confirmation over
three timeframes. Every step but "has a score" can be switched off; its columns
are filled either way. docs/admission.md tells every rule.
"""

from dipmaster.admission.admit import admit, demanded
from dipmaster.admission.checks import CHECKS, needed
from dipmaster.admission.facts import CheckFact, check_facts
from dipmaster.admission.inputs import INPUTS, NEWS
from dipmaster.admission.signs import FRAMES, confirmation_signs

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
