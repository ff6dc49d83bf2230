"""Bets on a failure to evidence that holds at every time, and bounds that do.

An e-process is the wealth of somebody who bets, before each outcome, that a rule has failed:
while it has not, the wealth cannot grow on average, and the chance that it EVER reaches 1 / a
is at most a (Ville 1939). One may look after every trade and stop whenever one likes; a bound
for a fixed number of trades may not be looked at twice.

References
----------
Shafer (2021), Testing by betting. Waudby-Smith and Ramdas (2024), Estimating means of bounded
random variables by betting. Howard, Ramdas, McAuliffe and Sekhon (2021), Time-uniform,
nonparametric, nonasymptotic confidence sequences. Robbins (1970), Statistical methods related
to the law of the iterated logarithm.
"""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaln, logsumexp

from dipmaster.core.kernels import Floats, Ints

STAKES = 0.9 * 0.5 ** np.arange(8)
"""Shares of the wealth at stake, an eighth of it each; a stake of 1 would risk ruin."""


def log_evidence(gains: Floats, largest_loss: float, begins_ms: Ints, starts_ms: Ints) -> Floats:
    """Log wealth after each unit, of bets that begin anew at every start.

    Under the null hypothesis each gain has a mean of at most 0 given everything before its
    unit began. Bets that begin late are not burdened by good years before: bet k of all starts
    holds the share 1 / (k (k + 1)) of the wealth, so that the sum stays an e-process however
    many starts there will be.

    Parameters
    ----------
    gains
        Shape (units,), what a bet of one unit wins where the rule fails, in order of time.
    largest_loss
        No gain is below minus it.
    begins_ms
        Shape (units,), when each unit began, rising. LOOK-AHEAD: a unit that began before a
        start is left out of the bets of that start even where it ended after it.
    starts_ms
        Rising.

    Returns
    -------
    Floats
        Shape (units,).
    """
    growth = np.log1p(np.multiply.outer(gains, STAKES / largest_loss))
    wealth = np.vstack([np.zeros(STAKES.size), np.cumsum(growth, axis=0)])
    first = np.searchsorted(begins_ms, starts_ms)
    units = np.arange(gains.size) + 1
    parts = [np.full(gains.size, _log_unstarted(starts_ms.size))]
    for rank, begin in enumerate(first, start=1):
        of_start = logsumexp(wealth[1:] - wealth[begin], axis=1) - math.log(STAKES.size)
        share = -math.log(rank * (rank + 1))
        parts.append(share + np.where(units > begin, of_start, 0.0))
    log_wealth: Floats = logsumexp(parts, axis=0)
    return log_wealth


def _log_unstarted(starts: int) -> float:
    """Wealth of the bets that have not begun: 1 less the shares of the others."""
    return -math.log(starts + 1)


def bound_mean(total: float, units: int, alpha: float) -> tuple[float, float]:
    """Bounds of a mean of values in [0, 1] that hold at every time, each with 1 - alpha.

    Robbins' mixture: the mean p is excluded from above once the likelihood of all rates below
    it, weighted alike, is 1 / alpha times that of p. A Bernoulli likelihood bounds that of any
    values in [0, 1] (Howard et al. 2021, section 3.1).

    Returns
    -------
    (low, high); (0, 1) without a unit.
    """
    return 1.0 - _bound_above(units - total, units, alpha), _bound_above(total, units, alpha)


def _bound_above(total: float, units: int, alpha: float) -> float:
    if total >= units:
        return 1.0
    mean = total / units if units else 1.0

    def excess(rate: float) -> float:
        return _log_mixture(total, units, rate) + math.log(alpha)

    least, most = max(mean, 1e-12), 1.0 - 1e-12
    return float(brentq(excess, least, most, xtol=1e-10)) if excess(most) > 0.0 else 1.0


def _log_mixture(total: float, units: int, rate: float) -> float:
    """Log of the mean likelihood of rates below `rate`, over the likelihood of `rate`."""
    won, lost = 1.0 + total, 1.0 + units - total
    below = np.log(betainc(won, lost, rate)) + betaln(won, lost) - math.log(rate)
    return float(below - total * math.log(rate) - (units - total) * math.log1p(-rate))
