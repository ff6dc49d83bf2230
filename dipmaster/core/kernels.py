"""How kernels are compiled here.

Every kernel uses `kernel`, so that the flags are the same everywhere: cached,
free of the interpreter lock (symbols run side by side in threads) and without
``fastmath``, which would let results differ between machines and builds.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernel_sources import kernel_cache_folder

F = TypeVar("F", bound=Callable[..., Any])

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def kernel(function: F) -> F:
    """Compile with the project's one set of flags."""
    return _compile(function)


def inner_kernel(function: F) -> F:
    """Compile like `kernel`, without the entry from Python, for kernels only kernels call.

    The entry takes as long to compile as a short function.
    """
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined_kernel(function: F) -> F:
    """Compile like `kernel`, copied into its callers: for steps taken many times a bar.

    LLVM leaves functions of a few dozen instructions out of line where they are
    called often; in the feature kernels that costs a third of the speed.
    """
    return _compile(function, forceinline=True)


def borrowing_kernel(function: F) -> F:
    """Compile like `inlined_kernel`, without counting references to arrays.

    For kernels that are handed every array and neither make, keep nor return one.
    Counting costs a copied-in function that takes many arrays more than its work.
    """
    return _compile(function, forceinline=True, _nrt=False)


def _compile(function: F, **flags: bool) -> F:
    """Compile, cached where no other state of the sources can be met."""
    import numba  # here, because those who only name the types above need not wait for it

    numba.config.CACHE_DIR = str(kernel_cache_folder(function.__module__))
    numba.config.CACHE_LOCATOR_CLASSES = "dipmaster.core.kernel_cache.KernelCacheLocator"
    dispatcher = numba.njit(cache=True, nogil=True, error_model="numpy", **flags)(function)
    return cast(F, dispatcher)
