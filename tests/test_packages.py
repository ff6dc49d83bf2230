"""What a wheel holds: every module of the library and of the stages, and nothing else."""

import os
from pathlib import Path

import pytest
from setuptools import Distribution
from setuptools.config.pyprojecttoml import apply_configuration

PACKAGED = ("dipmaster", "stages")


def packages_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Packages that setuptools finds with the project's own settings."""
    monkeypatch.chdir(folder)
    distribution = apply_configuration(Distribution(), "pyproject.toml")
    distribution.set_defaults()
    return set(distribution.packages)


def test_every_folder_with_modules_is_packaged(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = [path for name in PACKAGED for path in (project / name).rglob("*.py")]
    folders = {path.parent.relative_to(project).as_posix() for path in modules}
    assert packages_in(project, monkeypatch) == {name.replace("/", ".") for name in folders}
    assert len(folders) > 20


def test_the_library_has_no_other_files_that_a_wheel_would_lack(project: Path) -> None:
    others = [
        os.fspath(path.relative_to(project))
        for name in PACKAGED
        for path in (project / name).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert others == []
