"""Maximum drawdown of Brownian motion with drift: its exact distribution.

The distance below the running maximum is a Brownian motion reflected at 0; the drawdown stays
below h as long as it has not reached h. Its survival is a sum of exponentials (the eigenfunctions
of the killed process; Magdon-Ismail, Atiya, Pratap and Abu-Mostafa 2004): cos(theta x) - (pull /
theta) sin(theta x) with tan(theta) = theta / pull, lengths in units of h. Marks are continuous,
which 5-minute marks come near; an account marked once a day would fall less.
"""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Bools, Floats

TERMS = 60
BEYOND = 8.5  # standard deviations: a driftless path falls as deep once in 10^16
NEAR = 1e-6
STEPS = 60  # of a bisection: to the last bits


def probability_below(limit: float, volatility: float, sharpe: float, years: float) -> float:
    """Probability that the drawdown over `years` stays below `limit`.

    Parameters
    ----------
    limit
        Above 0, in the unit of the path (a fraction of the capital, not compounded).
    volatility
        Annual, above 0.
    sharpe
        Annual drift over annual volatility, 0 or more.
    """
    if limit > BEYOND * volatility * np.sqrt(years):
        return 1.0
    pull, rate = sharpe / volatility * limit, 0.5 * (volatility / limit) ** 2
    pull = 1.0 + NEAR if abs(pull - 1.0) < NEAR else pull  # there sin turns into sinh
    theta = _solve(pull)
    swing = 0.5 - np.sin(2.0 * theta) / (4.0 * theta)
    weight = np.exp(-pull) * np.sin(theta) ** 3 / theta / swing
    decay = rate * (theta**2 + pull**2)
    total = float(np.sum(weight * np.exp(-decay * years)))
    if pull > 1.0:
        total += _slowest(pull, rate * years)
    return min(max(total, 0.0), 1.0)


def _slowest(pull: float, time: float) -> float:
    """The mode that no longer swings once the drift pulls hard enough: sinh in place of sin."""
    kappa = find_level(lambda one: one - pull * float(np.tanh(one)), 1e-12, pull, 0.0)
    grown = 0.5 * float(np.exp(kappa - pull)) * (1.0 - float(np.exp(-2.0 * kappa)))
    ended = float(np.exp(-kappa))
    cosh_inverse = 2.0 * ended / (1.0 + ended**2)
    sinh_inverse = 2.0 * ended / (1.0 - ended**2)
    norm = 0.5 / (kappa * float(np.tanh(kappa))) - 0.5 * sinh_inverse**2
    return grown / kappa / norm * float(np.exp(-((pull * cosh_inverse) ** 2) * time))


def _solve(pull: float) -> Floats:
    """Roots of pull sin(theta) = theta cos(theta) above 0, one in each (n pi, n pi + pi / 2)."""
    n = np.arange(1.0 if pull > 1.0 else 0.0, TERMS)
    low, high = np.maximum(n * np.pi, 1e-12), n * np.pi + 0.5 * np.pi
    sign = np.where(n % 2 == 0.0, 1.0, -1.0)

    def below(theta: Floats) -> Bools:
        under: Bools = sign * (pull * np.sin(theta) - theta * np.cos(theta)) < 0.0
        return under

    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        before = below(middle)
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return np.asarray(0.5 * (low + high), dtype=np.float64)


def find_level(rising: Callable[[float], float], low: float, high: float, level: float) -> float:
    """Where a function reaches a level, by bisection.

    Parameters
    ----------
    rising
        Below the level at `low`, at or above it at `high`.
    """
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if rising(middle) < level:
            low = middle
        else:
            high = middle
    return high
