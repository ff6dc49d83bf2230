"""How kernels are compiled here, and the number formats that leave the program.

Every kernel uses `kernel`, so that the flags are the same everywhere: cached,
free of the interpreter lock (symbols run side by side in threads) and without
``fastmath``, which would let results differ between machines and builds.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SIGNIFICANT_DIGITS = 10


def kernel(function: F) -> F:
    """Compile with the project's one set of flags."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def rounded(value: float) -> float:
    """Round to the digits that outputs keep.

    Raises
    ------
    ValueError
        For NaN or infinity: a value that cannot be computed is null with a reason.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written: use None and give the reason")
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
