"""A clone of depth 1: the last commit is shown, compared, reviewed; what lacks is asked for."""

from pathlib import Path

import pytest

from dipmaster.core import catalog
from dipmaster.results.serialisation import write_result
from tests.cli.conftest import PHASES, Command, run_git, scale_sharpe, write_lock
from tests.made.gates import gates

SHARPE = 9.5


@pytest.fixture
def clone(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of depth 1 of the second commit; `other` is a branch at the first."""
    write_lock("a" * 32)
    run_git(folder, "commit", "-qam", "lock")
    run_git(folder, "branch", "other")
    write_result(scale_sharpe(gates(*PHASES), SHARPE), catalog.GATES)
    run_git(folder, "commit", "-qam", "second")
    into = tmp_path / "clone"
    run_git(folder, "clone", "-q", "--depth", "1", f"file://{folder}", str(into))
    monkeypatch.chdir(into)
    return into


def test_the_last_commit_is_there(dipmaster: Command, clone: Path) -> None:
    """With all its figures; nothing is said to have moved, and an edit is found."""
    shown = dipmaster("show")
    assert f"{SHARPE:.2f}" in shown.stdout
    assert "was" not in shown.stdout
    assert dipmaster("show", "HEAD").exit_code == 0
    assert "9.50" in dipmaster("compare", "HEAD").stdout
    assert dipmaster("review").stdout.startswith("No change: ")
    write_result(gates(*PHASES), catalog.GATES)
    assert "| 9.50" in dipmaster("review").stdout
    assert f"was {SHARPE:.2f}" in dipmaster("show").stdout


@pytest.mark.parametrize("command", ["show", "compare", "review"])
@pytest.mark.parametrize("name", ["HEAD~1", "other", "cap"])
def test_what_it_lacks_is_named_with_how_to_fetch_it(
    dipmaster: Command, clone: Path, command: str, name: str
) -> None:
    """An older commit, another branch, an experiment."""
    done = dipmaster(command, name)
    assert done.exit_code == 1
    assert f"error: {name}: expected an experiment, a commit, or `workspace`" in done.stderr
    for fix in ("git fetch --unshallow", "git fetch --depth=50", "dvc exp pull",
                "git fetch --depth=1 origin NAME:NAME"):  # fmt: skip
        assert f"`{fix}`" in done.stderr


def test_what_is_fetched_so_is_reviewed(dipmaster: Command, clone: Path) -> None:
    run_git(clone, "fetch", "-q", "--depth=1", "origin", "other:other")
    assert "9.50" in dipmaster("review", "other").stdout
    run_git(clone, "fetch", "-q", "--unshallow")
    for command in ("review", "show", "compare"):
        assert dipmaster(command, "HEAD~1").exit_code == 0
