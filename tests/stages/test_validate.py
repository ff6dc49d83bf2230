"""Stage `validate` on a small market: what it writes, byte for byte, and how it refuses."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster import store
from dipmaster.foundation.errors import DataError, PipelineError
from dipmaster.foundation.panel import as_times
from dipmaster.foundation.periods import BAR_MS
from dipmaster.tables import BARS, CANDIDATES, EQUITY, FILLS, TRADES
from stages import validate

START_MS, DAYS = 1_672_531_200_000, 30
OUTPUTS = (
    "data/validate/trades_phase_0.parquet",
    "data/validate/fills_phase_0.parquet",
    "data/validate/equity_phase_0.parquet",
    "reports/metrics/gates.json",
    "reports/metrics/validate.json",
    "reports/metrics/summary.json",
    "reports/plots/equity_phase_0.csv",
    "reports/plots/gates.csv",
)
GATE_KEYS = {
    "phase", "metric", "target", "direction", "value", "low", "high", "n", "n_effective",
    "n_needed", "verdict", "reason",
}  # fmt: skip


def write_symbol(symbol: str, seed: int) -> pd.DataFrame:
    """A random walk with one gap of an hour; returns its candidates."""
    rng = np.random.default_rng(seed)
    bars = DAYS * 288
    close = 50 * np.exp(np.cumsum(0.002 * rng.standard_normal(bars)))
    opened = np.concatenate([[50.0], close[:-1]])
    frame = pd.DataFrame(
        {
            "open_time": as_times(START_MS + BAR_MS * np.arange(bars, dtype=np.int64)),
            "open": opened,
            "high": np.maximum(opened, close) * 1.0005,
            "low": np.minimum(opened, close) * 0.9995,
            "close": close,
            "volume": 1000.0,
        }
    )
    frame = frame.drop(index=range(4000, 4012)).reset_index(drop=True)
    store.write_table(frame, BARS, Path(f"data/ingest/bars/{symbol}.parquet"))
    classes = (np.arange(len(frame)) // 700 % 3).astype(np.int8)
    features = pd.DataFrame(
        {
            "open_time": frame["open_time"],
            "other": 1.0,
            "volatility_class": classes,
            "volatility_5m_daily_frac": np.float32(0.03) * (1 + np.arange(len(frame)) % 50),
        }
    )
    features.to_parquet("data/features/panel/" + symbol + ".parquet")
    rows = np.sort(rng.choice(np.arange(300, len(frame) - 1, 50), 100, replace=False))
    return pd.DataFrame(
        {
            "symbol": symbol,
            "open_time": frame["open_time"].iloc[rows].to_numpy(),
            "dip_z": rng.random(100),
            "sigma_1h_frac": 0.01,
            "volatility_class": classes[rows],
        }
    )


def write_inputs(burn_in_days: int = 10) -> None:
    Path("data/features/panel").mkdir(parents=True)
    found = pd.concat([write_symbol(s, i) for i, s in enumerate(("AUSDT", "BUSDT"))])
    found = found.sort_values(["open_time", "symbol"], ignore_index=True)
    found["candidate_id"] = np.arange(len(found))
    found["open_time"] = found["open_time"].astype("datetime64[ms, UTC]")
    store.write_table(found, CANDIDATES, Path("data/features/candidates.parquet"))
    store.write_json({"fallback_half_spread_bps": 1.0}, Path("data/ingest/market.json"))
    params = yaml.safe_load(Path("params.yaml").read_text())
    params["split"]["burn_in_days"] = burn_in_days
    params["gates"] |= {"block_days": 2, "bootstrap_reps": 200, "min_trades": 50}
    Path("params.yaml").write_text(yaml.safe_dump(params))


@pytest.fixture
def workspace(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "params.yaml").write_text((project / "params.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def digests() -> dict[str, str]:
    return {name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in OUTPUTS}


def test_outputs(workspace: Path) -> None:
    write_inputs()
    validate.main()
    for name, table in (("trades", TRADES), ("fills", FILLS), ("equity", EQUITY)):
        store.read_table(Path(f"data/validate/{name}_phase_0.parquet"), table)
    gates = json.loads(Path("reports/metrics/gates.json").read_text())
    assert [set(row) for row in gates] == [GATE_KEYS] * 5
    assert {row["phase"] for row in gates} == {0}
    details = json.loads(Path("reports/metrics/validate.json").read_text())
    assert details["built_phases"] == [0]
    assert all(check["holds"] for check in details["checks"])
    assert "phases 1 to 4 are not built" in details["verdict_reason"]
    figures = details["phases"]["0"]
    assert figures["counts"]["trades"] > 50
    matched = figures["random_entry"]["matched_trades"]
    assert 0.5 * figures["counts"]["trades"] < matched <= figures["counts"]["trades"]
    summary = json.loads(Path("reports/metrics/summary.json").read_text())
    assert len(summary) == 12
    assert summary["win_rate"] == gates[0]["value"]
    plot = pd.read_csv("reports/plots/gates.csv")
    assert list(plot.columns) == ["phase", "metric", "target", "value", "low", "high"]
    assert len(pd.read_csv("reports/plots/equity_phase_0.csv")) == DAYS
    assert list(workspace.rglob("*.partial")) == []


def test_same_bytes_for_any_number_of_workers(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs()
    found = []
    for workers in ("1", "2"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        validate.main()
        found.append(digests())
    assert found[0] == found[1]


def test_too_short_a_history_leaves_nothing_behind(workspace: Path) -> None:
    write_inputs(burn_in_days=28)
    with pytest.raises(DataError, match="28 days of burn-in"):
        validate.main()
    assert not any(Path(name).exists() for name in OUTPUTS)


def test_without_inputs_it_names_the_cure(workspace: Path) -> None:
    with pytest.raises(PipelineError, match="dvc repro"):
        validate.main()
