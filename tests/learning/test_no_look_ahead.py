"""Whatever comes after t changes nothing predicted or fitted by t, on any layer.

The check must find the leaks planted here: a walk that forgets the purge, a
scale or a weight taken over all rows, a label taken for known at its last bar's
open.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.learning.calibrators import Calibrator, CalibratorKind, fit_calibrator
from dipmaster.learning.cross_fitting import CrossFitting
from dipmaster.learning.logistic import Logistic, fit_logistic, log_odds
from dipmaster.learning.predictor import Fit
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.schedule import refit_times
from dipmaster.learning.uniqueness import average_uniqueness
from dipmaster.learning.walk_forward import cross_fit_predict, walk_forward_predict
from tests.learning.rows import DAYS, FIRST_MS, Rows, made_schedule

pytestmark = pytest.mark.slow

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
    calibrators: tuple[CalibratorKind, ...] = ("beta",)


def refits(from_day: int) -> Ints:
    return refit_times(FIRST_MS, LAST_MS, from_day)


def fit_layers(rows: Rows, way: Way) -> list[WalkForwardResult[Any]]:
    """Base model, a layer on its predictions, each calibrator on the layer's; the same base
    cross-fitted, each calibrator on what it left out at each refit.
    """
    x = way.x(rows)
    days = {"base": 60, "layer": 105, "calibrator": 135}
    refits_ms = {layer: refits(day) for layer, day in days.items()}
    schedule = replace(
        made_schedule(rows.signal_ms, way.known_ms(rows), refits_ms, way.purge_ms),
        weight=way.weight(rows),
    )
    walks: list[WalkForwardResult[Any]] = []

    def walk(layer: str, inputs: Floats, fit: Fit[Any]) -> Floats:
        walks.append(walk_forward_predict(schedule, layer, inputs, rows.won, fit))
        return walks[-1].predictions

    base = walk("base", x, partial(fit_logistic, l2=1.0))
    inputs = np.column_stack([log_odds(base), rows.x[:, 1]])
    layer = walk("layer", inputs, partial(fit_logistic, l2=1.0))
    for kind in way.calibrators:
        walk("calibrator", layer, partial(fit_calibrator, kind))
    fit: Fit[Logistic] = partial(fit_logistic, l2=1.0)
    crossed = cross_fit_predict(schedule, "base", x, rows.won, fit, CrossFitting(4))
    left_out = [refit.left_out for refit in crossed.refits]
    walks.append(crossed)
    for kind in way.calibrators:
        calibrate: Fit[Calibrator] = partial(fit_calibrator, kind)
        inputs = crossed.predictions
        walks.append(
            walk_forward_predict(schedule, "base", inputs, rows.won, calibrate, learn_from=left_out)
        )
    return walks


def changed(
    rows: Rows, way: Way, before: list[WalkForwardResult[Any]], t_ms: int, seed: int
) -> list[str]:
    """What differs up to `t_ms` from `before` when everything after it is another."""
    past = rows.signal_ms + BAR_MS <= t_ms
    differences = []
    both = zip(before, fit_layers(rows.with_another_future(t_ms, seed), way), strict=True)
    for layer, (one, other) in enumerate(both):
        if one.predictions[past].tobytes() != other.predictions[past].tobytes():
            differences.append(f"predictions of layer {layer}")
        if one.fold[past].tobytes() != other.fold[past].tobytes():
            differences.append(f"folds of layer {layer}")
        models = [
            [
                (fit.refit_ms, fit.rows, fit.model, fit.left_out.values.tobytes())
                for fit in walk.refits
                if fit.refit_ms <= t_ms
            ]
            for walk in (one, other)
        ]
        if models[0] != models[1]:
            differences.append(f"models of layer {layer}")
    return differences


REFITS = [int(r) for r in refits(60)[1:]]  # the first of each month from April on


def test_the_toy_has_labels_open_at_every_refit(toy_rows: Rows) -> None:
    """And one that becomes known a bar later: else the leaks below could not show."""
    for r in REFITS:
        assert np.any((toy_rows.known_ms > r + BAR_MS) & (toy_rows.signal_ms < r))
        assert np.any(toy_rows.known_ms == r + BAR_MS)


def test_the_past_stays_the_same_bytes(toy_rows: Rows) -> None:
    """With each calibrator."""
    way = Way(calibrators=("beta", "isotonic", "platt"))
    before = fit_layers(toy_rows, way)
    for walk in before:
        assert np.isfinite(walk.predictions).sum() > 300  # something was predicted at all
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
    before = fit_layers(toy_rows, leaky)
    assert any(changed(toy_rows, leaky, before, r, 1) for r in REFITS[:2])


def test_a_layer_sees_only_out_of_sample_predictions(toy_rows: Rows) -> None:
    """Each value was made by a model fitted before its row was decided."""
    for walk in fit_layers(toy_rows, Way()):
        made = walk.fold >= 0
        fitted = np.array([fit.refit_ms for fit in walk.refits])[walk.fold[made]]
        assert np.all(fitted <= toy_rows.signal_ms[made] + BAR_MS)
        assert np.array_equal(made, np.isfinite(walk.predictions))


def test_same_bytes_with_any_number_of_workers(
    toy_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for workers in ("1", "2"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        said.append([walk.predictions.tobytes() for walk in fit_layers(toy_rows, Way())])
    assert said[0] == said[1]
