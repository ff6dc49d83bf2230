"""The kernel cache is named after the sources, so it can never be stale."""

import os
import shutil
from pathlib import Path

import pytest

from dipmaster.core import machine


def test_any_change_of_a_source_changes_the_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "dipmaster"
    shutil.copytree(machine.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(machine, "PACKAGE", copy)
    before = machine.source_hash()
    (copy / "numerics.py").write_text("# changed\n", encoding="utf-8")
    assert machine.source_hash() != before


def test_native_libraries_have_one_thread() -> None:
    assert {os.environ[name] for name in machine.THREAD_VARIABLES} == {"1"}


def test_the_cache_root_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_KERNEL_CACHE", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    machine.choose_kernel_cache()
    assert Path(os.environ["NUMBA_CACHE_DIR"]).parent == tmp_path
