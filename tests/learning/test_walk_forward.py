"""A walk learns from what was known and predicts until the next refit."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.errors import DataError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BAR_MS
from dipmaster.learning.unfit import Unfit
from dipmaster.learning.walk_forward import Walk, enough_of, predicted, training_rows

M = BAR_MS


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def seen(rows: Ints) -> tuple[int, ...]:
    """A model that remembers what it was shown."""
    return tuple(rows.tolist())


def count(model: tuple[int, ...], rows: Ints) -> Floats:
    return np.full(rows.size, float(len(model)))


#              row:  0       1       2       3       4       5       6
SIGNAL = ints(0 * M, 2 * M, 5 * M, 9 * M, 10 * M, 14 * M, 19 * M)
KNOWN = ints(3 * M, 9 * M, 8 * M, 11 * M, 30 * M, 20 * M, 22 * M)
REFITS = ints(10 * M, 20 * M)


def test_by_hand() -> None:
    """Purge of 6 bars: at bar 10 row 2 is known but too young; row 6 is decided at bar 20."""
    walk = predicted(SIGNAL, KNOWN, REFITS, 6 * M, seen, count)
    assert [refit.model for refit in walk.models] == [(0, 1), (0, 1, 2, 3, 5)]
    assert [(refit.refit_ms, refit.rows, refit.reason) for refit in walk.models] == [
        (10 * M, 2, ""),
        (20 * M, 5, ""),
    ]
    assert walk.fold.tolist() == [-1, -1, -1, 0, 0, 0, 1]
    assert walk.fitted_ms.tolist() == [-1] * 3 + [10 * M] * 3 + [20 * M]
    np.testing.assert_array_equal(walk.predictions, [np.nan] * 3 + [2.0, 2.0, 2.0, 5.0])


def test_rows_that_may_not_be_learnt_from_or_predicted() -> None:
    usable = np.array([True, False, True, True, True, True, True])
    ahead = np.array([True, True, True, True, False, True, True])
    walk = predicted(SIGNAL, KNOWN, REFITS, 0, seen, count, usable=usable, predictable=ahead)
    assert [refit.model for refit in walk.models] == [(0, 2), (0, 2, 3, 5)]
    assert walk.fold.tolist() == [-1, -1, -1, 0, -1, 0, 1]


def test_too_few_rows_leave_no_model_and_the_reason() -> None:
    won = np.array([1, 0, 1, 1, 0, 0, 1], dtype=bool)
    walk = predicted(SIGNAL, KNOWN, REFITS, 6 * M, seen, count, enough_of(won, 5, 2))
    assert walk.models[0] == (
        10 * M,
        2,
        None,
        "too few candidates: 2 with a known label, 5 needed",
    )
    assert walk.models[1].reason == ""
    assert walk.fold.tolist() == [-1] * 6 + [1]
    assert np.isnan(walk.predictions[:6]).all()


def test_too_few_of_a_class() -> None:
    won = np.array([1, 0, 1, 1, 0, 0, 1], dtype=bool)
    reason = enough_of(won, 2, 2)
    assert reason(ints(0, 1, 2)) == (
        "too few candidates of one class: 2 won, 1 did not, 2 of each needed"
    )
    assert reason(ints(0, 1, 2, 4)) == ""


def test_a_fit_can_decline() -> None:
    walk = predicted(SIGNAL, KNOWN, REFITS, 0, lambda rows: Unfit("flat"), count)
    assert [refit.reason for refit in walk.models] == ["flat", "flat"]
    assert (walk.fold == -1).all()
    assert (walk.fitted_ms == -1).all()


def test_nothing_known_yet() -> None:
    walk = predicted(SIGNAL, KNOWN, ints(2 * M), 0, seen, count)
    assert walk.models[0] == (2 * M, 0, None, "no row with a known label")


def test_no_refits_and_no_rows() -> None:
    assert np.isnan(predicted(SIGNAL, KNOWN, ints(), 0, seen, count).predictions).all()
    assert predicted(ints(), ints(), REFITS, 0, seen, count).predictions.size == 0


def test_refits_must_rise() -> None:
    with pytest.raises(DataError, match="refits_ms: expected rising times"):
        predicted(SIGNAL, KNOWN, ints(20 * M, 20 * M), 0, seen, count)


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
    walk = predicted(signal, known, moments, purge * M, seen, count, usable=usable)
    trained, fold = slow_walk(signal, known, moments, purge * M, usable)
    assert [list(refit.model or ()) for refit in walk.models] == trained
    assert walk.fold.tolist() == fold


def test_training_rows_are_those_of_the_walk() -> None:
    walk = predicted(SIGNAL, KNOWN, REFITS, 6 * M, seen, count)
    for refit in walk.models:
        rows = training_rows(SIGNAL, KNOWN, refit.refit_ms, 6 * M)
        assert seen(rows) == refit.model


@pytest.mark.parametrize("workers", ["1", "2", "5"])
def test_any_number_of_workers(workers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    walk: Walk[tuple[int, ...]] = predicted(SIGNAL, KNOWN, np.arange(30) * M, 0, seen, count)
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    alone = predicted(SIGNAL, KNOWN, np.arange(30) * M, 0, seen, count)
    assert walk.models == alone.models
    assert walk.predictions.tobytes() == alone.predictions.tobytes()
    assert walk.fold.tobytes() == alone.fold.tobytes()


def test_an_error_in_a_fit_is_not_swallowed() -> None:
    def broken(rows: Ints) -> tuple[int, ...]:
        raise DataError("as told")

    walk: Callable[[], object] = lambda: predicted(SIGNAL, KNOWN, REFITS, 0, broken, count)  # noqa: E731
    with pytest.raises(DataError, match="as told"):
        walk()
