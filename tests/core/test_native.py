"""Native libraries have one thread, and the same digits on every recent processor."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from numpy.typing import NDArray
from scipy import linalg, special
from threadpoolctl import threadpool_info

from dipmaster.core import native

needs_instructions = pytest.mark.skipif(
    native.list_lacking() != [], reason="this processor lacks instructions of x86-64-v3"
)
PINNED = (*native.THREAD_VARIABLES, "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")
DRAWS = np.random.default_rng(7)
VALUES = DRAWS.normal(size=20_001) * 3
TIES = np.rint(VALUES * 2)
MATRIX = DRAWS.normal(size=(300, 40))


def digest(values: NDArray[np.generic]) -> str:
    """Digest the bytes of the values."""
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:12]


RECORDED: dict[str, tuple[Callable[[], NDArray[np.generic]], str]] = {
    "draws": (lambda: VALUES, "ee5afd098ea8"),
    "exponential": (lambda: np.exp(VALUES), "1f4abe3eadee"),
    "logarithm": (lambda: np.log(np.abs(VALUES)), "f737aaea7510"),
    "logarithm of one more": (lambda: np.log1p(np.abs(VALUES)), "46f809ec1bfc"),
    "exponential less one": (lambda: np.expm1(VALUES), "61dc0085b1aa"),
    "sine": (lambda: np.sin(VALUES), "4bde0ed3e98f"),
    "cosine": (lambda: np.cos(VALUES), "2eab6b636a90"),
    "hyperbolic tangent": (lambda: np.tanh(VALUES), "f4aff28b66e0"),
    "power": (lambda: np.abs(VALUES) ** 1.7, "763a7bc9195f"),
    "sums": (lambda: np.array([VALUES.sum(), VALUES.var(), VALUES.cumsum()[-1]]), "991ef95ca329"),
    "order among ties": (lambda: np.argsort(TIES), "4ff3096a090f"),
    "partition among ties": (lambda: np.argpartition(TIES, 900), "0e4f17f0f25e"),
    "products": (lambda: MATRIX.T @ MATRIX, "8648a0fef6fd"),
    "products by einsum": (lambda: np.einsum("ij,ik->jk", MATRIX, MATRIX), "e44be2e1ca5a"),
    "least squares": (lambda: np.linalg.lstsq(MATRIX, VALUES[:300])[0], "95cfa91477b1"),
    "eigenvalues": (lambda: np.linalg.eigvalsh(MATRIX.T @ MATRIX), "7cd1cb4188f8"),
    "Cholesky factor": (lambda: linalg.cholesky(MATRIX.T @ MATRIX), "e5c7325bce4e"),
    "normal quantile": (lambda: special.ndtri(special.expit(VALUES)), "c25d1206c377"),
    "Fourier transform": (lambda: np.fft.rfft(VALUES), "e07e430d8b97"),
}
"""What libraries say of the same values, with the digest recorded on a processor with AVX2."""


def test_native_libraries_have_one_thread() -> None:
    assert {os.environ[name] for name in native.THREAD_VARIABLES} == {"1"}
    assert {one["num_threads"] for one in threadpool_info()} == {1}


@needs_instructions
@pytest.mark.parametrize("name", RECORDED)
def test_libraries_say_the_same_on_every_processor(name: str) -> None:
    """To the last bit what was recorded: newer instructions, or other versions, say otherwise."""
    compute, recorded = RECORDED[name]
    assert digest(compute()) == recorded


@needs_instructions
def test_numpy_uses_no_instructions_beyond_those_of_all() -> None:
    """Another version of numpy may have code for more: it is to be named too."""
    assert os.environ["NPY_DISABLE_CPU_FEATURES"].split() == list(native.UNUSED_BY_NUMPY)
    assert set(__cpu_dispatch__) == {"X86_V3", *native.UNUSED_BY_NUMPY}
    assert not any(__cpu_features__[name] for name in native.UNUSED_BY_NUMPY)


@needs_instructions
def test_blas_has_the_kernels_that_are_named() -> None:
    blas = [one for one in threadpool_info() if one["user_api"] == "blas"]
    assert {one["architecture"] for one in blas} == {native.BLAS_KERNELS}
    assert os.environ["OPENBLAS_CORETYPE"] == native.BLAS_KERNELS


BEFORE_NUMPY = """
import importlib, os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            missing = [one for one in sys.argv[2:] if one not in os.environ]
            assert not missing, f"numpy is loaded before {missing}"

sys.meta_path.insert(0, Watch())
importlib.import_module(sys.argv[1])
import numpy
"""


@needs_instructions
@pytest.mark.parametrize(
    "module",
    ["stages.features", "stages.validate", "studies.paired_size", "benchmarks.bench_engine",
     "dipmaster.cli.app", "tests.conftest"],
)  # fmt: skip
def test_native_code_is_pinned_before_numpy_is_loaded(module: str, project: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in PINNED}
    subprocess.run(
        [sys.executable, "-c", BEFORE_NUMPY, module, *PINNED], cwd=project, env=bare, check=True
    )


@pytest.mark.parametrize(
    ("flags", "lacking"),
    [
        ("abm avx avx2 bmi1 bmi2 f16c fma fpu movbe sse", []),
        ("abm avx bmi1 bmi2 f16c fpu movbe", ["avx2", "fma"]),
        ("fpu", sorted(native.NEEDED)),
    ],
)
def test_what_a_processor_lacks(
    flags: str, lacking: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpuinfo"
    text = f"model name\t: caf\u00e9\nflags\t\t: {flags}\n\nflags\t\t: {' '.join(native.NEEDED)}\n"
    file.write_bytes(text.encode("latin-1"))
    monkeypatch.setattr(native, "_PROCESSOR", file)
    assert native.list_lacking() == lacking


@pytest.mark.parametrize("text", [None, "Features\t: fp asimd\n", "flags\t: fpu sse2\n"])
def test_a_processor_without_them_keeps_its_own(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels that it cannot run would end the process."""
    file = tmp_path / "cpuinfo"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(native, "_PROCESSOR", file)
    for name in PINNED:
        monkeypatch.delenv(name, raising=False)
    native.pin_native_code()
    assert [name for name in PINNED if name in os.environ] == list(native.THREAD_VARIABLES)


@needs_instructions
def test_what_a_user_enables_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """With both variables numpy refuses to be loaded."""
    monkeypatch.setenv("NPY_ENABLE_CPU_FEATURES", "X86_V4")
    native.pin_native_code()
    assert "NPY_ENABLE_CPU_FEATURES" not in os.environ
