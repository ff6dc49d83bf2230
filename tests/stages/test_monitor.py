"""Stage `monitor` on a small market: what it writes, the same bytes, what it quotes."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dipmaster.confidence.inputs import FROM_FEATURES, VOLATILITY_COLUMNS
from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError
from dipmaster.results import MonitoringResults, MonitorSummary, read_result, write_result
from dipmaster.results.monitoring.summary import summarize_monitoring
from stages import monitor
from tests.made import market, monitoring, stress
from tests.stages.made_candidates import SYMBOLS, digests, set_params

pytestmark = pytest.mark.slow

OUTPUTS = ("reports/metrics/monitoring.json", "reports/metrics/monitor.json")


@pytest.fixture
def ready(validated: Path) -> Path:
    """After `validate`, with made results of the stages beside it."""
    write_result(stress.stress(4), catalog.STRESS_METRICS)
    write_result(market.ingest(SYMBOLS), catalog.INGEST_METRICS)
    set_params(monitoring={"recent_days": 5})
    add_columns(catalog.VOLATILITY, VOLATILITY_COLUMNS)
    add_columns(catalog.FEATURE_PANEL, (*FROM_FEATURES, "market_return_12_frac", "sigma_1h_frac"))
    return validated


def add_columns(folder: Path, names: Iterable[str]) -> None:
    """Inputs of the models, which the market made by hand leaves out."""
    rng = np.random.default_rng(8)
    for path in sorted(folder.glob("*.parquet")):
        frame = store.read_table(path)
        missing = [name for name in names if name not in frame]
        values = {name: rng.random(len(frame)) for name in missing}
        store.write_arrow(pa.Table.from_pandas(frame.assign(**values), preserve_index=False), path)


def results() -> MonitoringResults:
    return read_result(Path(OUTPUTS[0]), MonitoringResults)


def test_outputs(ready: Path) -> None:
    monitor.main()
    found = results()
    summary = read_result(Path(OUTPUTS[1]), MonitorSummary)
    assert summary == summarize_monitoring(found)
    assert len(json.loads(Path(OUTPUTS[1]).read_text(encoding="utf-8"))) <= 8
    assert [one.phase for one in found.phases] == [0, 1, 2, 3, 4]
    assert found.final_phase == 4
    assert [one.symbol for one in found.feed] == list(SYMBOLS)
    assert found.window_from is not None
    assert len(found.calibration) >= 2
    assert "dip_depth_3_sigma" in {one.feature for one in found.drift}
    text = Path(OUTPUTS[0]).read_text(encoding="utf-8")
    assert '"latency"' not in text.replace('"rule": "latency"', "")
    assert '"parity"' not in text
    trades = json.loads(catalog.VALIDATE_METRICS.read_text(encoding="utf-8"))["phases"]
    for one in found.phases:
        assert one.win_rate.n == trades[str(one.phase)]["counts"]["trades"]
        drawdown = trades[str(one.phase)]["drawdown"]["max_frac"]
        assert one.max_drawdown_frac == pytest.approx(drawdown)


def test_the_same_bytes_for_any_number_of_workers(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for workers in ("1", "2"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        monitor.main()
        found.append(digests(OUTPUTS))
    assert found[0] == found[1]


def test_measured_latency_is_quoted(ready: Path) -> None:
    write_result(monitoring.latency(), catalog.LATENCY)
    monitor.main()
    assert results().latency == monitoring.latency()
    met = {one.name: one.is_met for one in results().rollout[0].criteria}
    assert met["Latency"]
    assert not met["Parity"]


def test_a_latency_of_another_form_is_refused(ready: Path) -> None:
    catalog.LATENCY.parent.mkdir()
    catalog.LATENCY.write_text('{"p99_ms": 3}', encoding="utf-8")
    with pytest.raises(DataError, match=r"expected what `dipmaster replay --measure` writes"):
        monitor.main()
