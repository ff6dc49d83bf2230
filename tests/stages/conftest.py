"""The small market, that made by hand, and a copy of the folder in which stages have run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from stages import validate
from tests.made.code_digest import digest_code_once
from tests.stages.made_candidates import made_inputs
from tests.stages.small_market import Bars, simulated


@pytest.fixture(scope="session", autouse=True)
def code_digested_once() -> Iterator[None]:
    """`validate` would take it at every run."""
    with digest_code_once():
        yield


@pytest.fixture(scope="module")
def bars(project: Path) -> Bars:
    return simulated(project)


@pytest.fixture(scope="session")
def template(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The market made by hand, for modules that do not make another."""
    return made_inputs(project, tmp_path_factory.mktemp("inputs"))


@pytest.fixture
def workspace(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the module's `template`."""
    folder = tmp_path / "copy"
    shutil.copytree(template, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def validated_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The market made by hand after stage `validate`."""
    folder = tmp_path_factory.mktemp("validated") / "copy"
    shutil.copytree(template, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("DIPMASTER_WORKERS", "1")
        validate.main()
    return folder


@pytest.fixture
def validated(validated_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    folder = tmp_path / "copy"
    shutil.copytree(validated_template, folder)
    monkeypatch.chdir(folder)
    return folder
