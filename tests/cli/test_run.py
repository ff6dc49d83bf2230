"""Experiments of a toy pipeline, run by DVC itself."""

import errno
from collections.abc import Sequence
from pathlib import Path

import pytest

from dipmaster.cli import compare as compare_module
from dipmaster.cli import git, restoring
from dipmaster.cli import run as run_module
from dipmaster.cli import show as show_module
from dipmaster.cli.dvc_failure import DvcFailure, explain_failure
from dipmaster.cli.ending import Ending
from tests.cli.conftest import Command, set_param
from tests.cli.toy import read_files


@pytest.mark.slow
def test_a_run_that_fails_leaves_everything_as_it_was(dipmaster: Command, toy: Path) -> None:
    text = (toy / "params.yaml").read_text(encoding="utf-8")
    (toy / "params.yaml").write_text(text.replace("rsi_max: 50.0", "rsi_max: 45.0", 1), "utf-8")
    before = read_files(toy)
    done = dipmaster("run", "--set", "signal.z_min=9", "--name", "bad")
    assert done.exit_code == 1
    assert "put back as before it: params.yaml, reports/metrics/gates.json" in done.stderr
    assert read_files(toy) == before


@pytest.mark.slow
def test_a_run_is_shown_compared_and_taken_back(dipmaster: Command, toy: Path) -> None:
    before = read_files(toy)
    done = dipmaster("run", "-S", "signal.z_min=2", "-n", "two", "-m", "deeper")
    assert done.exit_code == 0, done.output
    assert "next:   `make report`" in done.stdout  # the toy makes no PDF
    assert "signal.z_min=2" in dipmaster("compare", "two").stdout
    assert (toy / "data/validate/value.txt").read_text(encoding="utf-8") == "2"
    assert dipmaster("restore", "--yes").exit_code == 0
    assert read_files(toy) == before
    listed = dipmaster("trades", "--experiment", "two", "--csv").stdout
    assert listed == dipmaster("trades", "--csv").stdout
    absent = dipmaster("trades", "--experiment", "two", "--phase", "1").stderr
    assert "trades_phase_1.parquet of two: expected the file in DVC's cache" in absent
    taken = dipmaster("run", "-S", "signal.z_min=2", "-n", "two")
    assert "found an experiment 'two'" in taken.stderr


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Options with which DVC would have been started."""
    calls: list[list[str]] = []

    def call_dvc(options: Sequence[str], _: Ending) -> int:
        calls.append(list(options))
        return 0

    monkeypatch.setattr(run_module, "call_dvc", call_dvc)
    return calls


@pytest.mark.usefixtures("folder")
def test_options_go_to_dvc(dipmaster: Command, called: list[list[str]]) -> None:
    words = ["--set", "signal.z_min=2", "-S", "signal.rule=capitulation", "-n", "x", "-m", "why"]
    assert dipmaster("run", *words, "--temp", "--force").exit_code == 0
    assert called == [
        ["-S", "signal.z_min=2", "-S", "signal.rule=capitulation", "--name", "x",
         "--message", "why", "--temp", "--force"]
    ]  # fmt: skip


@pytest.mark.usefixtures("called")
def test_what_an_experiment_takes_from_the_folder_is_said(dipmaster: Command, folder: Path) -> None:
    """Params that were edited, or left by the experiment before; not those that are set anew."""
    assert "already has" not in dipmaster("run", "-S", "signal.z_min=2", "--queue").stderr
    set_param(folder, "rule: dip ", "rule: capitulation ")
    set_param(folder, "z_min: 1.0", "z_min: 1.5")
    printed = dipmaster("run", "-S", "signal.z_min=2", "--queue").stderr
    assert "already has signal.rule=capitulation, and so will the experiment" in printed
    assert "`dipmaster restore` first" in printed


@pytest.mark.usefixtures("folder", "called")
def test_an_experiment_in_a_copy_is_shown_and_compared(
    dipmaster: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the one that was made: `old` was there before."""
    lists = iter([{"old": "a"}, {"old": "a"}, {"old": "a", "new": "b"}])
    printed: list[tuple[str, object]] = []
    monkeypatch.setattr(git, "list_experiments", lambda: next(lists))
    monkeypatch.setattr(show_module, "show", lambda name: printed.append(("show", name)))
    monkeypatch.setattr(compare_module, "compare", lambda names: printed.append(("compare", names)))
    assert dipmaster("run", "--set", "signal.z_min=2", "--name", "new", "--temp").exit_code == 0
    assert printed == [("show", "new"), ("compare", ["new"])]


