"""Signal quality where there is nothing to judge, or too little: a reason instead of a number."""

import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.store import to_json_value
from dipmaster.evaluation.phases.selection.signals import measure_signal_quality
from dipmaster.results.serialisation import to_json
from tests.evaluation.signal_tables import YEAR, tables


def test_burn_in_and_trades_that_never_took_place_are_left_out(gates):
    said = measure_signal_quality(
        *tables([1, 31, 62, 93], [1, 1, -1, 0], [True, True, False, False]), YEAR, gates
    )
    assert (said.n_candidates, said.n_unlabelled, said.n_traded) == (2, 1, 1)
    assert said.recall.n == 1


def _finite(value: Any) -> None:
    json.dumps(to_json_value(to_json(value)), allow_nan=False)


def test_nothing_traded(gates):
    day = np.arange(30, 390, 3.0)
    label = (np.arange(day.size) % 2).astype(int)
    said = measure_signal_quality(*tables(day, label, np.zeros(day.size)), YEAR, gates)
    _finite(said)
    assert said.precision.value is None
    assert said.precision.reason == "no candidate was traded"
    assert (said.recall.value, said.f1.value) == (0.0, 0.0)
    assert 0.0 == said.recall.low < said.recall.high < 0.2
    assert said.paired.precision_change.reason == "no candidate was traded"
    assert said.paired.trades_change.value == -1.0
    assert said.consistency.reason == "0 months with trades, at least 8 are needed"
    assert said.heterogeneity.reason == "fewer than two regimes were traded"
    assert said.traded_mean_p is said.traded_win_rate is said.planted_recall is None
    assert said.win_rate_by_regime == ()


def test_everything_traded(gates):
    day = np.arange(30, 390, 3.0)
    label = (np.arange(day.size) % 3 > 0).astype(int)
    said = measure_signal_quality(*tables(day, label, np.ones(day.size)), YEAR, gates)
    _finite(said)
    assert said.precision.value == said.base_precision == pytest.approx(2 / 3)
    assert (said.recall.value, said.false_positive_rate.value) == (1.0, 1.0)
    for field in fields(said.paired):
        change = getattr(said.paired, field.name)
        assert change.value == 0.0
        assert change.low <= 0.0 <= change.high
    assert said.mcnemar.p is None
    assert said.mcnemar.reason == "nothing was filtered out"
    assert said.consistency.value == said.consistency.before


def test_no_positives(gates):
    day = np.arange(30, 390, 3.0)
    traded = np.arange(day.size) % 4 == 0
    said = measure_signal_quality(*tables(day, np.zeros(day.size), traded), YEAR, gates)
    _finite(said)
    assert said.recall.value is None
    assert said.recall.reason == "no candidate was profitable"
    assert (said.precision.value, said.f1.value) == (0.0, 0.0)
    assert said.paired.recall_change.value is None
    assert said.paired.precision_change.value == 0.0
    assert said.consistency.reason == "the wins lie in one month: nothing to compare"


def test_no_candidate_at_all(gates):
    said = measure_signal_quality(*tables([], [], []), YEAR, gates)
    _finite(said)
    assert said.n_candidates == 0
    assert said.base_precision is None
    assert said.paired.trades_change.reason == "no candidate"


def test_one_block_has_values_and_no_bounds(gates):
    said = measure_signal_quality(
        *tables([31, 32, 33, 34], [1, 0, 1, 0], [1, 1, 0, 0]), YEAR, gates
    )
    for name in ("precision", "recall", "f1"):
        assert getattr(said, name).value == 0.5
        assert getattr(said, name).low is getattr(said, name).high is None
        assert getattr(said, name).reason == "one block only"
    change = said.paired.precision_change
    assert (change.value, change.low, change.reason) == (0.0, None, "one block only")


def test_trades_must_be_admitted_and_rows_must_match(gates):
    scores, filter_results, traded = tables([31, 62], [1, 0], [1, 1])
    with pytest.raises(DataError, match="1 trades of others"):
        measure_signal_quality(scores, filter_results.assign(admitted=[1, 0]), traded, YEAR, gates)
    with pytest.raises(DataError, match="same 2 candidates"):
        measure_signal_quality(scores, filter_results.iloc[::-1], traded, YEAR, gates)
