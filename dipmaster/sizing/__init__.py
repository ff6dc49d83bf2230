"""What is known at a signal's close to the size of its position.

Kelly's fraction of a recalibrated win probability and a payoff, both of outcomes that had
ended by then, times a volatility scalar and three factors. Arrays in, arrays out: nothing
here knows an account, whose caps are the engine's.
"""

from dipmaster.sizing.explanation import explain_size
from dipmaster.sizing.kelly import compute_kelly_frac
from dipmaster.sizing.outcomes import KnownOutcomes, build_outcomes
from dipmaster.sizing.payoff import Payoffs, estimate_payoffs
from dipmaster.sizing.recalibration import Recalibration, WinProbabilities, fit_recalibration
from dipmaster.sizing.sizes import (
    SizeComponents,
    Sizes,
    SizingFeatures,
    combine,
    measure_components,
    put_components,
)
from dipmaster.sizing.volatility import annualise_daily, compute_volatility_scalar

__all__ = [
    "KnownOutcomes",
    "Payoffs",
    "Recalibration",
    "SizeComponents",
    "Sizes",
    "SizingFeatures",
    "WinProbabilities",
    "annualise_daily",
    "build_outcomes",
    "combine",
    "compute_kelly_frac",
    "compute_volatility_scalar",
    "estimate_payoffs",
    "explain_size",
    "fit_recalibration",
    "measure_components",
    "put_components",
]
