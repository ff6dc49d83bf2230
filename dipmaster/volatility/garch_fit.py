"""Fit of GARCH(1,1) by scoring: squared returns to parameters that maximise the likelihood.

The search runs over (log omega, the persistence alpha + beta, alpha's share in
it, log(nu - 2)) in a box, so every point is positive and stationary. A step is
Newton's where the curvature allows, else one of scoring (inverse information x
score), damped where the likelihood does not rise. A coordinate at its bound that would
leave it is held there: a persistence of one (found in most months in which volatility
changed its level) or an alpha of zero is an answer.
"""

import math

import numpy as np

from dipmaster.core.kernels import Floats, kernel
from dipmaster.volatility.garch_lanes import interleave_lanes
from dipmaster.volatility.garch_likelihood import (
    compute_backcast,
    normal_likelihood,
    student_likelihood,
)
from dipmaster.volatility.garch_search import (
    BOUNDS,
    HELD_INFORMATION,
    copy,
    jacobian,
    solve,
    to_parameters,
    to_search_point,
)

# Layout of a fit, one row of float64.
OMEGA, ALPHA, BETA, NU = 0, 1, 2, 3  # nu means nothing under normal innovations
LOG_LIKELIHOOD, CONVERGED, ITERATIONS, NEXT_VARIANCE = 4, 5, 6, 7
COVARIANCE = 8  # 3 x 3 of omega, alpha, beta, row by row
BACKCAST = 17  # variance before the window
FIT_SIZE = 18

PREDICTED_GAIN = 3e-6  # stop where a step is predicted to gain less log-likelihood than this
LARGEST_STEP = 3.0  # of a logarithm
STARTS = ((0.05, 0.98), (0.10, 0.95), (0.20, 0.90), (0.02, 0.99), (0.10, 0.60))
START_NU = 6.0


@kernel
def evaluate_point(
    x: Floats,
    data: Floats,
    backcast: float,
    student: bool,
    expected: float,
    theta: Floats,
    slopes: Floats,
) -> tuple[float, float, float]:
    """Pass over the data at a place of the search.

    `slopes`, shape (5, 4), takes score and information, turned to the
    coordinates of the search.
    """
    to_parameters(x, theta)
    score, information = slopes[0], slopes[1:5]
    if student:
        result = student_likelihood(data, theta, backcast, score, information)
    else:
        result = normal_likelihood(data, theta, backcast, expected, score, information)
    transform, half_product = np.empty((4, 4)), np.empty((5, 4))
    jacobian(theta, transform)
    curvature = score[2] - score[1]
    for row in range(5):
        for j in range(4):
            total = 0.0
            for k in range(4):
                total += slopes[row, k] * transform[k, j]
            half_product[row, j] = total
    for j in range(4):
        score[j] = half_product[0, j]
        for i in range(4):
            information[i, j] = 0.0
            for k in range(4):
                information[i, j] += transform[k, i] * half_product[1 + k, j]
    if not student and expected == 0.0:
        information[0, 0] -= score[0]
        information[1, 2] += curvature
        information[2, 1] += curvature
    return result


@kernel
def maximize_likelihood(
    x: Floats, data: Floats, backcast: float, student: bool, max_passes: int, out: Floats
) -> None:
    """Maximise the likelihood from `x`; write the fit to `out`.

    A coordinate at its bound that would leave it is held there: at the maximum a
    persistence of one or an alpha of zero is no failure.
    """
    theta, slopes, best = np.empty(4), np.empty((5, 4)), np.zeros((5, 4))
    step, trial = np.zeros(4), np.empty(4)
    copy(x, trial)
    value, damping, converged, passes, is_observed_information = -math.inf, 0.0, 0.0, 0, False
    while passes < max_passes and damping < 1e6:
        new_value, next_variance, fourth_moment = evaluate_point(
            trial, data, backcast, student, 0.0, theta, slopes
        )
        passes += 1
        if new_value > value:
            value, is_observed_information = new_value, not student
            copy(trial, x)
            copy(slopes.ravel(), best.ravel())
            store_fit(out, theta, value, passes, next_variance, fourth_moment)
            damping = 0.0 if damping < 1e-3 else 0.1 * damping
        else:
            damping = max(10.0 * damping, 1e-2)
        hold_at_bounds(x, best)
        if damping > 0.0 or not solve(best[1:5], best[0], 0.0, step):
            if is_observed_information:  # scoring from here: never indefinite
                evaluate_point(x, data, backcast, student, 1.0, theta, best)
                hold_at_bounds(x, best)
                passes, is_observed_information = passes + 1, False
            solve(best[1:5], best[0], damping, step)
        gain, largest_step = 0.0, LARGEST_STEP
        for i in range(4):
            gain += 0.5 * best[0, i] * step[i]
            largest_step = max(largest_step, abs(step[i]))
        if damping < 1e-3 and gain < PREDICTED_GAIN:
            converged = 1.0
            break
        for i in range(4):
            next_value = x[i] + step[i] * LARGEST_STEP / largest_step
            trial[i] = min(max(next_value, BOUNDS[i][0]), BOUNDS[i][1])
    out[CONVERGED], out[ITERATIONS] = converged, passes
    write_covariance(best[1:5], out)


