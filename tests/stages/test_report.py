"""Stage `report` in a folder of its own: same bytes in every surrounding, whole files or none."""

import os
import runpy
import shutil
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import yaml

from dipmaster.core import store
from dipmaster.core.errors import DataError, DipMasterError, PipelineError
from dipmaster.core.tables import EQUITY, SCORES, TRADES
from dipmaster.report import provenance, registry
from dipmaster.results.serialisation import write_result
from stages import report
from tests.made.common import BOUNDARY
from tests.made.gates import summary
from tests.report import frames
from tests.report.conftest import unpainted
from tests.report.run import lock
from tests.report.states import STATES

pytestmark = pytest.mark.slow

FILES = ("reports/phase_gate.pdf", "reports/phase_gate.html")


def put(frame: pd.DataFrame | None, path: Path) -> None:
    """Only the columns that the report reads: less than the table's schema asks for."""
    store.write_arrow(pa.Table.from_pandas(frame, preserve_index=False), path)


def late_trades() -> pd.DataFrame:
    """Two trades out of sample: the PDF carries no others."""
    time = pd.Timestamp(BOUNDARY).as_unit("ms")
    return frames.trades().assign(signal_time=time, entry_time=time, exit_time=time)


@pytest.fixture(scope="module")
def prepared(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with all that the stage reads, made once."""
    tmp_path = tmp_path_factory.mktemp("report")
    inputs = STATES["phase 1 abstained"]()
    metrics = tmp_path / "reports" / "metrics"
    shutil.copy(project / "params.yaml", tmp_path)
    write_result(inputs.gates, metrics / "gates.json")
    write_result(inputs.validation, metrics / "validate.json")
    write_result(summary(), metrics / "summary.json")
    write_result(inputs.ingest, metrics / "ingest.json")
    write_result(inputs.market, tmp_path / "data" / "ingest" / "market.json")
    write_result(inputs.volatility, metrics / "volatility.json")
    write_result(inputs.confidence, metrics / "confidence.json")
    write_result(inputs.exit_models, metrics / "exits.json")
    write_result(inputs.alternative_data, metrics / "altdata.json")
    write_result(inputs.stress, metrics / "stress.json")
    write_result(inputs.sensitivity, metrics / "sensitivity.json")
    write_result(inputs.outcomes, metrics / "outcomes.json")
    write_result(inputs.monitoring, metrics / "monitoring.json")
    data = tmp_path / "data"
    for number, frame in inputs.equity.items():
        trades = data / "validate" / f"trades_phase_{number}.parquet"
        store.write_table(late_trades(), TRADES, trades)
        store.write_table(frame, EQUITY, data / "validate" / f"equity_phase_{number}.parquet")
    store.write_table(inputs.scores, SCORES, data / "confidence" / "scores.parquet")
    for symbol, frame in inputs.forecasts.items():
        put(frame, data / "volatility" / f"{symbol}.parquet")
    shown = inputs.shown
    put(shown.bars, data / "ingest" / "bars" / f"{shown.symbol}.parquet")
    put(shown.truth, data / "ingest" / "truth" / f"{shown.symbol}.parquet")
    store.write_json({"known": True}, data / "ingest" / "truth" / "about.json")
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump(lock()), encoding="utf-8")
    return tmp_path


@pytest.fixture
def workspace(prepared: Path, tmp_path: Path) -> Path:
    """A copy of its own."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return tmp_path


CHAPTERS = ("decision", "confidence", "volatility", "provenance", "approvals")
"""Fewer pages, of every kind: text, tables, charts, outline, provenance."""
SHORT = f"""
from dipmaster.report import registry
from stages import report
whole = registry.chapters
registry.chapters = lambda inputs: [one for one in whole(inputs) if one.folder in {CHAPTERS}]
report.stage.run("report", report.main)
"""


def test_the_chapters_of_the_short_report_exist() -> None:
    folders = {one.folder for one in (*registry.BODY, *registry.APPENDIX)}
    assert set(CHAPTERS) <= folders


def run_stage(
    project: Path, folder: Path, code: str, **surrounding: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(project), **surrounding},
        capture_output=True,
        text=True,
        check=False,
    )


def hashes(folder: Path) -> list[str]:
    return [sha256((folder / name).read_bytes()).hexdigest() for name in FILES]


