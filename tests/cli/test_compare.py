"""Experiments side by side."""

import json
from pathlib import Path

import pytest

from dipmaster.cli.compare import shorten
from tests.cli.conftest import Command, keep_experiment, run_git, set_param

pytestmark = pytest.mark.usefixtures("folder")


def test_every_experiment_beside_head_in_120_columns(dipmaster: Command) -> None:
    done = dipmaster("compare")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 120
    firsts = [line.split() for line in lines if line[1:2].strip() and not line.startswith(" ─")]
    assert [words[0] for words in firsts] == ["name", "HEAD", "cap", "deep"]
    assert firsts[2][1] == "signal.rule=capitulation"
    assert "left out: reports/metrics/validate.json of old" in done.stderr


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("signal.z_min=2", "signal.z_min=2"),
        ("confidence.thresholds.normal_volatility=0.75", "…normal_volatility=0.75"),
        ("a.b=1=2", "a.b=1=2"),
        (f"a.{'b' * 40}=1", f"…{'b' * 40}=1"),
    ],
)
def test_a_long_change_keeps_its_value(change: str, shown: str) -> None:
    assert shorten(change) == shown


def test_experiments_that_differ_in_a_value_differ_in_the_table(
    dipmaster: Command, folder: Path
) -> None:
    """A wide name and a path that does not fit: the value is there, whole."""
    for value in ("0.75", "0.85"):
        set_param(folder, "normal_volatility: 0.80", f"normal_volatility: {value}")
        keep_experiment(folder, f"an-experiment-with-a-name-{value}")
    text = dipmaster("compare").stdout
    assert max(map(len, text.splitlines())) <= 120
    assert "=0.75" in text
    assert "=0.85" in text
    assert (
        "confidence.thresholds.normal_volatility=0.75" in dipmaster("compare", "--markdown").stdout
    )


def test_the_first_of_a_sort_is_the_best(dipmaster: Command) -> None:
    by_sharpe = records(dipmaster("compare", "--sort", "sharpe", "--json").stdout)
    values = [one["phases"][-1]["sharpe"] for one in by_sharpe]
    assert values == sorted(values, reverse=True)
    assert (by_sharpe[0]["name"], by_sharpe[-1]["name"]) == ("cap", "deep")


def test_names_alone_are_shown_beside_head(dipmaster: Command) -> None:
    shown = records(dipmaster("compare", "deep", "--phase", "1", "--json").stdout)
    assert [one["name"] for one in shown] == ["HEAD", "deep"]
    assert shown[1]["changed_params"] == {"signal.rule": "dipmaster_v4"}
    assert [row["phase"] for row in shown[1]["phases"]] == [1]
    assert shown[1]["phases"][0]["sharpe"] == -3.25


def test_markdown_has_a_row_a_phase(dipmaster: Command) -> None:
    lines = dipmaster("compare", "cap", "--markdown").stdout.splitlines()
    assert lines[0].startswith("| name | changed params | phase | verdict |")
    assert len(lines) == 2 + 3 + 3
    assert {line.count("|") for line in lines} == {10}


def test_head_is_shown_once_and_is_git_s(dipmaster: Command, folder: Path) -> None:
    """An experiment of that name, of another program or an older version, changes nothing."""
    before = records(dipmaster("compare", "HEAD", "--json").stdout)
    assert [one["name"] for one in before] == ["HEAD"]
    name_experiment(folder, "deep", "HEAD")
    assert records(dipmaster("compare", "HEAD", "--json").stdout) == before


def test_a_name_with_two_meanings_is_refused(dipmaster: Command, folder: Path) -> None:
    run_git(folder, "branch", "cap")
    done = dipmaster("compare", "cap")
    assert done.exit_code == 1
    assert "expected a name with one meaning" in done.stderr


def test_two_names_of_one_commit_have_one_meaning(dipmaster: Command, folder: Path) -> None:
    """As after `dvc exp branch`."""
    reference = run_git(folder, "for-each-ref", "--format=%(refname)", "refs/exps/*/*/cap")
    run_git(folder, "branch", "cap", reference)
    assert dipmaster("compare", "cap").exit_code == 0


def name_experiment(folder: Path, old: str, new: str) -> None:
    """One more name for an experiment, past every check."""
    listed = run_git(folder, "for-each-ref", "--format=%(refname)", "refs/exps").splitlines()
    (reference,) = (one for one in listed if one.endswith(f"/{old}"))
    run_git(folder, "update-ref", f"{reference.removesuffix(old)}{new}", reference)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nothing"], "experiments are: cap, deep, old"),
        (["old"], "validate.json of old"),
        (["--sort", "luck"], "--sort: expected one of name, trades"),
        (["--phase", "7"], "expected one of the phases 0, 1, 2, found 7"),
    ],
)
def test_what_cannot_be_shown_is_said(dipmaster: Command, words: list[str], text: str) -> None:
    done = dipmaster("compare", *words)
    assert done.exit_code == 1
    assert text in done.stderr
    assert "Fix:" in done.stderr


def records(text: str):
    return json.loads(text)
