"""Likelihood of GARCH(1,1) with its derivatives, in one pass over the squared returns.

    sigma2_t = omega + alpha r2_(t-1) + beta sigma2_(t-1)

with mean zero (a 5-minute mean is a thousandth of a standard deviation) and the
start of Bollerslev (1986), equation 1; derivatives after Fiorentini, Calzolari
and Panattoni (1996). A pass leaves the score and an information matrix:
expected or observed for normal innovations, the outer product of the scores
(Berndt, Hall, Hall and Hausman 1974) for Student's t.

The normal pass cuts the window into lanes that run side by side: a recursion
from bar to bar alone would leave most of the processor idle.
"""

import math

import numpy as np

from dipmaster.numerics import Floats, inlined_kernel, kernel

LOG_2PI = math.log(2.0 * math.pi)
BACKCAST_BARS = 75
BACKCAST_DECAY = 0.94

LANES = 16
# Rows of the lanes' state: variance, its first derivatives, the second ones with
# respect to beta (the others are 0), then sums.
VARIANCE, D0, D1, D2 = (LANES * row for row in range(4))
B0, B1, B2 = (LANES * row for row in range(4, 7))
PRODUCT, QUADS, FOURTH, S0, S1, S2 = (LANES * row for row in range(7, 13))
I00, I01, I02, I11, I12, I22 = (LANES * row for row in range(13, 19))
ROWS = 19 * LANES


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
def in_lanes(squares: Floats) -> Floats:
    """Cut a window into `LANES` spans and interleave them; the rest stays at the end.

    Bar t of span l comes to place t x LANES + l: neighbours in memory are bars
    of different spans, which a processor can take in at once.
    """
    length = squares.size // LANES
    out = squares.copy()
    for t in range(length):
        for lane in range(LANES):
            out[t * LANES + lane] = squares[lane * length + t]
    return out


@inlined_kernel
def recur(state: Floats, lane: int, square: float, omega: float, alpha: float, beta: float) -> None:
    """Move a lane's variance and its derivatives to the next bar."""
    variance = state[VARIANCE + lane]
    d0, d1, d2 = state[D0 + lane], state[D1 + lane], state[D2 + lane]
    state[B0 + lane] = d0 + beta * state[B0 + lane]
    state[B1 + lane] = d1 + beta * state[B1 + lane]
    state[B2 + lane] = 2.0 * d2 + beta * state[B2 + lane]
    state[D0 + lane] = 1.0 + beta * d0
    state[D1 + lane] = square + beta * d1
    state[D2 + lane] = variance + beta * d2
    state[VARIANCE + lane] = omega + alpha * square + beta * variance


@inlined_kernel
def collect(state: Floats, lane: int, square: float, expected: float) -> None:
    """Add a bar's part of likelihood, score and information to a lane's sums."""
    variance = state[VARIANCE + lane]
    d0, d1, d2 = state[D0 + lane], state[D1 + lane], state[D2 + lane]
    inverse = 1.0 / variance
    ratio = square * inverse
    state[PRODUCT + lane] *= variance
    state[QUADS + lane] += ratio
    state[FOURTH + lane] += ratio * ratio
    pull = 0.5 * (ratio - 1.0) * inverse
    weight = 0.5 * expected + (1.0 - expected) * (ratio - 0.5)
    bend = (1.0 - expected) * pull
    u0, u1, u2 = d0 * inverse, d1 * inverse, d2 * inverse
    w0, w1, w2 = weight * u0, weight * u1, weight * u2
    state[S0 + lane] += pull * d0
    state[S1 + lane] += pull * d1
    state[S2 + lane] += pull * d2
    state[I00 + lane] += w0 * u0
    state[I01 + lane] += w0 * u1
    state[I02 + lane] += w0 * u2 - bend * state[B0 + lane]
    state[I11 + lane] += w1 * u1
    state[I12 + lane] += w1 * u2 - bend * state[B1 + lane]
    state[I22 + lane] += w2 * u2 - bend * state[B2 + lane]


