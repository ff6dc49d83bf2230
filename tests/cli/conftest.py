"""A small project under git, with made results and three experiments as DVC keeps them."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from dipmaster.cli.app import app
from dipmaster.core import catalog, store
from dipmaster.core.tables import TRADES
from dipmaster.report import provenance
from dipmaster.results.gates import GateRows
from dipmaster.results.serialisation import write_result
from tests.cli.toy import make_toy
from tests.made.gates import gates
from tests.made.validation import validation

Command = Callable[..., Result]
PHASES = (0, 1, 2)
LOCKED_STAGES = provenance.EARLIER_STAGES[1:]
TRADE_RETURNS = (0.004, -0.018, 0.006, -0.002, 0.009)  # the first is of the burn-in


def run_git(folder: Path, *arguments: str) -> str:
    author = ["-c", "user.name=x", "-c", "user.email=x@x.invalid"]
    done = subprocess.run(
        ["git", *author, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def make_trades(returns: Sequence[float] = TRADE_RETURNS) -> pd.DataFrame:
    """A trade a day around the out-of-sample start, coins and exits in turn."""
    start = pd.Timestamp(validation().period.out_of_sample_from)
    entry = start + pd.to_timedelta(range(-1, len(returns) - 1), unit="D")
    frame = pd.DataFrame(dict.fromkeys(TRADES.names, 0.5), index=range(len(returns)))
    frame = frame.assign(
        trade_id=range(len(returns)), candidate_id=range(len(returns)), bars_held=6,
        symbol=["AUSDT", "BUSDT"] * (len(returns) // 2) + ["AUSDT"] * (len(returns) % 2),
        exit_type=["target", "stop", "target", "timeout", "target"], regime="low",
        return_frac=returns, net_pnl=[5000 * one for one in returns], mae_frac=-0.1,
        entry_time=entry, signal_time=entry, exit_time=entry, binding_cap="none",
        stop_and_target_touched=False, open_at_end=False,
    )  # fmt: skip
    times = ["entry_time", "signal_time", "exit_time"]
    return frame.astype(dict.fromkeys(times, "datetime64[ms, UTC]"))


def write_results(gate_rows: GateRows) -> None:
    write_result(validation(), catalog.VALIDATE_METRICS)
    write_result(gate_rows, catalog.GATES)


def write_lock(data: str) -> None:
    """dvc.lock of a whole run over some bars, with the signal as params.yaml has it."""
    stages: dict[str, Any] = {"ingest": {"outs": [{"path": "data/ingest", "md5": data}]}}
    stages |= {
        one: {"outs": [{"path": f"data/{one}", "md5": f"{data}.dir"}]} for one in LOCKED_STAGES
    }
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    stages["features"]["params"] = {"params.yaml": {"signal": params["signal"]}}
    catalog.LOCK.write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}), encoding="utf-8")


def set_param(folder: Path, before: str, after: str) -> None:
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def keep_experiment(folder: Path, name: str) -> None:
    """Commit what was changed as DVC does: under refs/exps, with HEAD as it was."""
    head = run_git(folder, "rev-parse", "HEAD")
    run_git(folder, "commit", "-qam", name)
    run_git(folder, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/{name}", "HEAD")
    run_git(folder, "reset", "-q", "--hard", head)


@pytest.fixture(scope="session")
def template(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed project; `cap` is better than HEAD, `deep` worse, `old` cannot be read."""
    folder = tmp_path_factory.mktemp("cli") / "project"
    (folder / "stages").mkdir(parents=True)
    (folder / "stages/__init__.py").touch()
    for name in ("params.yaml", "dvc.yaml", ".gitignore", "requirements.lock"):
        shutil.copy2(project / name, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run_git(folder, "init", "-q", "-b", "main")
        write_results(gates(*PHASES))
        (folder / "dvc.lock").write_text("schema: '2.0'\n", encoding="utf-8")
        run_git(folder, "add", ".")
        run_git(folder, "commit", "-qm", "first")
        for name, sharpe in (("cap", 9.5), ("deep", -3.25)):
            set_param(folder, "rule: dip ", f"rule: {DIFFERENT_RULES[name]} ")
            write_results(scale_sharpe(gates(*PHASES), sharpe))
            keep_experiment(folder, name)
        catalog.VALIDATE_METRICS.write_text('{"verdict": "PASS"}', encoding="utf-8")
        keep_experiment(folder, "old")
        for phase in PHASES:
            path = catalog.VALIDATE / f"trades_phase_{phase}.parquet"
            store.write_table(make_trades(), TRADES, path)
    return folder


DIFFERENT_RULES = {"cap": "capitulation", "deep": "dipmaster_v4"}


def scale_sharpe(rows: GateRows, sharpe: float) -> GateRows:
    from dataclasses import replace

    return tuple(replace(row, value=sharpe) if row.metric == "sharpe" else row for row in rows)


@pytest.fixture
def folder(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    copy = Path(shutil.copytree(template, tmp_path / "project"))
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture(scope="session")
def toy_template(template: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with the toy pipeline, run once and committed."""
    folder = tmp_path_factory.mktemp("toy") / "project"
    make_toy(template, project, folder, {"user.name": "x", "user.email": "x@x.invalid"})
    run_git(folder, "add", ".")
    run_git(folder, "commit", "-qm", "toy")
    return folder


@pytest.fixture
def toy(toy_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    copy = Path(shutil.copytree(toy_template, tmp_path / "toy", symlinks=True))
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def dipmaster() -> Command:
    """The command line, in this process."""
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))
