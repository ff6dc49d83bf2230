"""Stage `monitor` on a small market: what it writes, the same bytes, what it quotes."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dipmaster.confidence.inputs import FROM_FEATURES, VOLATILITY_COLUMNS
from dipmaster.core import catalog, store
from dipmaster.core.code_digest import digest_code
from dipmaster.core.errors import DataError
from dipmaster.monitoring.records import STREAM
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.monitoring.committed import FirstDifference
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.monitoring.rollout import Criterion
from dipmaster.results.monitoring.summary import MonitorSummary, summarize_monitoring
from dipmaster.results.serialisation import read_result, write_result
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


def write_parity(
    found: FirstDifference | None = None, stream: str | None = None, **trial: str
) -> None:
    """A record of the batch in the folder, but for what is given."""
    batch = read_result(catalog.VALIDATE_METRICS, ValidationResults).trial
    assert batch is not None
    digest = digest_code(STREAM) if stream is None else stream
    record = monitoring.parity_record(replace(batch, **trial), digest, found)
    write_result(record, catalog.PARITY)


def find_parity() -> Criterion:
    (found,) = (one for one in results().rollout[0].criteria if one.name == "Parity")
    return found


def test_parity_of_this_batch_is_quoted_and_meets_its_criterion(ready: Path) -> None:
    write_parity()
    monitor.main()
    assert results().parity == monitoring.parity()
    assert find_parity().is_met
    assert find_parity().found == "0 differences over 105120 bars of 10 coins"


def test_parity_of_other_data_is_not_taken_for_it(ready: Path) -> None:
    write_parity(monitoring.difference(), data="x")
    monitor.main()
    assert results().parity is None
    assert results().parity_mismatch == ("data",)
    assert not find_parity().is_met


def test_parity_of_another_stream_is_not_taken_for_it(ready: Path) -> None:
    write_parity(stream="x", code="x")
    monitor.main()
    assert results().parity_mismatch == ("code", "code of the stream")
    assert "has other code, code of the stream: run dipmaster" in find_parity().found


def test_a_recorded_difference_fails_the_stage_before_it_writes(ready: Path) -> None:
    write_parity(monitoring.difference())
    with pytest.raises(DataError, match=r"exit_rows, bar 2024-06-30T12:05:00Z, BTCUSDT, licensed"):
        monitor.main()
    assert not Path(OUTPUTS[0]).exists()
