"""Params of sizing, and outcomes made by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from dipmaster.core.params import Sizing
from dipmaster.sizing import KnownOutcomes, build_outcomes
from tests.made.params import read_params

Made = Callable[..., KnownOutcomes]


@pytest.fixture(scope="session")
def sizing() -> Sizing:
    """Section sizing with the values of the tests."""
    return read_params("sizing").sizing


@pytest.fixture(scope="session")
def random_outcomes() -> Made:
    """400 outcomes in no order, of which the surer win more often."""

    def make(seed: int = 5, rows: int = 400) -> KnownOutcomes:
        rng = np.random.default_rng(seed)
        confidence = rng.uniform(0.2, 0.9, rows)
        won = rng.random(rows) < 0.1 + 0.8 * confidence
        net = np.where(won, rng.uniform(0.001, 0.01, rows), -rng.uniform(0.001, 0.02, rows))
        net[:5] = 0.0  # broke even
        known = rng.integers(0, 1000, rows)
        return build_outcomes(
            rng.random(rows) < 0.9, known, confidence, rng.integers(-1, 3, rows), net
        )

    return make