def test_same_bytes_in_other_surroundings(
    project: Path, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process, folder, time zone, language, hash seed, number of workers, date and home."""
    other = tmp_path / "other place"
    shutil.copytree(workspace, other, ignore=shutil.ignore_patterns("other place"))
    home = tmp_path / "home"
    home.mkdir()
    (home / "matplotlibrc").write_text("font.size: 20\n", encoding="utf-8")
    first = run_stage(
        project,
        other,
        SHORT,
        PYTHONHASHSEED="2",
        DIPMASTER_WORKERS="2",
        TZ="Asia/Tokyo",
        LC_ALL="C",
        SOURCE_DATE_EPOCH="1700000000",
        MPLCONFIGDIR=str(home),
        XDG_CACHE_HOME=str(home),
    )
    assert first.returncode == 0, first.stderr
    whole = registry.chapters
    monkeypatch.chdir(workspace)
    monkeypatch.setattr(
        registry,
        "chapters",
        lambda inputs: [one for one in whole(inputs) if one.folder in CHAPTERS],
    )
    report.main()
    assert hashes(workspace) == hashes(other)
    text = (workspace / FILES[1]).read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert str(tmp_path).encode() not in (workspace / FILES[0]).read_bytes()
    assert not list(workspace.rglob("*.partial"))
    assert "WARNING" not in first.stderr


def test_the_pdf_carries_params_verdicts_and_every_trade(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    files = {one.name: one.content for one in report.read_inputs().attachments}
    assert list(files) == [
        "params.yaml",
        "gates.json",
        "summary.json",
        "trades_phase_0.csv",
        "trades_phase_1.csv",
        "provenance.json",
    ]
    for name, place in (("params.yaml", "."), ("gates.json", "reports/metrics")):
        assert files[name] == (workspace / place / name).read_bytes()
    trades = pd.read_csv(BytesIO(files["trades_phase_1.csv"]))
    assert list(trades.columns) == TRADES.names
    assert len(trades) == len(late_trades())


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_a_lock_without_an_earlier_stage_names_the_fix(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = yaml.safe_load((workspace / "dvc.lock").read_text(encoding="utf-8"))
    del lock["stages"]["features"]
    (workspace / "dvc.lock").write_text(yaml.safe_dump(lock), encoding="utf-8")
    monkeypatch.chdir(workspace)
    monkeypatch.setattr(sys, "argv", ["report"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("stages.report", run_name="__main__", alter_sys=True)
    assert ended.value.code == 1
    printed = capsys.readouterr().err
    assert "found none of features" in printed
    assert "`dvc repro`" in printed
    assert not [name for name in FILES if (workspace / name).exists()]


@pytest.mark.parametrize(
    "absent",
    [
        "dvc.lock",
        "reports/metrics/gates.json",
        "reports/metrics/ingest.json",
        "reports/metrics/summary.json",
        "data/ingest/market.json",
        "data/validate/equity_phase_0.parquet",
        "data/validate/equity_phase_1.parquet",
        "data/validate/trades_phase_1.parquet",
        "data/confidence/scores.parquet",
        "reports/metrics/confidence.json",
        "reports/metrics/exits.json",
        "reports/metrics/altdata.json",
        "reports/metrics/volatility.json",
    ],
)
def test_what_is_not_there_is_named(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, absent: str
) -> None:
    (workspace / absent).unlink()
    monkeypatch.chdir(workspace)
    with pytest.raises(PipelineError, match=rf"(?s){absent} is not there.*dvc repro"):
        report.read_inputs()


@pytest.mark.parametrize("kept", [slice(0, 0), slice(1, None)])
def test_a_gate_that_was_taken_out_is_named(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, kept: slice
) -> None:
    file = workspace / "reports/metrics/gates.json"
    store.write_json(store.read_json(file)[kept], file)
    monkeypatch.chdir(workspace)
    with pytest.raises(DataError, match=r"(?s)gates\.json: .*none for win_rate of phase 0.*Fix:"):
        report.read_inputs()


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        ("data/ingest/market.json", "symbols", []),
        ("data/ingest/truth/about.json", "known", "yes"),
    ],
)
def test_what_was_edited_is_named(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, file: str, key: str, value: object
) -> None:
    store.write_json(store.read_json(workspace / file) | {key: value}, workspace / file)
    monkeypatch.chdir(workspace)
    with pytest.raises(DipMasterError, match=rf"(?s){file}: expected .*{key}.*Fix:"):
        report.read_inputs()


def test_an_old_report_stays_when_a_new_one_fails(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    for name in FILES:
        Path(name).write_text("old", encoding="utf-8")

    def full_disk(*_: Any) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "pdf", full_disk)
    with unpainted(), pytest.raises(OSError, match="No space left"):
        report.main()
    assert [Path(name).read_text(encoding="utf-8") for name in FILES] == ["old", "old"]


def test_every_output_whose_hash_is_printed_is_a_dep(project: Path) -> None:
    """Otherwise an output could change and its old hash stay in the PDF."""
    stages = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    made = [
        next(iter(out)) if isinstance(out, dict) else out
        for name in provenance.EARLIER_STAGES
        for kind in ("outs", "metrics", "plots")
        for out in stages[name].get(kind, [])
    ]
    assert len(made) > 8
    assert not set(made) - set(stages["report"]["deps"])
