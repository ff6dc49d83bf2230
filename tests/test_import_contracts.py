"""Contracts that forbid an import hold for every package but those that may have it."""

import tomllib
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("contract", "may"),
    [
        ("Plots and templates only in the report", {"report"}),
        ("YAML only through its one parser", {"core"}),
        ("The downloader is for one command", {"cli", "download"}),
    ],
)
def test_no_package_is_forgotten(project: Path, contract: str, may: set[str]) -> None:
    """Of `core` and `cli` single modules are named there, for one of each may."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (sources,) = [one["source_modules"] for one in contracts if one["name"].startswith(contract)]
    packages = {path.parent.name for path in (project / "dipmaster").glob("*/__init__.py")}
    assert {f"dipmaster.{name}" for name in packages - may} == {
        name for name in sources if name.count(".") == 1
    }
