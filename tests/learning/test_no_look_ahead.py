"""Whatever comes after t changes nothing predicted or fitted by t, on any level.

The check must find the leaks planted here: a walk that forgets the purge, a
scale or a weight taken over all rows, a label taken for known at its last bar's
open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.learning.calibrators import Kind, fit_calibrator, log_odds
from dipmaster.learning.logistic import fit_logistic
from dipmaster.learning.schedule import refit_times
from dipmaster.learning.uniqueness import average_uniqueness
from dipmaster.learning.walk_forward import Walk, predicted
from tests.learning.rows import DAYS, FIRST_MS, Rows

LAST_MS = FIRST_MS + DAYS * DAY_MS - BAR_MS
PURGE_MS = 37 * BAR_MS


@dataclass(frozen=True)
class Way:
    """How the walks are set up; the defaults are the honest way."""

    purge_ms: int = PURGE_MS
    known_ms: Callable[[Rows], Ints] = lambda rows: rows.known_ms
    x: Callable[[Rows], Floats] = lambda rows: rows.x
    weight: Callable[[Rows], Floats] = lambda rows: average_uniqueness(
        rows.signal_bar + 1, rows.exit_bar, rows.symbol, np.full(rows.won.size, 0.4)
    )
    calibrator: Kind = "beta"


def refits(from_day: int) -> Ints:
    return refit_times(FIRST_MS, LAST_MS, from_day)


def levels(rows: Rows, way: Way) -> list[Walk[Any]]:
    """Base model, a layer on its predictions, a calibrator on the layer's."""
    x, weight, known = way.x(rows), way.weight(rows), way.known_ms(rows)
    walks: list[Walk[Any]] = []

    def walk(from_day: int, inputs: Floats, fit: Callable[[Ints], Any], apply: Any) -> Floats:
        there = np.isfinite(inputs).reshape(inputs.shape[0], -1).all(axis=1)
        found = predicted(
            rows.signal_ms,
            known,
            refits(from_day),
            way.purge_ms,
            fit,
            apply,
            usable=there,
            predictable=there,
        )
        walks.append(found)
        return found.predictions

    base = walk(
        60,
        x,
        lambda r: fit_logistic(x[r], rows.won[r], weight[r], 1.0),
        lambda model, r: model.apply(x[r]),
    )
    inputs = np.column_stack([log_odds(base), rows.x[:, 1]])
    layer = walk(
        105,
        inputs,
        lambda r: fit_logistic(inputs[r], rows.won[r], weight[r], 1.0),
        lambda model, r: model.apply(inputs[r]),
    )
    walk(
        135,
        layer,
        lambda r: fit_calibrator(way.calibrator, layer[r], rows.won[r], weight[r]),
        lambda model, r: model.apply(layer[r]),
    )
    return walks


def changed(rows: Rows, way: Way, before: list[Walk[Any]], t_ms: int, seed: int) -> list[str]:
    """What differs up to `t_ms` from `before` when everything after it is another."""
    past = rows.signal_ms + BAR_MS <= t_ms
    differences = []
    both = zip(before, levels(rows.with_another_future(t_ms, seed), way), strict=True)
    for level, (one, other) in enumerate(both):
        if one.predictions[past].tobytes() != other.predictions[past].tobytes():
            differences.append(f"predictions of level {level}")
        if one.fold[past].tobytes() != other.fold[past].tobytes():
            differences.append(f"folds of level {level}")
        models = [
            [
                (fit.refit_ms, fit.rows, fit.model and fit.model.record())
                for fit in walk.models
                if fit.refit_ms <= t_ms
            ]
            for walk in (one, other)
        ]
        if models[0] != models[1]:
            differences.append(f"models of level {level}")
    return differences


REFITS = [int(r) for r in refits(60)[1:]]  # the first of each month from April on


def test_the_toy_has_labels_open_at_every_refit(toy_rows: Rows) -> None:
    """And one that becomes known a bar later: else the leaks below could not show."""
    for r in REFITS:
        assert np.any((toy_rows.known_ms > r + BAR_MS) & (toy_rows.signal_ms < r))
        assert np.any(toy_rows.known_ms == r + BAR_MS)


@pytest.mark.parametrize("calibrator", ["beta", "isotonic", "platt"])
def test_the_past_stays_the_same_bytes(toy_rows: Rows, calibrator: Kind) -> None:
    way = Way(calibrator=calibrator)
    before = levels(toy_rows, way)
    assert np.isfinite(before[2].predictions).sum() > 300  # something was predicted at all
    for seed, r in enumerate(REFITS):
        for t_ms in (r, r + (3 + seed) * BAR_MS, r + 9 * DAY_MS):
            assert changed(toy_rows, way, before, t_ms, seed) == []


def no_purge(rows: Rows) -> Ints:
    """Labels taken for known as soon as the signal fires."""
    return rows.signal_ms


def a_bar_early(rows: Rows) -> Ints:
    """Known at the OPEN of the exit bar."""
    return rows.known_ms - BAR_MS


def scaled_on_all(rows: Rows) -> Floats:
    return np.asarray((rows.x - rows.x.mean(axis=0)) / rows.x.std(axis=0))


def weight_of_all(rows: Rows) -> Floats:
    """Weights relative to the mean of all rows."""
    weight = Way().weight(rows)
    return np.asarray(weight / weight.mean())


@pytest.mark.parametrize(
    "leaky",
    [
        Way(purge_ms=0, known_ms=no_purge),
        Way(purge_ms=0, known_ms=a_bar_early),
        Way(x=scaled_on_all),
        Way(weight=weight_of_all),
    ],
    ids=["no purge", "a bar early", "scale of all rows", "weights of all rows"],
)
def test_planted_leaks_are_found(toy_rows: Rows, leaky: Way) -> None:
    before = levels(toy_rows, leaky)
    assert any(changed(toy_rows, leaky, before, r, 1) for r in REFITS[:2])


def test_a_level_sees_only_out_of_sample_predictions(toy_rows: Rows) -> None:
    """Each value was made by a model fitted before its row was decided."""
    for walk in levels(toy_rows, Way()):
        made = walk.fold >= 0
        fitted = np.array([fit.refit_ms for fit in walk.models])[walk.fold[made]]
        assert np.all(fitted <= toy_rows.signal_ms[made] + BAR_MS)
        assert np.array_equal(made, np.isfinite(walk.predictions))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_same_bytes_with_any_number_of_workers(
    toy_rows: Rows, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [walk.predictions.tobytes() for walk in levels(toy_rows, Way())]
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    assert [walk.predictions.tobytes() for walk in levels(toy_rows, Way())] == expected
