"""Stage `check`: everything that can be told beforehand, and an output that reruns nobody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dipmaster.core import catalog, stage, store
from stages import check
from tests.made.params import read_values


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the stage with changed params: ``run({"gates.alpha": 2})``; returns its exit code."""
    monkeypatch.chdir(tmp_path)

    def run_stage(changes: dict[str, Any]) -> int:
        values = read_values()
        for path, value in changes.items():
            *parts, last = path.split(".")
            section = values
            for part in parts:
                section = section[part]
            section[last] = value
        Path("params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        with pytest.raises(SystemExit) as raised:
            stage.run("check", check.main)
        return int(raised.value.code or 0)

    return run_stage


def test_the_output_is_the_same_whatever_passed(run: Callable[..., int]) -> None:
    outputs = []
    for changes in ({}, {"signal.z_min": 2.0}, {"ingest.simulated.days": 200}):
        assert run(changes) == 0
        outputs.append(catalog.CHECK_PASSED.read_bytes())
    assert set(outputs) == {b'{\n  "passed": true\n}\n'}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gates.alpha": 2.0, "report.title": ""}, "params.yaml: 2 values do not fit"),
        ({"exits.max_holding_bars": 99}, "signal.cooldown_bars (36) must be at least"),
        ({"split.burn_in_days": 725}, "725 days of burn-in (split.burn_in_days) and at least 7"),
        ({"execution.min_notional": 5000.1}, "no order would ever be sent"),
        ({"ingest.source": "raw"}, "Fix: put files into data/raw/<set>/"),
    ],
)
def test_a_bad_value_of_any_section_is_reported(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], changes: Any, message: str
) -> None:
    Path("data/raw").mkdir(parents=True)
    assert run(changes) == 1
    told = capsys.readouterr().err
    assert told.startswith("check: error: ")
    assert message in told
    assert "Fix:" in told
    assert not catalog.CHECK_PASSED.exists()


def test_a_bad_file_of_alternative_data_is_reported_before_anything_runs(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("data/raw/alt")
    folder.mkdir(parents=True)
    (folder / "fear_greed.csv").write_text("date,fng\n2023-01-01,lots\n", encoding="utf-8")
    named = {"ingest.source": "raw", "alternative_data.provider": "files"}
    assert run(named) == 1
    told = capsys.readouterr().err
    assert "fear_greed.csv" in told
    assert "lots" in told
    assert run(named | {"alternative_data.provider": "none"}) == 1
    assert "lots" not in capsys.readouterr().err  # the run fails for want of bars


def test_too_few_blocks_are_a_note(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run({"ingest.simulated.days": 200}) == 0
    assert "check: note: 20 days out of sample hold 1 block(s)" in capsys.readouterr().err


def test_the_committed_params_pass(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = store.check_params(project / "params.yaml")
    assert params.gates.min_trades > 0
    assert params.report.title