@kernel
def start_lanes(
    state: Floats, data: Floats, lanes: int, omega: float, alpha: float, beta: float, before: float
) -> None:
    """Put every lane where the one before it ends.

    The recursion is linear, so a span run from zero and the power of the
    transition give the end of a span from wherever it starts.
    """
    length = data.size // lanes
    for i in range(state.size):
        state[i] = 0.0
    for t in range(length):
        for lane in range(lanes):
            recur(state, lane, data[t * lanes + lane], omega, alpha, beta)
    a = beta**length
    b = length * beta ** (length - 1.0)
    c = length * (length - 1.0) * beta ** (length - 2.0)
    v, d0, d1, d2 = omega + (alpha + beta) * before, 1.0, before, before
    b0, b1, b2 = 0.0, 0.0, 0.0
    for lane in range(lanes):
        pv, p0, p1 = state[VARIANCE + lane], state[D0 + lane], state[D1 + lane]
        p2, q0, q1 = state[D2 + lane], state[B0 + lane], state[B1 + lane]
        q2 = state[B2 + lane]
        state[VARIANCE + lane], state[D0 + lane], state[D1 + lane] = v, d0, d1
        state[D2 + lane], state[B0 + lane], state[B1 + lane] = d2, b0, b1
        state[B2 + lane], state[PRODUCT + lane] = b2, 1.0
        b0, b1, b2 = a * b0 + b * d0 + q0, a * b1 + b * d1 + q1, a * b2 + 2 * b * d2 + c * v + q2
        d0, d1, d2 = a * d0 + p0, a * d1 + p1, a * d2 + b * v + p2
        v = a * v + pv


@kernel
def run_lanes(
    state: Floats,
    data: Floats,
    lanes: int,
    omega: float,
    alpha: float,
    beta: float,
    expected: float,
) -> float:
    """Run all lanes, then the bars left over; return the sum of log variances."""
    length = data.size // lanes
    logs = 0.0
    start = 0
    while start < length:
        stop = min(start + 8, length)  # one logarithm for eight bars
        for t in range(start, stop):
            for lane in range(lanes):
                collect(state, lane, data[t * lanes + lane], expected)
                recur(state, lane, data[t * lanes + lane], omega, alpha, beta)
        for lane in range(lanes):
            logs += math.log(state[PRODUCT + lane])
            state[PRODUCT + lane] = 1.0
        start = stop
    for t in range(length * lanes, data.size):
        collect(state, lanes - 1, data[t], expected)
        recur(state, lanes - 1, data[t], omega, alpha, beta)
        logs += math.log(state[PRODUCT + lanes - 1])
        state[PRODUCT + lanes - 1] = 1.0
    return logs


@kernel
def over_lanes(state: Floats, row: int) -> float:
    """Sum of a row, in the order of the lanes."""
    total = 0.0
    for lane in range(LANES):
        total += state[row + lane]
    return total


@kernel
def normal_pass(
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
        Squared returns, shape (n,), no NaN, in the order of `in_lanes`.
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
    logs = run_lanes(state, data, LANES, omega, alpha, beta, expected)
    for i in range(4):
        score[i] = over_lanes(state, S0 + i * LANES) if i < 3 else 0.0
        information[i, 3] = information[3, i] = 0.0
    row = I00
    for i in range(3):
        for j in range(i, 3):
            information[i, j] = information[j, i] = over_lanes(state, row)
            row += LANES
    n = data.size
    value = -0.5 * (n * LOG_2PI + logs + over_lanes(state, QUADS))
    return value, state[VARIANCE + LANES - 1], over_lanes(state, FOURTH) / n


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
    squares: Floats, theta: Floats, backcast: float, score: Floats, information: Floats
) -> tuple[float, float, float]:
    """Log-likelihood under Student's t of variance one (Bollerslev 1987).

    As `normal_pass`, on squares in the order of time; the fourth value of
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
        for j in range(i):
            information[i, j] = information[j, i]
    return total, variance, math.nan
