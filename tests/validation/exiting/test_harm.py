"""Models that make trades worse fail the phase; nothing else of the exits does."""

import numpy as np
import pytest

from dipmaster.validation.exiting.alone import Pair
from dipmaster.validation.exiting.harm import harm
from dipmaster.validation.gates.rule import PhaseGates, Ruling, failed

TESTS = 6


def results(n: int = 600) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.where(rng.random(n) < 0.6, 0.005, -0.008) * rng.lognormal(0.0, 0.3, n)


def pair(toy, cost_frac: float, n: int = 600) -> Pair:
    rng, net = np.random.default_rng(2), results(n)
    changed = net - cost_frac + 0.0005 * rng.normal(size=n)
    return Pair(toy.alone(changed, "with"), toy.alone(net, "without"))


def test_a_cost_beyond_its_error_is_told(toy, gates) -> None:
    told = harm(pair(toy, 0.0010), gates, TESTS)
    assert told.startswith("the exit models make trades worse: -1")
    assert "600 candidates" in told


@pytest.mark.parametrize("cost_frac", [0.0, -0.001])
def test_no_harm_is_no_word(toy, gates, cost_frac: float) -> None:
    assert harm(pair(toy, cost_frac), gates, TESTS) == ""


def test_too_few_show_nothing(toy, gates) -> None:
    assert harm(pair(toy, 0.0010, 60), gates, TESTS) == ""


def test_more_tests_ask_for_more(toy, gates) -> None:
    costs = np.linspace(0.0, 0.0003, 61)
    alone, among = ([bool(harm(pair(toy, c), gates, k)) for c in costs] for k in (1, 1000))
    assert sum(among) < sum(alone) < costs.size


def test_a_failed_phase_keeps_its_rows() -> None:
    phase = PhaseGates((), Ruling("PASS", "all pass"))
    assert failed(phase, "") is phase
    assert failed(phase, "worse").ruling == Ruling("FAIL", "worse")
