"""Likelihood of GARCH(1,1) with its derivatives, in one pass over the squared returns.

    sigma2_t = omega + alpha r2_(t-1) + beta sigma2_(t-1)

with mean zero (a 5-minute mean is a thousandth of a standard deviation) and the
start of Bollerslev (1986), equation 1; derivatives after Fiorentini, Calzolari
and Panattoni (1996). A pass leaves the score and an information matrix:
expected or observed for normal innovations, the outer product of the scores
(Berndt, Hall, Hall and Hausman 1974) for Student's t.
"""

import math

import numpy as np

from dipmaster.core.kernels import Floats, kernel
from dipmaster.volatility.garch_lanes import (
    FOURTH,
    I00,
    LANES,
    QUADS,
    ROWS,
    S0,
    VARIANCE,
    run_lanes,
    start_lanes,
    sum_lanes,
)

LOG_2PI = math.log(2.0 * math.pi)
BACKCAST_BARS = 75
BACKCAST_DECAY = 0.94


@kernel
def compute_backcast(squares: Floats) -> float:
    """Variance before the first return: 75 squares, weights .94^i, as `arch` has it."""
    total = 0.0
    weights = 0.0
    weight = 1.0
    for i in range(min(BACKCAST_BARS, squares.size)):
        total += weight * squares[i]
        weights += weight
        weight *= BACKCAST_DECAY
    return total / weights


@kernel
def normal_likelihood(
    data: Floats,
    theta: Floats,
    backcast: float,
    expected: float,
    score: Floats,
    information: Floats,
) -> tuple[float, float, float]:
    """Log-likelihood under normal innovations.

    Parameters
    ----------
    data
        Squared returns, shape (n,), no NaN, in the order of `garch_lanes.interleave_lanes`.
    theta
        omega, alpha, beta (a fourth value is not read).
    backcast
        Variance and squared return before the first.
    expected
        1 for the expected information, 0 for the observed one.
    score, information
        Written: shapes (4,) and (4, 4); their fourth entries are 0.

    Returns
    -------
    tuple
        Log-likelihood, variance of the bar after the last, and the fourth
        moment of the standardised returns.
    """
    omega, alpha, beta = theta[0], theta[1], theta[2]
    state = np.empty(ROWS)
    start_lanes(state, data, LANES, omega, alpha, beta, backcast)
    log_variances = run_lanes(state, data, LANES, omega, alpha, beta, expected)
    for i in range(4):
        score[i] = sum_lanes(state, S0 + i * LANES) if i < 3 else 0.0
        information[i, 3] = information[3, i] = 0.0
    row = I00
    for i in range(3):
        for j in range(i, 3):
            information[i, j] = information[j, i] = sum_lanes(state, row)
            row += LANES
    n = data.size
    value = -0.5 * (n * LOG_2PI + log_variances + sum_lanes(state, QUADS))
    return value, state[VARIANCE + LANES - 1], sum_lanes(state, FOURTH) / n


@kernel
def digamma(x: float) -> float:
    """Derivative of log gamma for x > 0: recurrence, then the asymptotic series."""
    out = 0.0
    while x < 10.0:
        out -= 1.0 / x
        x += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132)))))
    return out + math.log(x) - 0.5 / x - series


@kernel
def student_likelihood(
    squares: Floats, theta: Floats, backcast: float, score: Floats, information: Floats
) -> tuple[float, float, float]:
    """Log-likelihood under Student's t of variance one (Bollerslev 1987).

    As `normal_likelihood`, on squares in the order of time; the fourth value of
    `theta` is nu > 2. Returns NaN as the fourth moment: the information is that
    of the whole model already.
    """
    omega, alpha, beta, nu = theta[0], theta[1], theta[2], theta[3]
    variance = omega + (alpha + beta) * backcast
    half = 0.5 * (nu + 1.0)
    constant = math.lgamma(half) - math.lgamma(0.5 * nu) - 0.5 * math.log(math.pi * (nu - 2.0))
    constant_slope = 0.5 * (digamma(half) - digamma(0.5 * nu) - 1.0 / (nu - 2.0))
    d0, d1, d2 = 1.0, backcast, backcast
    for i in range(4):
        score[i] = 0.0
        for j in range(4):
            information[i, j] = 0.0
    total = 0.0
    for t in range(squares.size):
        square = squares[t]
        inverse = 1.0 / variance
        z = square * inverse / (nu - 2.0)
        tail = math.log1p(z)
        share = z / (1.0 + z)
        total += constant - 0.5 * math.log(variance) - half * tail
        score_weight = inverse * (half * share - 0.5)
        u0, u1, u2 = score_weight * d0, score_weight * d1, score_weight * d2
        u3 = constant_slope - 0.5 * tail + half * share / (nu - 2.0)
        score[0] += u0
        score[1] += u1
        score[2] += u2
        score[3] += u3
        information[0, 0] += u0 * u0
        information[0, 1] += u0 * u1
        information[0, 2] += u0 * u2
        information[0, 3] += u0 * u3
        information[1, 1] += u1 * u1
        information[1, 2] += u1 * u2
        information[1, 3] += u1 * u3
        information[2, 2] += u2 * u2
        information[2, 3] += u2 * u3
        information[3, 3] += u3 * u3
        d0 = 1.0 + beta * d0
        d1 = square + beta * d1
        d2 = variance + beta * d2
        variance = omega + alpha * square + beta * variance
    for i in range(4):
        for j in range(i):
            information[i, j] = information[j, i]
    return total, variance, math.nan
