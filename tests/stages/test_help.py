"""`python -m stages.<name> --help` explains the stage and never runs it."""

import runpy
import sys
from pathlib import Path

import pytest
import yaml

PIPELINE = yaml.safe_load((Path(__file__).parents[2] / "dvc.yaml").read_text(encoding="utf-8"))
STAGES = tuple(PIPELINE["stages"])


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def module_of(stage: str) -> str:
    """Names of stages have hyphens, those of modules cannot."""
    return f"stages.{stage.replace('-', '_')}"


def start(stage: str, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Exit code of the stage, started as a program."""
    monkeypatch.setattr(sys, "argv", [stage, *words])
    with pytest.raises(SystemExit) as raised:
        runpy.run_module(module_of(stage), run_name="__main__", alter_sys=True)
    return int(raised.value.code or 0)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_help_runs_nothing(
    stage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert start(stage, monkeypatch, "--help") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(f"usage: python -m {module_of(stage)}")
    assert printed.err == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_any_other_word_is_refused_and_none_runs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert start("features", monkeypatch, "--fast") == 2
    assert "unrecognized arguments: --fast" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert start("features", monkeypatch) == 1  # it runs, and params.yaml is not there
