"""DipMaster: 5-minute bars to a phase-gate report whose verdict can be trusted.

Importing the package settles two things that must hold before numpy and numba
are imported anywhere: one thread for every native library (results must not
depend on how many cores a machine has, and unpinned small solves are far
slower), and a kernel cache that can never be stale.
"""

from dipmaster.core import machine

__version__ = "0.1.0"

machine.pin_native_threads()
machine.choose_kernel_cache()
