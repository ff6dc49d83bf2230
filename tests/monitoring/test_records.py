"""What was recorded counts for the run that it is of, and for no other."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dipmaster.core import catalog
from dipmaster.core.errors import DataError
from dipmaster.monitoring.records import match_parity, read_parity, read_records
from dipmaster.results.serialisation import write_result
from dipmaster.results.trials import TrialIdentity
from tests.made import monitoring

TRIAL = TrialIdentity(data="d", alternative="a", code="c", params="p")
STREAM = "s"
PARTS = {
    "data": "data",
    "alternative": "alternative data",
    "code": "code",
    "params": "params",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    catalog.PARITY.parent.mkdir()
    return tmp_path


def change(keys: tuple[str, ...], value: Any) -> None:
    """Put another value into the file, as an editor would."""
    text = json.loads(catalog.PARITY.read_text(encoding="utf-8"))
    place = text
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    catalog.PARITY.write_text(json.dumps(text), encoding="utf-8")


def test_the_same_run_shares_everything() -> None:
    assert match_parity(monitoring.parity_record(TRIAL, STREAM), TRIAL, STREAM) == ()


@pytest.mark.parametrize("part", PARTS)
def test_what_differs_is_named(part: str) -> None:
    other = replace(TRIAL, **{part: "x"})
    record = monitoring.parity_record(other, STREAM, monitoring.difference())
    assert match_parity(record, TRIAL, STREAM) == (PARTS[part],)
    assert match_parity(record, TRIAL, "x") == (PARTS[part], "code of the stream")


def test_a_difference_of_this_run_names_place_and_values() -> None:
    record = monitoring.parity_record(TRIAL, STREAM, monitoring.difference())
    words = (
        r"benchmarks/parity.json: .*exit_rows, bar 2024-06-30T12:05:00Z, BTCUSDT, licensed: "
        r"stream 0.30000000000000004, batch 0.3.\n  Fix: .*dipmaster replay --record"
    )
    with pytest.raises(DataError, match=words):
        match_parity(record, TRIAL, STREAM)
    assert match_parity(record, TRIAL, "x") == ("code of the stream",)


def test_what_is_written_reads_back() -> None:
    record = monitoring.parity_record(TRIAL, STREAM, monitoring.difference())
    write_result(record, catalog.PARITY)
    assert read_parity() == record


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("results", "differences"), 0),
        (("results", "bars"), 210_240),
        (("trial", "data"), "x"),
        (("stream",), "x"),
        (("difference",), None),
        (("difference", "column"), "other"),
        (("digest",), ""),
    ],
)
def test_an_edited_record_is_refused(keys: tuple[str, ...], value: Any) -> None:
    write_result(monitoring.parity_record(TRIAL, STREAM, monitoring.difference()), catalog.PARITY)
    change(keys, value)
    with pytest.raises(DataError, match=r"values that its digest is not of.\n  Fix: run `dipm"):
        read_parity()


def test_a_record_of_another_form_is_refused() -> None:
    write_result(monitoring.parity_record(TRIAL, STREAM), catalog.PARITY)
    change(("results", "bars"), "many")
    with pytest.raises(DataError, match=r"expected what `dipmaster replay --record` writes"):
        read_parity()


def test_nothing_is_known_without_a_record_or_of_an_unnamed_run() -> None:
    assert read_records(TRIAL).mismatch == ()
    assert read_records(TRIAL).parity is None
    write_result(monitoring.parity_record(TRIAL, STREAM), catalog.PARITY)
    assert read_records(TRIAL).mismatch == ("code of the stream",)
    assert read_records(None).mismatch == ()
    assert read_records(None).parity is None
