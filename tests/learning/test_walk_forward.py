"""A walk learns from what was known and predicts until the next refit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.errors import DataError
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.core.time_units import BAR_MS
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.predictor import Fit
from dipmaster.learning.refits import WalkForwardResult, find_fold
from dipmaster.learning.walk_forward import walk_forward_predict
from tests.learning.rows import made_schedule

M = BAR_MS


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


class Memory(tuple[int, ...]):
    """A model that remembers the rows it was shown: their inputs are their numbers."""

    def predict(self, inputs: Floats) -> Floats:
        return np.full(inputs.shape[0], float(len(self)))


def remember(inputs: Floats, target: Floats, weight: Floats) -> Memory:
    assert target.size == weight.size == inputs.size
    return Memory(int(row) for row in inputs)


def walk(
    signal: Ints,
    known: Ints,
    refits: Ints,
    purge_ms: int,
    fit: Fit[Memory] = remember,
    *,
    least: tuple[int, int] = (0, 0),
    won: Bools | None = None,
    usable: Bools | None = None,
    predictable: Bools | None = None,
) -> WalkForwardResult[Memory]:
    """A walk of models whose inputs are the rows' numbers, NaN where not predictable."""
    everyone = np.ones(signal.size, dtype=np.bool_)
    outcome = (everyone if won is None else won).astype(np.float64)
    schedule = made_schedule(
        signal, known, {"models": refits}, purge_ms,
        MinTrainingSet.model_construct(candidates=least[0], per_class=least[1]),
    )  # fmt: skip
    there = everyone if predictable is None else predictable
    return walk_forward_predict(
        schedule,
        "models",
        np.where(there, np.arange(signal.size, dtype=np.float64), np.nan),
        np.where(everyone if usable is None else usable, outcome, np.nan),
        fit,
    )


#              row:  0       1       2       3       4       5       6
SIGNAL = ints(0 * M, 2 * M, 5 * M, 9 * M, 10 * M, 14 * M, 19 * M)
KNOWN = ints(3 * M, 9 * M, 8 * M, 11 * M, 30 * M, 20 * M, 22 * M)
REFITS = ints(10 * M, 20 * M)


def test_by_hand() -> None:
    """Purge of 6 bars: at bar 10 row 2 is known but too young; row 6 is decided at bar 20."""
    result = walk(SIGNAL, KNOWN, REFITS, 6 * M)
    assert [refit.model for refit in result.refits] == [(0, 1), (0, 1, 2, 3, 5)]
    assert [(refit.refit_ms, refit.rows, refit.reason) for refit in result.refits] == [
        (10 * M, 2, ""),
        (20 * M, 5, ""),
    ]
    assert result.fold.tolist() == [-1, -1, -1, 0, 0, 0, 1]
    assert result.fitted_ms.tolist() == [-1] * 3 + [10 * M] * 3 + [20 * M]
    np.testing.assert_array_equal(result.predictions, [np.nan] * 3 + [2.0, 2.0, 2.0, 5.0])
    assert result.model(0) == (0, 1)
    assert result.last_model == (0, 1, 2, 3, 5)
    assert result.spread_to_rows([7.0, 8.0], 0.0).tolist() == [0.0] * 3 + [7.0] * 3 + [8.0]


def test_rows_that_may_not_be_learnt_from_or_predicted() -> None:
    usable = np.array([True, False, True, True, True, True, True])
    ahead = np.array([True, True, True, True, False, True, True])
    result = walk(SIGNAL, KNOWN, REFITS, 0, usable=usable, predictable=ahead)
    assert [refit.model for refit in result.refits] == [(0, 2), (0, 2, 3, 5)]
    assert result.fold.tolist() == [-1, -1, -1, 0, -1, 0, 1]
    assert result.usable.tolist() == (usable & ahead).tolist()


def test_too_few_rows_leave_no_model_and_the_reason() -> None:
    won = np.array([1, 0, 1, 1, 0, 0, 1], dtype=bool)
    result = walk(SIGNAL, KNOWN, REFITS, 6 * M, won=won, least=(5, 2))
    assert result.refits[0][:4] == (
        10 * M,
        2,
        None,
        "too few candidates: 2 with a known label, 5 needed",
    )
    assert result.reasons == [result.refits[0].reason, ""]
    assert result.fold.tolist() == [-1] * 6 + [1]
    assert np.isnan(result.predictions[:6]).all()


def test_a_fit_can_decline() -> None:
    result = walk(SIGNAL, KNOWN, REFITS, 0, lambda *_: FitFailure("flat"))
    assert result.reasons == ["flat", "flat"]
    assert (result.fold == -1).all()
    assert (result.fitted_ms == -1).all()
    assert result.last_model is None


def test_nothing_known_yet() -> None:
    result = walk(SIGNAL, KNOWN, ints(2 * M), 0)
    assert result.refits[0][:4] == (2 * M, 0, None, "no row with a known label")


def test_no_refits_and_no_rows() -> None:
    assert np.isnan(walk(SIGNAL, KNOWN, ints(), 0).predictions).all()
    assert walk(ints(), ints(), REFITS, 0).predictions.size == 0


