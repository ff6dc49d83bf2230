"""Estimators of gates: once a level, and what is known goes from one process to another."""

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics import metrics
from dipmaster.evaluation.statistics.metrics import GATE_METRICS, PhaseSample, build_estimators
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool


@pytest.fixture
def phase_sample(sample_of: Callable) -> PhaseSample:
    sample = sample_of(np.random.default_rng(3).normal(2, 20, 200), np.arange(200) % 70, 70)
    pool = EntryPool(
        np.where(np.arange(200) % 2, 0.01, -0.01),
        np.full(200, 1 / 200),
        sample.block,
        np.ones(200, bool),
    )
    return PhaseSample(0, sample, pool)


def test_each_level_is_estimated_once_also_after_a_copy(
    gates: Gates, phase_sample: PhaseSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: list[float] = []
    gate = GATE_METRICS["win_rate"]

    def count(one: PhaseSample, alpha: float, known: Gates) -> object:
        levels.append(alpha)
        return gate.estimate(one, alpha, known)

    monkeypatch.setitem(metrics.GATE_METRICS, "win_rate", replace(gate, estimate=count))
    estimator = build_estimators(phase_sample, gates)["win_rate"]
    found = estimator(0.025)
    assert estimator(0.025) is found
    copied = pickle.loads(pickle.dumps(estimator))  # noqa: S301 -- as a worker sends it back
    assert copied(0.025) == found
    assert levels == [0.025]
    assert copied(0.005) == estimator(0.005)
    assert levels == [0.025, 0.005, 0.005]
