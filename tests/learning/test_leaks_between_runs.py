"""What happens in a run of time, and near it, changes nothing that was left out of that run.

All labels near a run turn round: those that share a bar with it, or come within the purge.
The predictions left out of the run must stay the same bytes, for its models have seen none of
them. The check must find the leaks planted here: no purge between runs, a label taken for
known a bar early, predictions of rows that the model was fitted on.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BAR_MS
from dipmaster.learning.cross_fitting import CrossFitting, LeftOutPredictions, RunSplit
from dipmaster.learning.layer_rows import LayerRows
from dipmaster.learning.logistic import fit_logistic
from dipmaster.learning.walk_forward import cross_fit_predict
from tests.learning.rows import Rows, made_schedule

PURGE_MS = 37 * BAR_MS
RUNS = 5
Spans = Callable[[Rows], tuple[Ints, int]]  # when labels count as known, and the purge


def honest(rows: Rows) -> tuple[Ints, int]:
    return rows.known_ms, PURGE_MS


def no_purge(rows: Rows) -> tuple[Ints, int]:
    return rows.signal_ms, 0


def a_bar_early(rows: Rows) -> tuple[Ints, int]:
    return rows.known_ms - BAR_MS, PURGE_MS


def left_out(rows: Rows, spans: Spans) -> LeftOutPredictions:
    """Of one refit after all of the rows."""
    known_ms, purge_ms = spans(rows)
    last = int(rows.known_ms.max())
    schedule = made_schedule(
        rows.signal_ms, known_ms, {"models": np.array([last + 2 * PURGE_MS])}, purge_ms
    )
    fit = partial(fit_logistic, l2=1.0)
    cross_fitting = CrossFitting(RUNS)
    result = cross_fit_predict(schedule, "models", rows.x, rows.won, fit, cross_fitting)
    return result.refits[0].left_out


def find_runs(rows: Rows) -> Iterator[Ints]:
    """Rows of each run, by counting: as many rows each, in order of time."""
    yield from np.array_split(np.argsort(rows.signal_ms, kind="stable"), RUNS)


def turned_near(rows: Rows, run: Ints) -> Rows:
    """Every label turned round that shares bars with the run, or comes within the purge."""
    start, end = rows.signal_ms[run].min(), rows.known_ms[run].max()
    near = (rows.known_ms > start - PURGE_MS) & (rows.signal_ms < end + PURGE_MS)
    return replace(rows, won=np.where(near, 1.0 - rows.won, rows.won))


def count_changed_runs(rows: Rows, spans: Spans) -> int:
    """Runs whose left-out predictions change with the labels near them."""
    before, changed = left_out(rows, spans), 0
    for run in find_runs(rows):
        after = left_out(turned_near(rows, run), spans)
        np.testing.assert_array_equal(before.rows, np.arange(rows.won.size))
        changed += before.values[run].tobytes() != after.values[run].tobytes()
    return changed


@pytest.fixture(scope="module")
def rows(toy_rows: Rows) -> Rows:
    """Toy rows, and before each run one whose label is known a bar too late for its models."""
    runs = list(find_runs(toy_rows))
    exit_bar = toy_rows.exit_bar.copy()
    for before, run in itertools.pairwise(runs):
        latest_ms = toy_rows.signal_ms[run].min() - PURGE_MS + BAR_MS
        bar = toy_rows.exit_bar[0] + (latest_ms - toy_rows.known_ms[0]) // BAR_MS
        early_enough = before[toy_rows.signal_bar[before] < bar]
        exit_bar[early_enough[-1]] = bar
    return replace(toy_rows, exit_bar=exit_bar)


def test_the_honest_way_sees_nothing_of_the_run(rows: Rows) -> None:
    assert count_changed_runs(rows, honest) == 0


@pytest.mark.parametrize("leak", [no_purge, a_bar_early])
def test_leaks_across_the_edges_are_found(rows: Rows, leak: Spans) -> None:
    assert count_changed_runs(rows, leak) >= RUNS - 1


def test_predictions_in_sample_are_found(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    honest_split = LayerRows._split

    def in_sample(self: LayerRows, some: Ints, runs: int) -> Iterator[RunSplit]:
        for split in honest_split(self, some, runs):
            yield RunSplit(np.arange(some.size), split.left_out)

    monkeypatch.setattr(LayerRows, "_split", in_sample)
    assert count_changed_runs(rows, honest) == RUNS


def test_a_calibrator_on_in_sample_predictions_would_trust_noise() -> None:
    """What the left-out predictions are for: many inputs that say nothing, slopes of Platt."""
    rng = np.random.default_rng(4)
    size, known = 400, np.arange(1, 401) * 100 * BAR_MS
    x: Floats = rng.standard_normal((size, 60))
    rows = Rows(np.zeros(size, np.int64), known // BAR_MS, known // BAR_MS + 1, x,
                (rng.random(size) < 0.5).astype(np.float64))  # fmt: skip
    given = left_out(rows, honest)
    in_sample = fit_logistic(x, rows.won, np.ones(size), 1.0)
    assert np.corrcoef(in_sample.predict(x), rows.won)[0, 1] > 0.3
    assert abs(np.corrcoef(given.values, rows.won[given.rows])[0, 1]) < 0.15
