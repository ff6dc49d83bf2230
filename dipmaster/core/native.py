"""What native libraries may use: one thread, and the instructions of every recent x86-64 processor.

numpy and OpenBLAS choose their code by the processor they meet. Where it has AVX-512 they take
other code than where it has AVX2 alone, and sines, logarithms and sums differ in their last digits:
another market from the same seed, other models, other trades. So the newer instructions stay
unused. Both libraries read these variables when they are loaded: this runs before.
"""

import os
import platform
from pathlib import Path

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
UNUSED_BY_NUMPY = ("X86_V4", "AVX512_ICL", "AVX512_SPR")
"""What numpy's wheels have code for beyond x86-64-v3."""
BLAS_KERNELS = "Haswell"
"""OpenBLAS's kernels for AVX2 and FMA, which AMD's processors use too."""
NEEDED = frozenset({"avx2", "fma"})
_PROCESSOR = Path("/proc/cpuinfo")


def pin_native_code() -> None:
    """One thread and the same instructions for every native library of this process.

    Parallelism is over symbols instead. A processor without AVX2 and FMA runs what it has, with
    other last digits (`dipmaster doctor` says so).
    """
    os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")
    if not list_lacking():
        os.environ["NPY_DISABLE_CPU_FEATURES"] = " ".join(UNUSED_BY_NUMPY)
        os.environ["OPENBLAS_CORETYPE"] = BLAS_KERNELS


def list_lacking() -> list[str]:
    """Needed instructions that this processor lacks; all of them where it is no x86-64."""
    if platform.machine().lower() not in {"x86_64", "amd64"} or not _PROCESSOR.is_file():
        return sorted(NEEDED)
    lines = _PROCESSOR.read_text(encoding="utf-8").splitlines()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return sorted(NEEDED - set(flags.partition(":")[2].split()))
