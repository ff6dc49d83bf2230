"""Native thread pins and the place of the compiled-kernel cache.

numba's own cache looks only at the file that holds a kernel: when a kernel in
another file that it inlines changes, the old machine code is used in silence.
The cache folder is therefore named after the hash of every source file of the
package, so that any change of code starts a new folder.
"""

import hashlib
import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]  # all of dipmaster
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def pin_native_threads() -> None:
    """Give every native library one thread; parallelism is over symbols instead."""
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"


def choose_kernel_cache() -> None:
    """Point numba at ``<root>/<hash of the sources>``.

    The root is ``DIPMASTER_KERNEL_CACHE`` where set, else ``build/kernels``
    beside the package. A ``NUMBA_CACHE_DIR`` set by hand is overridden: it
    could hold kernels of another state of the code.
    """
    root = os.environ.get("DIPMASTER_KERNEL_CACHE") or str(PACKAGE.parent / "build" / "kernels")
    os.environ["NUMBA_CACHE_DIR"] = str(Path(root) / source_hash())


def source_hash() -> str:
    """Hash of the package's Python sources, in path order."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
