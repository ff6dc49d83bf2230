"""What DVC makes of the registry: neither an output nor a dep of the stage that adds to it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from profiles import quick

pytestmark = pytest.mark.slow

DVC = str(Path(sys.executable).with_name("dvc"))
PIPELINE = f"""
stages:
  validate:
    cmd: {sys.executable} validate.py
    deps: [validate.py]
    params: [seed]
    outs: [reports/metrics/validate.json: {{cache: false}}]
  report:
    cmd: cat reports/trials/*.jsonl > report.txt
    deps: [reports/metrics/validate.json, reports/trials]
    outs: [report.txt: {{cache: false}}]
"""
VALIDATE = """
from pathlib import Path

from dipmaster.results.trials import TrialIdentity, TrialOutcome
from dipmaster.trials import open_registry, register

seed = Path("params.yaml").read_text()
trial = TrialIdentity(data="d", alternative="a", code="c", params=seed)
outcome = TrialOutcome(
    verdict="FAIL", trades=0, win_rate=None, sharpe=None, profit_factor=None, max_drawdown=None,
    net_return=None, trades_digest="t",
)
register(open_registry("d"), trial, outcome)
Path("reports/metrics").mkdir(exist_ok=True)
Path("reports/metrics/validate.json").write_text(seed)
"""
LINES = Path("reports/trials/d.jsonl")


def run(*command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(quick.ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit() -> None:
    run("git", "add", "-A")
    run("git", "-c", "user.name=x", "-c", "user.email=x@x.invalid", "commit", "-qm", "x")


def count_lines() -> int:
    return len(LINES.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both stages run and committed."""
    folder = tmp_path_factory.mktemp("trials") / "project"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        put_project()
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    folder = Path(shutil.copytree(template, tmp_path / "project", symlinks=True))
    monkeypatch.chdir(folder)
    return folder


def put_project() -> None:
    """Make it here and run it."""
    run("git", "init", "-q", "-b", "main")
    run("git", "config", "user.name", "x")
    run("git", "config", "user.email", "x@x.invalid")
    run(DVC, "init", "-q")
    config = (quick.ROOT / ".dvc/config").read_text(encoding="utf-8")
    Path(".dvc/config").write_text(config, encoding="utf-8")
    Path("dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    Path("validate.py").write_text(VALIDATE, encoding="utf-8")
    Path("params.yaml").write_text("seed: 1\n", encoding="utf-8")
    Path(".gitignore").write_text("__pycache__/\n", encoding="utf-8")
    run(DVC, "repro", "-q")
    commit()


def test_a_fresh_clone_that_runs_everything_has_the_same_bytes(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "up to date" in run(DVC, "status")
    clone = tmp_path / "clone"
    run("git", "clone", "-q", str(project), str(clone))
    monkeypatch.chdir(clone)
    run(DVC, "repro", "-q", "--force")
    run(DVC, "repro", "-q", "--force")
    assert run("git", "status", "--porcelain") == ""
    assert "up to date" in run(DVC, "status")
    assert count_lines() == 1


def test_an_experiment_here_adds_a_line_that_stays(project: Path) -> None:
    run(DVC, "exp", "run", "-q", "-S", "seed=2")
    assert count_lines() == 2
    run("git", "checkout", "-q", "params.yaml", "dvc.lock", "reports/metrics", "report.txt")
    status = run(DVC, "status")
    assert "reports/trials" in status  # there was one more look: the report is out of date
    assert "validate:" not in status
    run(DVC, "repro", "-q")
    assert "up to date" in run(DVC, "status")
    assert count_lines() == 2


def test_an_experiment_in_a_copy_brings_its_line_when_it_is_applied(project: Path) -> None:
    run(DVC, "exp", "run", "-q", "--temp", "-S", "seed=3", "-n", "three")
    assert count_lines() == 1
    run(DVC, "exp", "apply", "-q", "three")
    assert count_lines() == 2
    assert "up to date" in run(DVC, "status")
