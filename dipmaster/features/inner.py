"""How kernels that only other kernels call are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def inner_kernel(function: F) -> F:
    """Compile like `numerics.kernel`, without the entry from Python.

    The entry takes as long to compile as a short function.
    """
    flags = {"cache": True, "nogil": True, "error_model": "numpy"}
    wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(F, numba.njit(**flags, **wrappers)(function))
