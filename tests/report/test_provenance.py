"""Provenance: hashes of earlier outputs only, and nothing of the moment or machine."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from dipmaster.core.errors import PipelineError
from dipmaster.report import provenance
from dipmaster.report.attachments import Attachment, attach_file, attach_trades
from dipmaster.report.chapters.provenance.view import PROVENANCE
from dipmaster.report.inputs import ReportInputs
from tests.report import frames
from tests.report.printed import print_chapter

LOCK = {
    "stages": {
        "report": {"outs": [{"path": "reports/phase_gate.pdf", "md5": "ff"}]},
        "validate": {"outs": [{"path": "b", "md5": "2"}, {"path": "a", "md5": "1"}]},
        "ingest": {"outs": [{"path": "data/ingest", "md5": "0.dir"}]},
        "features": {"outs": []},
        "exits": {"outs": [{"path": "data/exits", "md5": "4.dir"}]},
        "alt-data": {"outs": [{"path": "data/alt_data", "md5": "5.dir"}]},
        "confidence": {"outs": [{"path": "data/confidence", "md5": "3.dir"}]},
        "volatility": {"outs": []},
        "stress-test": {"outs": [{"path": "c", "md5": "6"}]},
        "monitor": {"outs": [{"path": "d", "md5": "7"}]},
    }
}


def test_outputs_come_in_the_order_of_the_pipeline_without_the_report() -> None:
    assert provenance.outputs(LOCK) == [
        provenance.Output("ingest", "data/ingest", "0.dir"),
        provenance.Output("confidence", "data/confidence", "3.dir"),
        provenance.Output("exits", "data/exits", "4.dir"),
        provenance.Output("alt-data", "data/alt_data", "5.dir"),
        provenance.Output("validate", "a", "1"),
        provenance.Output("validate", "b", "2"),
        provenance.Output("stress-test", "c", "6"),
        provenance.Output("monitor", "d", "7"),
    ]


@pytest.mark.parametrize("lock", [{}, {"stages": {"ingest": {}}}])
def test_a_stage_missing_from_the_lock_names_the_fix(lock: dict[str, object]) -> None:
    with pytest.raises(
        PipelineError,
        match=r"found none of .*exits, alt-data, validate, stress-test, monitor.*\n.*`dvc repro`",
    ):
        provenance.outputs(lock)


@pytest.mark.parametrize(
    ("lock", "where"),
    [
        (None, "the top"),
        ([1], "the top"),
        ({"stages": 5}, "stages"),
        ({"stages": {"ingest": None}}, "stages.ingest"),
        ({"stages": {"ingest": {"outs": [{"path": "a"}]}}}, "stages.ingest.outs.0.md5"),
    ],
)
def test_a_lock_in_another_form_names_place_and_fix(lock: object, where: str) -> None:
    with pytest.raises(PipelineError, match=rf"(?s)dvc\.lock: .* found at {where}: .*Fix: "):
        provenance.outputs(lock)


def test_versions_name_what_numbers_depend_on() -> None:
    versions = provenance.package_versions()
    assert {"python", "numpy", "numba", "weasyprint"} <= set(versions)
    assert versions["python"].count(".") == 1
    assert versions["xgboost"][0].isdigit()


def test_the_page_lists_every_attachment_and_no_hash(losing: ReportInputs) -> None:
    printed = print_chapter(losing, PROVENANCE)
    assert f"Document id {losing.document_id}: " in printed
    for file in losing.attachments:
        assert f"{file.name} {file.description}" in printed
    assert losing.outputs[0].md5 not in printed


def test_the_record_names_every_hash_and_gives_the_document_its_id(losing: ReportInputs) -> None:
    *files, record = losing.attachments
    content = json.loads(record.content)
    assert content["attachments_sha256"] == {
        file.name: sha256(file.content).hexdigest() for file in files
    }
    assert content["outputs_md5"] == {output.path: output.md5 for output in losing.outputs}
    assert content["packages"] == losing.versions
    assert losing.document_id == sha256(record.content).hexdigest()[:12]


def test_the_id_changes_with_every_input_and_with_nothing_else(losing: ReportInputs) -> None:
    output = provenance.Output("ingest", "data/ingest", "1.dir")
    changed = [
        replace(losing, outputs=[output]),
        replace(losing, versions={**losing.versions, "numpy": "0"}),
        replace(losing, files=(*losing.files, Attachment("params.yaml", "", b"a: 1"))),
        replace(losing, files=(Attachment("gates.json", "", b"[]"),)),
    ]
    ids = {one.document_id for one in changed}
    assert len({losing.document_id, *ids}) == 5
    assert replace(losing, outputs=list(losing.outputs)).document_id == losing.document_id


def test_a_file_is_attached_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    file.write_bytes(b"a: 1\r\n\xff")
    attached = attach_file(file, "Params")
    assert (attached.name, attached.content) == ("params.yaml", b"a: 1\r\n\xff")


def test_trades_out_of_sample_are_attached_as_csv_in_utc_with_empty_cells() -> None:
    trades = frames.trades(3)
    trades.loc[0, "entry_time"] -= pd.Timedelta(minutes=5)
    attached = attach_trades(1, trades, "2023-01-01T14:45:00Z")
    heading, first, second = attached.content.decode().splitlines()
    row = dict(zip(heading.split(","), first.split(","), strict=True))
    assert attached.name == "trades_phase_1.csv"
    assert (row["trade_id"], second[:2]) == ("1", "2,")
    assert row["entry_time"] == "2023-01-01T14:45:00Z"
    assert (row["entry_price"], row["confidence"]) == ("0.3333333333", "")


def test_every_seed_of_the_params_is_printed(losing: ReportInputs) -> None:
    """A list by hand had missed four: one line of params.yaml that says `seed:` is one seed."""
    lines = Path("params.yaml").read_text(encoding="utf-8").splitlines()
    wanted = sum(line.strip().startswith("seed:") for line in lines)
    printed = print_chapter(losing, PROVENANCE)
    assert printed.count(".seed = ") == wanted > 0
