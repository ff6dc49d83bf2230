"""Coordinates in which the best GARCH parameters are searched, and the linear algebra of a step.

(log omega, the persistence alpha + beta, alpha's share in it, log(nu - 2)), each
between bounds.
"""

import math

import numpy as np

from dipmaster.core.kernels import Floats, kernel

TINY = 1e-300
HELD_INFORMATION = 1e100  # information about a coordinate that is held: no step, no variance
BOUNDS = ((-46.0, 25.0), (1e-6, 1.0 - 1e-10), (1e-9, 1.0 - 1e-9), (-4.0, 7.0))


@kernel
def copy(source: Floats, target: Floats) -> None:
    """Copy flat arrays in a loop: numba compiles slices twenty times slower."""
    for i in range(target.size):
        target[i] = source[i]


@kernel
def to_search_point(omega: float, alpha: float, beta: float, nu: float, x: Floats) -> None:
    """Write the place of the search that belongs to parameters."""
    persistence = alpha + beta
    x[0] = math.log(omega)
    x[1] = persistence
    x[2] = alpha / persistence
    x[3] = math.log(nu - 2.0)
    for i in range(4):
        x[i] = min(max(x[i], BOUNDS[i][0]), BOUNDS[i][1])


@kernel
def to_parameters(x: Floats, theta: Floats) -> None:
    """Write the parameters that belong to a place of the search."""
    theta[0] = math.exp(x[0])
    theta[1] = x[1] * x[2]
    theta[2] = x[1] * (1.0 - x[2])
    theta[3] = 2.0 + math.exp(x[3])


@kernel
def jacobian(theta: Floats, out: Floats) -> None:
    """Write d(parameters)/d(search), shape (4, 4)."""
    persistence = theta[1] + theta[2]
    share = theta[1] / persistence
    for i in range(4):
        for j in range(4):
            out[i, j] = 0.0
    out[0, 0] = theta[0]
    out[1, 1], out[1, 2] = share, persistence
    out[2, 1], out[2, 2] = 1.0 - share, -persistence
    out[3, 3] = theta[3] - 2.0


@kernel
def solve(matrix: Floats, right_side: Floats, damping: float, out: Floats) -> bool:
    """Solve (matrix + damping x its diagonal) out = right by Cholesky.

    Pivots below a trillionth of their diagonal are raised to it; returns whether none was.
    """
    size = right_side.size
    well_conditioned = True
    lower = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            value = matrix[i, j] * (1.0 + damping) if i == j else matrix[i, j]
            for k in range(j):
                value -= lower[i, k] * lower[j, k]
            if i > j:
                lower[i, j] = value / lower[j, j]
            else:
                smallest_pivot = 1e-12 * abs(matrix[i, i])
                well_conditioned = well_conditioned and value > smallest_pivot
                lower[i, i] = math.sqrt(value if value > smallest_pivot else smallest_pivot + TINY)
    for i in range(size):
        value = right_side[i]
        for k in range(i):
            value -= lower[i, k] * out[k]
        out[i] = value / lower[i, i]
    for i in range(size - 1, -1, -1):
        value = out[i]
        for k in range(i + 1, size):
            value -= lower[k, i] * out[k]
        out[i] = value / lower[i, i]
    return well_conditioned