def test_the_fold_of_a_moment_is_the_last_refit_by_then() -> None:
    refits = walk(SIGNAL, KNOWN, REFITS, 0).refits
    assert find_fold(refits, ints(0, 10 * M - 1, 10 * M, 20 * M, 30 * M)).tolist() == [
        -1,
        -1,
        0,
        1,
        1,
    ]
    assert find_fold((), ints(5)).tolist() == [-1]


def test_refits_must_rise() -> None:
    with pytest.raises(DataError, match="refits_ms: expected rising times"):
        walk(SIGNAL, KNOWN, ints(20 * M, 20 * M), 0)


def test_inputs_with_missing_values_only_where_the_layer_takes_them() -> None:
    schedule = made_schedule(SIGNAL, KNOWN, {"models": REFITS}, 0)
    inputs = np.column_stack([np.arange(7.0), [np.nan, 0, 0, 0, 0, 0, np.nan]])
    target = np.array([1, 0, 1, 0, np.nan, 0, 1])

    def learn(x: Floats, outcome: Floats, weight: Floats) -> Memory:
        return Memory(int(row) for row in x[:, 0])

    strict = walk_forward_predict(schedule, "models", inputs, target, learn)
    assert [refit.model for refit in strict.refits] == [(1, 2), (1, 2, 3, 5)]
    assert strict.fold.tolist() == [-1, -1, -1, 0, 0, 0, -1]
    lenient = walk_forward_predict(schedule, "models", inputs, target, learn, missing_inputs=True)
    assert [refit.model for refit in lenient.refits] == [(0, 1, 2), (0, 1, 2, 3, 5)]
    assert lenient.fold.tolist() == [-1, -1, -1, 0, 0, 0, 1]


def test_classes_may_be_counted_by_another_column_than_the_target() -> None:
    """A net return of nearly nothing is above 0 and no win."""
    least = MinTrainingSet.model_construct(candidates=0, per_class=1)
    schedule = made_schedule(SIGNAL, KNOWN, {"models": REFITS[:1]}, 0, least)
    net, won = np.array([1e-12, -0.1, -0.2, 0.1, 0.1, 0.1, 0.1]), np.array([0, 0, 0, 1, 1, 1, 1.0])
    arguments = schedule, "models", np.arange(7.0), net, remember
    assert walk_forward_predict(*arguments).reasons == [""]
    assert walk_forward_predict(*arguments, class_target=won).reasons == [
        "too few candidates of one class: 0 won, 3 did not, 1 of each needed"
    ]
    assert walk_forward_predict(*arguments, class_target=won, classes=False).reasons == [""]


def test_the_weight_of_a_row_is_that_of_the_schedule_times_its_own() -> None:
    given: list[list[float]] = []

    def weigh(inputs: Floats, target: Floats, weight: Floats) -> Memory:
        given.append(weight.tolist())
        return Memory()

    schedule = replace(
        made_schedule(SIGNAL, KNOWN, {"models": REFITS[:1]}, 0), weight=np.arange(1.0, 8.0)
    )
    arguments = schedule, "models", np.arange(7.0), np.ones(7), weigh
    walk_forward_predict(*arguments)
    walk_forward_predict(*arguments, row_weight=np.arange(10.0, 17.0))
    assert given[0] == [1.0, 2.0, 3.0]
    assert given[1] == pytest.approx(np.array([10.0, 22.0, 36.0]) * 6.0 / 68.0)  # their sum stays


def slow_walk(
    signal: Ints, known: Ints, refits: Ints, purge: int, usable: np.ndarray
) -> tuple[list[list[int]], list[int]]:
    trained = [
        [
            row
            for row in range(signal.size)
            if usable[row] and known[row] <= r and signal[row] + purge <= r
        ]
        for r in refits
    ]
    fold = []
    for row in range(signal.size):
        past = [i for i, r in enumerate(refits) if r <= signal[row] + M]
        fold.append(past[-1] if past and trained[past[-1]] else -1)
    return trained, fold


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 12), st.booleans()), min_size=1, max_size=30
    ),
    refits=st.lists(st.integers(0, 70), unique=True, max_size=4).map(sorted),
    purge=st.integers(0, 8),
)
def test_slow_twin(rows: list[tuple[int, int, bool]], refits: list[int], purge: int) -> None:
    signal = ints(*(row[0] for row in rows)) * M
    known = signal + ints(*(row[1] for row in rows)) * M
    usable = np.array([row[2] for row in rows])
    moments = ints(*refits) * M
    result = walk(signal, known, moments, purge * M, usable=usable)
    trained, fold = slow_walk(signal, known, moments, purge * M, usable)
    assert [list(refit.model or ()) for refit in result.refits] == trained
    assert result.fold.tolist() == fold


@pytest.mark.parametrize("workers", ["1", "2", "5"])
def test_any_number_of_workers(workers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    result = walk(SIGNAL, KNOWN, np.arange(30) * M, 0)
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    alone = walk(SIGNAL, KNOWN, np.arange(30) * M, 0)
    assert result.refits == alone.refits
    assert result.predictions.tobytes() == alone.predictions.tobytes()
    assert result.fold.tobytes() == alone.fold.tobytes()


def test_an_error_in_a_fit_is_not_swallowed() -> None:
    def broken(inputs: Floats, target: Floats, weight: Floats) -> Memory:
        raise DataError("as told")

    with pytest.raises(DataError, match="as told"):
        walk(SIGNAL, KNOWN, REFITS, 0, broken)
