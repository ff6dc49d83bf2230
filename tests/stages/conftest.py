"""The small market, and a copy of the folder in which a module has run its stages."""

import shutil
from pathlib import Path

import pytest

from tests.stages.small_market import Bars, simulated


@pytest.fixture(scope="module")
def bars(project: Path) -> Bars:
    return simulated(project)


@pytest.fixture
def workspace(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the module's `template`."""
    folder = tmp_path / "copy"
    shutil.copytree(template, folder)
    monkeypatch.chdir(folder)
    return folder
