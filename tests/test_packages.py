"""What a wheel holds: every module of the library and of the stages, and nothing else."""

import os
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from setuptools import Distribution
from setuptools.config.pyprojecttoml import apply_configuration

from dipmaster.cli.app import app

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
    """Templates, readings and style of the report are package data; nothing else is there."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    data = settings["tool"]["setuptools"]["package-data"]
    packaged = {
        path
        for package, patterns in data.items()
        for pattern in patterns
        for path in (project / package.replace(".", "/")).glob(pattern)
    }
    assert packaged
    others = [
        os.fspath(path.relative_to(project))
        for name in PACKAGED
        for path in (project / name).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and path not in packaged
    ]
    assert others == []


def test_the_console_script_is_the_command_line(project: Path) -> None:
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    script = EntryPoint("dipmaster", settings["project"]["scripts"]["dipmaster"], "console_scripts")
    assert script.load() is app
