"""What all commands have in common: help, where they work, how they fail, how fast they start."""

import subprocess
import sys
from pathlib import Path

import pytest

from dipmaster import __version__
from tests.cli.conftest import Command

COMMANDS = (
    "run", "show", "compare", "review", "trades", "replay", "check", "doctor", "restore", "fetch",
)  # fmt: skip
HEAVY = (
    "pandas",
    "pyarrow",
    "numba",
    "matplotlib",
    "dvc",
    "sklearn",
    "lightgbm",
    "hydra",
    "requests",
)


def test_all_commands_are_listed(dipmaster: Command) -> None:
    listed = dipmaster("--help").output.split("Commands:")[1]
    assert [line.split()[0] for line in listed.strip().splitlines()] == list(COMMANDS)
    assert "..." not in listed


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_works_anywhere(
    dipmaster: Command, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = dipmaster(command, "--help")
    assert done.exit_code == 0
    assert f"Example: dipmaster {command}" in done.output


def test_outside_a_project_it_says_where_to_go(
    dipmaster: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = dipmaster("show")
    assert done.exit_code == 1
    assert f"error: {tmp_path}: expected a folder of the project" in done.stderr
    assert "Fix: change into the folder that you cloned" in done.stderr


def test_it_works_in_a_folder_of_the_project(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "reports" / "metrics")
    assert dipmaster("check").exit_code == 0


def test_help_loads_nothing_heavy() -> None:
    code = (
        f"import sys, dipmaster.cli.app\nprint([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_printed_anywhere(
    dipmaster: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dipmaster("--version").stdout == f"dipmaster {__version__}\n"


def test_python_m_is_the_same_program(folder: Path, project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dipmaster", "compare", "nothing"],
        cwd=folder, env={"PYTHONPATH": str(project), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nothing: expected an experiment" in done.stderr


@pytest.mark.parametrize("command", ["show", "check", "run", "review", "replay"])
def test_params_that_are_gone_name_restore(dipmaster: Command, folder: Path, command: str) -> None:
    (folder / "params.yaml").unlink()
    done = dipmaster(command)
    assert done.exit_code == 1
    assert done.stderr == (
        "dipmaster: error: params.yaml is not there.\n  Fix: `dipmaster restore`.\n"
    )


@pytest.mark.parametrize("words", [("trades",), ("compare",), ("show", "cap"), ("show", "HEAD")])
def test_what_reads_no_params_of_this_folder_needs_none(
    dipmaster: Command, folder: Path, words: tuple[str, ...]
) -> None:
    (folder / "params.yaml").unlink()
    assert dipmaster(*words).exit_code == 0


@pytest.mark.parametrize("damage", [b"# caf\xe9\n", "# x\n".encode("utf-16-le")])
def test_params_of_another_encoding_name_the_line_and_restore(
    dipmaster: Command, folder: Path, damage: bytes
) -> None:
    content = (folder / "params.yaml").read_bytes()
    (folder / "params.yaml").write_bytes(content + damage)
    printed = dipmaster("check").stderr
    assert f"params.yaml, line {content.count(10) + 1}: expected text in UTF-8" in printed
    assert "Fix: save it as UTF-8, or `dipmaster restore`." in printed
