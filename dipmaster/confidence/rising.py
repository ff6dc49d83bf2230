"""How outputs of a level below are combined: logistic regression that can only rise."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.learning.calibrators import log_odds
from dipmaster.learning.logistic import Logistic, fit_logistic
from dipmaster.learning.unfit import Unfit

# Inputs, outcomes and weights of the training rows to what combines them.
Combine = Callable[[Floats, Floats, Floats], Logistic | Unfit]
# Ridge penalty on standardised coefficients: a prior of sd 1, worth little beside 200 candidates.
PENALTY = 1.0


def fit_rising(inputs: Floats, won: Floats, weight: Floats) -> Logistic | Unfit:
    """Logistic regression without negative coefficients.

    As in the beta calibrator: the input whose coefficient is most negative is left
    out (its coefficient is then 0) and the others are fitted again, until none is
    negative. Breiman (1996, "Stacked regressions") found stacks to need this.
    """
    kept = np.ones(inputs.shape[1], dtype=np.bool_)
    while kept.any():
        found = fit_logistic(np.where(kept, inputs, 0.0), won, weight, PENALTY)
        if isinstance(found, Unfit) or min(found.coefficient) >= 0.0:
            return found
        kept[int(np.argmin(found.coefficient))] = False
    return _base_rate(won, weight, kept.size)


def _base_rate(won: Floats, weight: Floats, inputs: int) -> Logistic:
    """What is left where no input rises with the result."""
    rate = np.array([np.average(won, weights=weight)])
    nothing = (0.0,) * inputs
    return Logistic(nothing, (1.0,) * inputs, nothing, float(log_odds(rate)[0]))


class Combining(NamedTuple):
    """How the stack and the layer are fitted; the pipeline knows one way, studies may compare."""

    stack: Combine = fit_rising
    layer: Combine = fit_rising


RISING = Combining()
