"""What native libraries may use: one thread, and the instructions of every recent x86-64 processor.

numpy and OpenBLAS choose their code by the processor they meet. Where it has AVX-512 they take
other code than where it has AVX2 alone, and sines, logarithms and matrix products can differ in
their last digits: another market from the same seed, other models, other trades. So what goes
beyond the level x86-64-v3 stays unused. Both read these variables when they are loaded: this runs
before.
"""

import os
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
NEEDED = frozenset({"abm", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"})
"""Of x86-64-v3, as Linux names them."""
_PROCESSOR = Path("/proc/cpuinfo")


def pin_native_code() -> None:
    """One thread and the same instructions for every native library of this process.

    Parallelism is over symbols instead. A processor without all of `NEEDED` runs what it has, with
    other last digits (`dipmaster doctor` says so).
    """
    os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")
    if list_lacking() == []:
        os.environ.pop("NPY_ENABLE_CPU_FEATURES", None)  # numpy refuses both at once
        os.environ["NPY_DISABLE_CPU_FEATURES"] = " ".join(UNUSED_BY_NUMPY)
        os.environ["OPENBLAS_CORETYPE"] = BLAS_KERNELS


def list_lacking() -> list[str] | None:
    """Needed instructions that this processor lacks; None where that is not known."""
    if not _PROCESSOR.is_file():
        return None
    lines = _PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return sorted(NEEDED - set(flags.partition(":")[2].split()))
