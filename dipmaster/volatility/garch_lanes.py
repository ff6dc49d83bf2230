"""A window cut into lanes that run side by side, for the normal likelihood.

A recursion from bar to bar leaves most of a processor idle, because each bar
waits for the one before. Sixteen spans of the window do not wait for each
other once it is known where each starts.
"""

import math

from dipmaster.core.kernels import Floats, inlined_kernel, kernel

LANES = 16
# Rows of the lanes' state: variance, its first derivatives, the second ones with
# respect to beta (the others are 0), then sums.
VARIANCE, D0, D1, D2 = (LANES * row for row in range(4))
B0, B1, B2 = (LANES * row for row in range(4, 7))
PRODUCT, QUADS, FOURTH, S0, S1, S2 = (LANES * row for row in range(7, 13))
I00, I01, I02, I11, I12, I22 = (LANES * row for row in range(13, 19))
ROWS = 19 * LANES


@kernel
def interleave_lanes(squares: Floats) -> Floats:
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
def step_variance(
    state: Floats, lane: int, square: float, omega: float, alpha: float, beta: float
) -> None:
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
def accumulate(state: Floats, lane: int, square: float, expected: float) -> None:
    """Add a bar's part of likelihood, score and information to a lane's sums."""
    variance = state[VARIANCE + lane]
    d0, d1, d2 = state[D0 + lane], state[D1 + lane], state[D2 + lane]
    inverse = 1.0 / variance
    ratio = square * inverse
    state[PRODUCT + lane] *= variance
    state[QUADS + lane] += ratio
    state[FOURTH + lane] += ratio * ratio
    score_weight = 0.5 * (ratio - 1.0) * inverse
    weight = 0.5 * expected + (1.0 - expected) * (ratio - 0.5)
    curvature = (1.0 - expected) * score_weight
    u0, u1, u2 = d0 * inverse, d1 * inverse, d2 * inverse
    w0, w1, w2 = weight * u0, weight * u1, weight * u2
    state[S0 + lane] += score_weight * d0
    state[S1 + lane] += score_weight * d1
    state[S2 + lane] += score_weight * d2
    state[I00 + lane] += w0 * u0
    state[I01 + lane] += w0 * u1
    state[I02 + lane] += w0 * u2 - curvature * state[B0 + lane]
    state[I11 + lane] += w1 * u1
    state[I12 + lane] += w1 * u2 - curvature * state[B1 + lane]
    state[I22 + lane] += w2 * u2 - curvature * state[B2 + lane]


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
            step_variance(state, lane, data[t * lanes + lane], omega, alpha, beta)
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
    log_variances = 0.0
    start = 0
    while start < length:
        stop = min(start + 8, length)  # one logarithm for eight bars
        for t in range(start, stop):
            for lane in range(lanes):
                accumulate(state, lane, data[t * lanes + lane], expected)
                step_variance(state, lane, data[t * lanes + lane], omega, alpha, beta)
        for lane in range(lanes):
            log_variances += math.log(state[PRODUCT + lane])
            state[PRODUCT + lane] = 1.0
        start = stop
    for t in range(length * lanes, data.size):
        accumulate(state, lanes - 1, data[t], expected)
        step_variance(state, lanes - 1, data[t], omega, alpha, beta)
        log_variances += math.log(state[PRODUCT + lanes - 1])
        state[PRODUCT + lanes - 1] = 1.0
    return log_variances


@kernel
def sum_lanes(state: Floats, row: int) -> float:
    """Sum of a row, in the order of the lanes."""
    total = 0.0
    for lane in range(LANES):
        total += state[row + lane]
    return total
