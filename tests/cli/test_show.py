"""The last verdict in one screen."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dipmaster.cli import show
from dipmaster.cli.console import MAX_WIDTH
from dipmaster.cli.revisions import WORKSPACE, Revision, read_findings
from dipmaster.core import catalog
from dipmaster.results.metrics import GATES, METRICS, SHARPE
from dipmaster.results.serialisation import write_result
from tests.cli.conftest import (
    PHASES,
    Command,
    run_git,
    scale_sharpe,
    set_param,
    write_results,
)
from tests.made.gates import gates
from tests.made.validation import validation


def test_verdicts_figures_report_and_next_command(dipmaster: Command, folder: Path) -> None:
    catalog.PDF.write_bytes(b"%PDF")
    text = dipmaster("show").stdout
    made = validation()
    assert f"No overall verdict: {made.verdict_reason}." in text
    for phase in PHASES:
        assert f"phase {phase}" in text
    assert f"report: {folder / catalog.PDF}" in text
    assert "next:   `dipmaster trades --phase 2 --worst 10`" in text
    assert "was" not in text


def test_an_overall_verdict_needs_every_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    made = validation()
    assert show.state_verdict(made).startswith("No overall verdict: ")
    monkeypatch.setattr("dipmaster.report.kit.gates.FINAL_PHASE", PHASES[-1])
    assert show.state_verdict(made).startswith(f"Overall verdict: {made.verdict}: ")


def test_what_moved_against_the_last_commit_is_shown(dipmaster: Command, folder: Path) -> None:
    set_param(folder, "rule: dip ", "rule: capitulation ")
    write_result(scale_sharpe(gates(*PHASES), 9.5), catalog.GATES)
    text = dipmaster("show").stdout
    lines = [line.strip() for line in text.splitlines()]
    sharpe = next(at for at, line in enumerate(lines) if line.startswith("Sharpe"))
    before = {row.phase: row.value for row in gates(*PHASES) if row.metric == "sharpe"}
    assert f"was {before[2]:.2f}" in lines[sharpe + 1]
    assert sum("was" in line for line in text.splitlines()) == 1
    assert "next:   `make report`" in text  # there is no PDF
    catalog.PDF.write_bytes(b"%PDF")
    assert "signal.rule differs from the last commit" in dipmaster("show").stdout


def test_rows_keep_their_names_however_many_phases_moved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = scale_sharpe(gates(*PHASES), 9.5)
    five = []
    for gate_rows in (gates(*PHASES), moved):
        write_results(gate_rows)
        findings = read_findings(Revision(WORKSPACE))
        five.append(replace(findings, phases=(*findings.phases, *findings.phases)[:5]))
    show.print_figures(five[0], five[1])
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= MAX_WIDTH
    for key in show.list_rows():
        assert METRICS[key].title in text


def test_every_gate_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert show.list_rows() == [*show.FIRST_ROWS, "mean_net_bps"]
    calmar = replace(SHARPE, key="calmar")
    monkeypatch.setattr("dipmaster.results.metrics.GATES", (*GATES, calmar))
    assert show.list_rows() == [*show.FIRST_ROWS, "calmar", "mean_net_bps"]


def test_without_results_it_says_how_to_get_them(dipmaster: Command, folder: Path) -> None:
    (folder / catalog.VALIDATE_METRICS).unlink()
    done = dipmaster("show")
    assert done.exit_code == 1
    assert "validate.json is not there" in done.stderr
    assert "Fix:" in done.stderr


def test_in_a_copy_that_git_does_not_know_nothing_is_compared(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = folder / "build/quick"
    quick.mkdir(parents=True)
    for name in ("params.yaml", "dvc.yaml", "stages", "reports"):
        kept = folder / name
        (shutil.copytree if kept.is_dir() else shutil.copy2)(kept, quick / name)
    monkeypatch.chdir(quick)
    done = dipmaster("show")
    assert done.exit_code == 0
    assert validation().verdict_reason in done.stdout
    assert done.stderr == ""


def test_a_commit_that_cannot_be_read_is_said(dipmaster: Command, folder: Path) -> None:
    run_git(folder, "rm", "-q", "--cached", str(catalog.VALIDATE_METRICS))
    run_git(folder, "commit", "-qm", "none")
    done = dipmaster("show")
    assert "no comparison with the last commit: HEAD" in done.stderr
    assert "Fix:" in done.stderr


def test_a_commit_is_shown_without_the_folder_being_touched(
    dipmaster: Command, folder: Path
) -> None:
    """As an experiment that ran in a copy or from the queue: its figures, not the folder's."""
    write_result(scale_sharpe(gates(*PHASES), 9.5), catalog.GATES)
    text = dipmaster("show", "HEAD").stdout
    assert validation().verdict_reason in text
    assert "was" not in text  # the same commit
    assert "report:" not in text
    assert "next:" not in text
    assert "was" in dipmaster("show").stdout


def test_only_an_experiment_can_be_applied(dipmaster: Command, folder: Path) -> None:
    text = dipmaster("show", "cap").stdout
    assert "report: `dvc exp apply cap` brings it into this folder" in text
    assert "next:   `dipmaster compare cap`" in text
    run_git(folder, "tag", "v1")
    text = dipmaster("show", "v1").stdout
    assert "report:" not in text
    assert "next:   `dipmaster compare v1`" in text


def test_a_name_that_is_none_is_refused(dipmaster: Command, folder: Path) -> None:
    done = dipmaster("show", "nothing")
    assert done.exit_code == 1
    assert "expected an experiment, a commit, or `workspace`" in done.stderr


@pytest.mark.parametrize("words", [("show", ""), ("show", " "), ("trades", "--experiment", "")])
def test_an_empty_name_is_not_this_folder(
    dipmaster: Command, folder: Path, words: tuple[str, ...]
) -> None:
    done = dipmaster(*words)
    assert done.exit_code == 1
    assert "found an empty one, as of a shell variable that is not set" in done.stderr
    assert "Fix: name one" in done.stderr
