"""The metrics' metadata: keys, gates and comparisons are those of the results' types."""

import dataclasses
from string import Formatter

import pytest

from dipmaster.core.params.evaluation import Gates, GateTargets
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.metrics import COMPARED, GATES, METRICS
from dipmaster.results.summary import Summary


def fields(kind: type) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def test_no_key_and_no_title_stands_twice() -> None:
    assert len({metric.title for metric in METRICS.values()}) == len(METRICS)
    assert set(METRICS.values()) == {*GATES, *COMPARED}


def test_gates_are_those_marked_and_have_a_direction() -> None:
    assert set(GATES) == {metric for metric in METRICS.values() if metric.is_gate}
    assert all(metric.direction for metric in GATES)


def test_each_phase_of_params_has_a_target_of_every_gate_of_the_roadmap() -> None:
    assert {metric.key for metric in GATES if metric.in_roadmap} == set(GateTargets.model_fields)


def test_compared_are_those_marked_and_the_fields_of_a_comparison() -> None:
    assert set(COMPARED) == {metric for metric in METRICS.values() if metric.change}
    assert {metric.key for metric in COMPARED} == fields(PhaseComparison) - {"baseline_phase"}


def test_the_summary_names_metrics_that_exist() -> None:
    verdicts = {"verdict", "verdict_reason", "verdict_by_phase", "override"}
    assert fields(Summary) - verdicts - {"trades", "time_in_market"} <= set(METRICS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_definition_is_one_sentence_that_names_settings_of_the_gates(metric) -> None:
    named = {name for _, name, _, _ in Formatter().parse(metric.definition + metric.notes) if name}
    assert named <= set(Gates.model_fields)
    assert metric.definition.endswith(".")
    assert ". " not in metric.definition
    settings = dict.fromkeys(named, "<filled>")
    assert metric.describe(settings).count("<filled>") == (
        (metric.definition + metric.notes).count("{")
    )


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_what_is_scaled_to_hundredths_is_a_fraction(metric) -> None:
    assert (metric.scale == 100.0) == (metric.unit == "fraction")
