"""Params, data and history before anything runs; names that are nearly right."""

from pathlib import Path

import pytest

from dipmaster.cli.overrides import check_overridden, expand_sweeps, find_nearest
from dipmaster.core.errors import ParamsError
from tests.cli.conftest import Command, set_param


def test_a_good_project_in_three_lines(dipmaster: Command, folder: Path) -> None:
    done = dipmaster("check")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["params", "data", "history"]
    assert "simulated" in done.stdout


def test_overrides_are_checked_and_not_written(dipmaster: Command, folder: Path) -> None:
    before = (folder / "params.yaml").read_bytes()
    assert dipmaster("check", "--set", "signal.rule=capitulation").exit_code == 0
    done = dipmaster("check", "--set", "signal.rule=moon")
    assert done.exit_code == 1
    assert "signal.rule: Input should be 'dip', 'dipmaster_v4' or 'capitulation'" in done.stderr
    assert (folder / "params.yaml").read_bytes() == before


def test_a_history_too_short_is_refused(dipmaster: Command, folder: Path) -> None:
    set_param(folder, "burn_in_days: 180", "burn_in_days: 729")
    done = dipmaster("check")
    assert done.exit_code == 1
    assert "split.burn_in_days" in done.stderr
    assert "Fix:" in done.stderr


def test_raw_files_are_read(dipmaster: Command, folder: Path) -> None:
    done = dipmaster("check", "--set", "ingest.source=raw")
    assert done.exit_code == 1
    assert "data/raw" in done.stderr
    assert "Fix:" in done.stderr


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("signal.zmin", "signal.z_min"),
        ("signals.rule", "signal.rule"),
        ("edge", "ingest.simulated.edge"),
        ("seed", "ingest.simulated.seed"),
    ],
)
def test_an_unknown_param_gets_the_nearest_names(path: str, near: str, folder: Path) -> None:
    with pytest.raises(ParamsError) as raised:
        check_overridden([f"{path}=1"])
    assert f"--set {path}: expected a param" in str(raised.value)
    assert near in str(raised.value)


def test_nothing_near_is_said_so() -> None:
    assert find_nearest("qqqqqq", ["signal.rule"]) == []


@pytest.mark.parametrize("override", ["signal.rule", "=5", "signal.rule=[1"])
def test_what_is_no_override_is_refused(override: str, folder: Path) -> None:
    with pytest.raises(ParamsError, match="Fix: "):
        check_overridden([override])


@pytest.mark.parametrize("override", ["signal.z_min=1,2", "signal.z_min=choice(1,2)"])
def test_several_values_are_refused_where_one_is_checked(override: str, folder: Path) -> None:
    with pytest.raises(ParamsError, match="found 2 combinations"):
        check_overridden([override])


def test_a_param_that_is_set_twice_is_refused(folder: Path) -> None:
    with pytest.raises(ParamsError, match=r"--set signal.rule: .* set twice"):
        check_overridden(["signal.rule=dip", "signal.rule=capitulation"])


def test_a_value_that_does_not_fit_is_that_of_the_option(folder: Path) -> None:
    """params.yaml is as it should be, and says nothing of `moon`."""
    with pytest.raises(ParamsError) as raised:
        check_overridden(["signal.rule=moon"])
    assert str(raised.value).startswith("with --set signal.rule=moon, params.yaml: 1 value does")


def test_a_sweep_is_several_sets_of_overrides() -> None:
    assert expand_sweeps(["signal.z_min=1,2", "signal.rule=dip"]) == [
        ["signal.z_min=1", "signal.rule=dip"],
        ["signal.z_min=2", "signal.rule=dip"],
    ]
    assert expand_sweeps([]) == [[]]
