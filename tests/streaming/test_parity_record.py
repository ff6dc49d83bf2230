"""A replay of the whole small market leaves its record: the same bytes, or the first difference."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dipmaster.cli import replay_run
from dipmaster.cli.replay_run import ReplayOptions, run_replay
from dipmaster.core import catalog
from dipmaster.core.errors import DataError
from dipmaster.monitoring.records import read_parity, read_records
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.serialisation import read_result
from dipmaster.results.trials import TrialIdentity
from dipmaster.streaming.difference import ParityError
from dipmaster.streaming.replay import iterate_bars
from tests.stages.made_candidates import set_params

pytestmark = [pytest.mark.slow, pytest.mark.replay]

WHOLE = ReplayOptions(
    factor=None, feed=None, snapshot=None, snapshot_every=288, decisions=None, phase=None,
    bars=None, check=True, measure=False, record=True, alert_command=None,
)  # fmt: skip


def read_trial() -> TrialIdentity | None:
    return read_result(catalog.VALIDATE_METRICS, ValidationResults).trial


def test_what_is_recorded(workspace: Path) -> None:
    run_replay(WHOLE)
    record, equity = read_parity(), pd.read_parquet(catalog.VALIDATE / "equity_phase_0.parquet")
    assert record is not None
    assert (record.trial, record.difference) == (read_trial(), None)
    found = record.results
    assert (found.bars, found.coins, found.phases) == (len(equity), 3, (0, 1, 2, 3, 4))
    assert found.refits >= 3
    assert found.first_open_time == f"{equity['time'].iloc[0]:%Y-%m-%dT%H:%M:%SZ}"
    assert found.last_open_time == f"{equity['time'].iloc[-1]:%Y-%m-%dT%H:%M:%SZ}"
    assert found.compared["equity_phase_4"] == equity.size
    assert found.values == sum(found.compared.values()) > 500_000
    assert read_records(read_trial()).parity == found


def test_a_difference_is_recorded_before_the_command_fails(workspace: Path) -> None:
    """And the same bytes twice, up to the difference."""
    table = pd.read_parquet(catalog.CANDIDATES)
    table.loc[3, "dip_z"] += 1.0
    table.to_parquet(catalog.CANDIDATES)
    written = []
    for _ in range(2):
        with pytest.raises(ParityError):
            run_replay(WHOLE)
        written.append(catalog.PARITY.read_bytes())
    assert written[0] == written[1]
    record = read_parity()
    assert record is not None
    assert record.difference is not None
    place = record.difference.table, record.difference.column, record.difference.symbol
    assert place == ("candidates", "dip_z", table.loc[3, "symbol"])
    assert float(record.difference.batch) == table.loc[3, "dip_z"]
    assert float(record.difference.stream) == pytest.approx(table.loc[3, "dip_z"] - 1.0)
    assert record.results.last_open_time == record.difference.open_time
    assert record.results.differences == 1
    with pytest.raises(DataError, match=r"parity.json: .*candidates, bar .*dip_z: stream"):
        read_records(read_trial())


def test_tables_of_other_params_are_not_recorded(workspace: Path) -> None:
    set_params(split={"burn_in_days": 25})
    with pytest.raises(DataError, match=r"validate.json: .* other params.\n  Fix: run `dvc repro`"):
        run_replay(WHOLE)
    assert not catalog.PARITY.exists()


def test_a_replay_that_is_interrupted_records_nothing(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*given: Any) -> Iterator[Any]:
        yield from islice(iterate_bars(*given), 50)
        raise KeyboardInterrupt

    monkeypatch.setattr(replay_run, "iterate_bars", stop)
    run_replay(WHOLE)
    assert "parity: not recorded: the replay ended before the last bar" in capsys.readouterr().err
    assert not catalog.PARITY.exists()