@pytest.mark.usefixtures("folder")
def test_a_queue_says_how_to_start_it(dipmaster: Command, called: list[list[str]]) -> None:
    done = dipmaster("run", "--queue", "--set", "signal.z_min=1,2")
    assert "`dvc queue start`, `dvc queue status` until they are done, then" in done.stdout
    assert "dipmaster show NAME" in done.stdout
    assert called == [["-S", "signal.z_min=1,2", "--queue"]]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--set", "signal.rul=dip"], "near it: signal.rule"),
        (["--set", "signal.rule=moon"], "found 'moon'"),
        (["--set", "signal.z_min=1,2"], "Fix: add --queue"),
        (["--set", "split.burn_in_days=729"], "split.burn_in_days"),
        (["--name", "cap"], "Fix: choose another name, or replace it with --force"),
        (["--set", "signal.z_min=range(1,3)"], "Fix: add --queue"),
        (["--queue", "--set", "signal.z_min=interval(0,1)"], "values, separated by commas, take"),
        (["--queue", "--set", "signal.z_min=glob(*)"], "Fix: write --set"),
        (["--queue", "--set", "signal.z_min=???"], "Fix: write --set"),
        (["--name", "HEAD"], "not 'HEAD', found a branch, tag or commit"),
        (["--name", "HEAD", "--force"], "not 'HEAD', found a branch, tag or commit"),
        (["--name", "workspace", "--queue"], "found that of this folder"),
        *((["--name", name], "--name: expected letters") for name in
          ("", "bad name", "=-x", "-x", "a..b", "a.lock", "a/b", "a~1")),
        *((["--name", name], "no two dots together, no dot or `.lock` at the end, found")
          for name in ("a..", "a.", "x.lock")),
    ],
)  # fmt: skip
def test_what_would_fail_is_refused_before_dvc_starts(
    dipmaster: Command, called: list[list[str]], words: list[str], text: str
) -> None:
    done = dipmaster("run", *words)
    assert done.exit_code == 1
    assert text in done.stderr
    assert called == []


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DVC writes params.yaml, then fails."""

    def call_dvc(options: Sequence[str], _: Ending) -> int:
        set_param(Path.cwd(), "rule: dip ", "rule: capitulation ")
        return 1

    monkeypatch.setattr(run_module, "call_dvc", call_dvc)


@pytest.mark.usefixtures("failing")
def test_what_cannot_be_put_back_names_the_cause_and_restore(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_back(_: object) -> None:
        raise OSError(errno.EFBIG, "File too large")

    monkeypatch.setattr(restoring, "put_back", put_back)
    done = dipmaster("run", "-S", "signal.z_min=2")
    assert done.exit_code == 1
    assert "what it wrote could not all be put back: File too large." in done.stderr
    assert "Fix: once there is space, `dipmaster restore` brings" in done.stderr


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (DvcFailure("No space left on device", "free some space, then `dipmaster restore`"),
         "data and report are not: No space left on device.\n"
         "  Fix: free some space, then `dipmaster restore`; then what the stage names"),
        (DvcFailure("DVC's cache lacks data/x of dvc.lock", "`make report` makes it again", True),
         "DVC's cache lacks data/x of dvc.lock.\n  Fix: `make report` makes it again; then"),
    ],
)  # fmt: skip
def test_data_that_did_not_come_back_are_explained(
    dipmaster: Command, folder: Path, failure: DvcFailure, text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = (folder / "params.yaml").read_bytes()
    monkeypatch.setattr(restoring, "checkout_outputs", lambda **_: failure)
    done = dipmaster("run", "-S", "signal.z_min=2")
    assert "put back as before it: params.yaml; data and report are not: " in done.stderr
    assert text in done.stderr
    assert (folder / "params.yaml").read_bytes() == before


@pytest.mark.usefixtures("failing", "folder")
def test_data_that_did_not_come_back_are_brought_without_the_params(
    dipmaster: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edits of params.yaml that were put back are not lost by what is proposed."""
    full = "ERROR: unexpected error - [Errno 28] No space left on device"
    monkeypatch.setattr(
        restoring, "checkout_outputs", lambda retry: explain_failure(full, retry=retry)
    )
    done = dipmaster("run", "-S", "signal.z_min=2")
    assert "Fix: free some space, then `dipmaster restore --keep-params`; then" in done.stderr
