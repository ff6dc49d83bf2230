"""Compiled kernels are cached under the hash of every source they can come from."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numba
import pytest

from dipmaster.core import kernel_sources
from dipmaster.core.kernel_cache import KernelCacheLocator
from dipmaster.core.kernels import kernel


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "dipmaster"
    shutil.copytree(kernel_sources.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(kernel_sources, "PACKAGE", copy)
    return copy


def hash_of_module(module: str) -> str:
    kernel_sources.source_hash.cache_clear()
    kernel_sources._direct_imports.cache_clear()
    return kernel_sources.source_hash(module)


def append(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")


@pytest.mark.parametrize(
    "changed",
    [
        "backtest/engine.py",
        "backtest/exit_decisions.py",
        "backtest/fills.py",
        "core/kernels.py",
        "core/time_units.py",
    ],
)
def test_a_change_of_anything_that_a_kernel_imports_changes_its_folder(
    package: Path, changed: str
) -> None:
    before = hash_of_module("dipmaster.backtest.engine")
    append(package / changed)
    assert hash_of_module("dipmaster.backtest.engine") != before


def test_a_change_elsewhere_keeps_the_folder(package: Path) -> None:
    before = hash_of_module("dipmaster.backtest.engine")
    append(package / "report" / "pages.py")
    assert hash_of_module("dipmaster.backtest.engine") == before


def test_a_module_outside_the_package_depends_on_all_of_it(package: Path) -> None:
    before = hash_of_module("tests.some_test")
    append(package / "report" / "pages.py")
    assert hash_of_module("tests.some_test") != before


def test_a_name_imported_from_a_package_is_followed_to_its_module(package: Path) -> None:
    names = {
        path.name for path in kernel_sources._imported_sources(package / "backtest" / "engine.py")
    }
    assert {"engine.py", "exit_decisions.py", "fills.py", "kernels.py", "time_units.py"} <= names
    assert "pages.py" not in names


def test_the_cache_root_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_KERNEL_CACHE", str(tmp_path))
    assert kernel_sources.kernel_cache_folder("dipmaster.backtest.engine").parent == tmp_path


def test_kernels_are_stored_in_that_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_KERNEL_CACHE", str(tmp_path))
    before = numba.config.CACHE_DIR

    def doubled(x: float) -> float:
        return 2.0 * x

    dispatcher: Callable[[float], float] = kernel(doubled)
    assert dispatcher(2.0) == 4.0
    assert list(tmp_path.rglob("*.nbi"))
    numba.config.CACHE_DIR = before


def test_a_copy_of_the_project_finds_the_kernels_in_the_same_place(tmp_path: Path) -> None:
    """The folder is named after the sources: where they lie says nothing more."""

    def place(root: Path) -> str:
        return KernelCacheLocator.get_suitable_cache_subpath(str(root / "backtest" / "engine.py"))

    assert place(kernel_sources.PACKAGE) == place(tmp_path / "dipmaster") == "backtest"