@kernel
def hold_at_bounds(x: Floats, slopes: Floats) -> None:
    """Take coordinates that would leave their bound, and an absent nu, out of the step."""
    for i in range(4):
        low = x[i] <= BOUNDS[i][0] and slopes[0, i] <= 0.0
        high = x[i] >= BOUNDS[i][1] and slopes[0, i] >= 0.0
        if low or high or slopes[1 + i, i] == 0.0:
            slopes[0, i] = 0.0
            for j in range(4):
                slopes[1 + i, j] = slopes[1 + j, i] = 0.0
            slopes[1 + i, i] = HELD_INFORMATION


@kernel
def store_fit(
    out: Floats,
    theta: Floats,
    value: float,
    passes: int,
    next_variance: float,
    fourth_moment: float,
) -> None:
    """Write the fit but for its covariance; the fourth moment waits in its place."""
    copy(theta, out[: NU + 1])
    out[LOG_LIKELIHOOD] = value
    out[ITERATIONS] = passes
    out[NEXT_VARIANCE] = next_variance
    out[COVARIANCE] = fourth_moment


@kernel
def write_covariance(information: Floats, out: Floats) -> None:
    """Write the covariance of omega, alpha, beta; what is held at a bound has none.

    Normal innovations: inverse information x (fourth moment - 1)/2, robust to
    fat tails (Francq and Zakoian 2004, theorem 2.2).
    """
    fourth_moment = out[COVARIANCE]
    factor = 1.0 if math.isnan(fourth_moment) else 0.5 * (fourth_moment - 1.0)
    transform, inverse = np.empty((4, 4)), np.empty((4, 4))
    jacobian(out[: NU + 1], transform)
    for i in range(4):
        unit_vector = np.zeros(4)
        unit_vector[i] = factor
        solve(information, unit_vector, 0.0, inverse[i])
    for i in range(3):
        for j in range(3):
            total = 0.0
            for k in range(4):
                for m in range(4):
                    total += transform[i, k] * inverse[k, m] * transform[j, m]
            out[COVARIANCE + 3 * i + j] = total


@kernel
def fit_garch(
    squares: Floats, student: bool, previous_fit: Floats, max_passes: int, out: Floats
) -> None:
    """Fit one window; write it to `out`, shape (FIT_SIZE,).

    Parameters
    ----------
    squares
        Squared returns, shape (n,), no NaN, not all zero.
    student
        Student's t innovations; normal otherwise.
    previous_fit
        Fit of an earlier window to start from; NaN in its first place if none.
        Where that does not converge, or ends without ARCH or without GARCH, the
        window is fitted afresh too and the better fit kept.
    max_passes
        Passes over the data at most, for each start.
    """
    backcast = compute_backcast(squares)
    data = squares if student else interleave_lanes(squares)
    out[BACKCAST] = backcast
    x = np.empty(4)
    warm_fit = np.empty(FIT_SIZE)
    warm_fit[LOG_LIKELIHOOD], warm_fit[BACKCAST] = -math.inf, backcast
    if not math.isnan(previous_fit[OMEGA]):
        nu = previous_fit[NU] if student else START_NU
        to_search_point(previous_fit[OMEGA], previous_fit[ALPHA], previous_fit[BETA], nu, x)
        maximize_likelihood(x, data, backcast, student, max_passes, warm_fit)
        if warm_fit[CONVERGED] == 1.0 and BOUNDS[2][0] < x[2] < BOUNDS[2][1]:
            copy(warm_fit, out)
            return
    find_start(data, backcast, student, x)
    maximize_likelihood(x, data, backcast, student, max_passes, out)
    if warm_fit[LOG_LIKELIHOOD] > out[LOG_LIKELIHOOD]:
        copy(warm_fit, out)


@kernel
def find_start(data: Floats, backcast: float, student: bool, x: Floats) -> None:
    """Write the best of a few places with the sample's variance."""
    mean = 0.0
    for square in data:
        mean += square / data.size
    trial, theta, slopes = np.empty(4), np.empty(4), np.empty((5, 4))
    best = -math.inf
    for alpha, persistence in STARTS:
        to_search_point(mean * (1.0 - persistence), alpha, persistence - alpha, START_NU, trial)
        value, _, _ = evaluate_point(trial, data, backcast, student, 1.0, theta, slopes)
        if value > best:
            best = value
            copy(trial, x)
