"""The index by hand, the level that chance gives, and drift that is there."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.core.kernels import Floats
from dipmaster.core.time_units import DAY_MS
from dipmaster.monitoring.drift import DriftSample, measure_drift, select_drift_sample
from dipmaster.monitoring.inputs import WatchedCandidates, Window
from dipmaster.results.monitoring.windows import FeatureDrift
from tests.made.params import read_params

DRIFT = read_params("monitoring").monitoring.drift
TRAINING, RECENT = 360, 30  # days


def candidates(values: Floats, per_day: int = 8) -> tuple[WatchedCandidates, DriftSample]:
    day = np.repeat(np.arange(TRAINING + RECENT), per_day)
    nothing = np.zeros(day.size)
    made = WatchedCandidates(
        day * DAY_MS, day * DAY_MS, nothing, nothing, day * 0, values[:, None], ("x",)
    )
    return made, DriftSample(day >= TRAINING, day < TRAINING)


def measure(values: Floats, rank: int = 0) -> FeatureDrift:
    return measure_drift(*candidates(values), rank, 0.05, DRIFT)[0]


def draw(seed: int, persistence: float = 0.0, shift: float = 0.0) -> Floats:
    """A level by day that lasts, the more so the larger `persistence`, and noise."""
    rng = np.random.default_rng(seed)
    level, levels = 0.0, []
    for _ in range(TRAINING + RECENT):
        level = persistence * level + np.sqrt(1.0 - persistence**2) * rng.standard_normal()
        levels.append(level)
    weight = 0.9 if persistence else 0.0
    day = np.repeat(np.array(levels), 8)
    values = weight * day + rng.standard_normal(day.size)
    values[TRAINING * 8 :] += shift
    return values


def test_the_index_by_hand() -> None:
    values = np.tile(np.arange(4.0), (TRAINING + RECENT) * 2)
    values[TRAINING * 8 :] = 0.0
    found = measure(values)
    n = RECENT * 8
    p = (np.array([n, 0, 0, 0]) + 0.5) / (n + 2)
    q = np.full(4, 0.25)
    assert found.psi.value == pytest.approx(float(((p - q) * np.log(p / q)).sum()), rel=1e-3)
    assert (found.n_recent, found.n_training) == (n, TRAINING * 8)


def test_chance_explains_independent_candidates_as_chi_squared_does() -> None:
    found = [measure(draw(seed), seed) for seed in range(40)]
    values = np.array([one.psi.value for one in found])
    means = np.array([one.chance_mean for one in found])
    assert values.mean() == pytest.approx(means.mean(), rel=0.25)
    p_values = np.array([one.p_value for one in found], dtype=np.float64)
    assert np.mean(p_values <= 0.05) <= 0.15
    assert np.quantile(p_values, 0.75) < 0.95  # not so cautious that it says nothing


def test_chance_is_larger_where_days_are_alike() -> None:
    found = [measure(draw(seed, 0.9), seed) for seed in range(40)]
    independent = measure(draw(0)).chance_mean
    assert independent is not None
    means, sizes, p_values = (
        np.array([getattr(one, name) for one in found], dtype=np.float64)
        for name in ("chance_mean", "n_effective_recent", "p_value")
    )
    assert (means > 2.0 * independent).all()
    assert (sizes < 150).all()
    assert (p_values <= 0.001).sum() <= 1


def test_a_shift_is_found() -> None:
    found = measure(draw(1, shift=1.0))
    assert found.psi.value is not None
    assert found.psi.value > 0.5
    assert found.p_value is not None
    assert found.p_value < 1e-4
    assert found.psi.low is not None
    assert found.psi.low > 0.25


def test_missing_values_are_a_bin_of_their_own() -> None:
    values = draw(2)
    values[TRAINING * 8 + 100 :] = np.nan
    assert measure(values).psi.value > measure(draw(2)).psi.value + 1.0  # type: ignore[operator]


def test_training_is_what_the_newest_models_before_the_windows_end_learned_from() -> None:
    made, _ = candidates(draw(3))
    fitted = np.where(made.signal_ms >= 100 * DAY_MS, 100 * DAY_MS, -1)
    later = np.where(made.signal_ms >= 380 * DAY_MS, 380 * DAY_MS, fitted)
    window = Window(330 * DAY_MS, 360 * DAY_MS)
    sample = select_drift_sample(replace(made, fitted_ms=later), window)
    assert made.signal_ms[sample.training].max() < 100 * DAY_MS
    assert sample.recent.sum() == 30 * 8


def test_no_candidate_in_the_window() -> None:
    made, sample = candidates(draw(4))
    none = DriftSample(np.zeros_like(sample.recent), sample.training)
    found = measure_drift(made, none, 0, 0.05, DRIFT)[0]
    assert found.psi.reason == "no candidate in the window"
    assert found.chance_mean is None
