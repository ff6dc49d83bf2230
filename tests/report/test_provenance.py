"""Provenance: hashes of earlier outputs only, and nothing of the moment or machine."""

import pytest

from dipmaster.core.errors import PipelineError
from dipmaster.report import provenance
from dipmaster.report.chapters.provenance.view import flat

LOCK = {
    "stages": {
        "report": {"outs": [{"path": "reports/phase_gate.pdf", "md5": "ff"}]},
        "validate": {"outs": [{"path": "b", "md5": "2"}, {"path": "a", "md5": "1"}]},
        "ingest": {"outs": [{"path": "data/ingest", "md5": "0.dir"}]},
        "features": {"outs": []},
        "exits": {"outs": [{"path": "data/exits", "md5": "4.dir"}]},
        "confidence": {"outs": [{"path": "data/confidence", "md5": "3.dir"}]},
        "volatility": {"outs": []},
    }
}


def test_outputs_come_in_the_order_of_the_pipeline_without_the_report() -> None:
    assert provenance.outputs(LOCK) == [
        provenance.Output("ingest", "data/ingest", "0.dir"),
        provenance.Output("confidence", "data/confidence", "3.dir"),
        provenance.Output("exits", "data/exits", "4.dir"),
        provenance.Output("validate", "a", "1"),
        provenance.Output("validate", "b", "2"),
    ]


@pytest.mark.parametrize("lock", [{}, {"stages": {"ingest": {}}}])
def test_a_stage_missing_from_the_lock_names_the_fix(lock: dict[str, object]) -> None:
    with pytest.raises(
        PipelineError,
        match=r"found none of .*volatility, confidence, exits, validate.*\n.*`dvc repro`",
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


def test_params_are_flattened_in_order() -> None:
    values = {"gates": {"alpha": 0.025, "targets": {"phase_1": {"sharpe": 2.0}}}, "on": True}
    assert flat(values) == [
        ("gates.alpha", "0.025"),
        ("gates.targets.phase_1.sharpe", "2"),
        ("on", "true"),
    ]


def test_versions_name_what_numbers_depend_on() -> None:
    versions = provenance.package_versions()
    assert {"python", "numpy", "numba", "weasyprint"} <= set(versions)
    assert versions["python"].count(".") == 1
    assert versions["xgboost"][0].isdigit()
