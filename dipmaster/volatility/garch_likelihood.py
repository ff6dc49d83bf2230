"""Likelihood of GARCH(1,1) with its derivatives, in one pass over the squared returns.

    sigma2_t = omega + alpha r2_(t-1) + beta sigma2_(t-1)

with mean zero (a 5-minute mean is a thousandth of a standard deviation) and the
start of Bollerslev (1986), equation 1; derivatives after Fiorentini, Calzolari
and Panattoni (1996). A pass leaves the score, an information matrix that is
never indefinite and a curvature that leads to the top quickly: expected and
observed information for normal innovations; for Student's t the outer product
of the scores (Berndt, Hall, Hall and Hausman 1974) is both.
"""

import math

from dipmaster.numerics import Floats, kernel

LOG_2PI = math.log(2.0 * math.pi)
BACKCAST_BARS = 75
BACKCAST_DECAY = 0.94


@kernel
def backcast_of(squares: Floats) -> float:
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
def fill(
    out: Floats, a00: float, a01: float, a02: float, a11: float, a12: float, a22: float
) -> None:
    """Write a symmetric matrix of three rows into one of four, the rest 0."""
    for i in range(4):
        out[i, 3] = out[3, i] = 0.0
    out[0, 0], out[1, 1], out[2, 2] = a00, a11, a22
    out[0, 1] = out[1, 0] = a01
    out[0, 2] = out[2, 0] = a02
    out[1, 2] = out[2, 1] = a12


@kernel
def normal_pass(
    squares: Floats,
    theta: Floats,
    backcast: float,
    score: Floats,
    information: Floats,
    curvature: Floats,
) -> tuple[float, float, float]:
    """Log-likelihood under normal innovations.

    Parameters
    ----------
    squares
        Squared returns, shape (n,), no NaN.
    theta
        omega, alpha, beta (a fourth value is not read).
    backcast
        Variance and squared return before the first.
    score, information, curvature
        Written: shapes (4,), (4, 4) and (4, 4); their fourth entries are 0.

    Returns
    -------
    tuple
        Log-likelihood, variance of the bar after the last, and the fourth
        moment of the standardised returns.
    """
    omega, alpha, beta = theta[0], theta[1], theta[2]
    variance = omega + (alpha + beta) * backcast
    d0, d1, d2 = 1.0, backcast, backcast
    logs, quads, fourth = 0.0, 0.0, 0.0
    s0, s1, s2 = 0.0, 0.0, 0.0
    i00, i01, i02, i11, i12, i22 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    c00, c01, c02, c11, c12, c22 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    b0, b1, b2 = 0.0, 0.0, 0.0  # second derivatives, each with respect to beta
    start = 0
    while start < squares.size:
        product = 1.0  # one logarithm for eight bars
        stop = min(start + 8, squares.size)
        for t in range(start, stop):
            square = squares[t]
            inverse = 1.0 / variance
            ratio = square * inverse
            product *= variance
            quads += ratio
            fourth += ratio * ratio
            pull = (ratio - 1.0) * inverse
            u0, u1, u2 = d0 * inverse, d1 * inverse, d2 * inverse
            v0, v1, v2 = ratio * u0, ratio * u1, ratio * u2
            s0 += pull * d0
            s1 += pull * d1
            s2 += pull * d2
            i00 += u0 * u0
            i01 += u0 * u1
            i02 += u0 * u2
            i11 += u1 * u1
            i12 += u1 * u2
            i22 += u2 * u2
            c00 += u0 * v0
            c01 += u0 * v1
            c02 += u0 * v2 - 0.5 * pull * b0
            c11 += u1 * v1
            c12 += u1 * v2 - 0.5 * pull * b1
            c22 += u2 * v2 - 0.5 * pull * b2
            b0 = d0 + beta * b0
            b1 = d1 + beta * b1
            b2 = 2.0 * d2 + beta * b2
            d0 = 1.0 + beta * d0
            d1 = square + beta * d1
            d2 = variance + beta * d2
            variance = omega + alpha * square + beta * variance
        logs += math.log(product)
        start = stop
    score[0], score[1], score[2], score[3] = 0.5 * s0, 0.5 * s1, 0.5 * s2, 0.0
    fill(information, 0.5 * i00, 0.5 * i01, 0.5 * i02, 0.5 * i11, 0.5 * i12, 0.5 * i22)
    c00, c01, c02 = c00 - 0.5 * i00, c01 - 0.5 * i01, c02 - 0.5 * i02
    fill(curvature, c00, c01, c02, c11 - 0.5 * i11, c12 - 0.5 * i12, c22 - 0.5 * i22)
    n = squares.size
    return -0.5 * (n * LOG_2PI + logs + quads), variance, fourth / n


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
def student_pass(
    squares: Floats,
    theta: Floats,
    backcast: float,
    score: Floats,
    information: Floats,
    curvature: Floats,
) -> tuple[float, float, float]:
    """Log-likelihood under Student's t of variance one (Bollerslev 1987).

    As `normal_pass`; the fourth value of `theta` is nu > 2. Returns NaN as the
    fourth moment: the information is that of the whole model already.
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
        pull = inverse * (half * share - 0.5)
        u0, u1, u2 = pull * d0, pull * d1, pull * d2
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
        for j in range(4):
            information[max(i, j), min(i, j)] = information[min(i, j), max(i, j)]
            curvature[i, j] = information[min(i, j), max(i, j)]
    return total, variance, math.nan
