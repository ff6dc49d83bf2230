"""Bets and bounds hold at every time: by enumeration, and by simulation of whole paths."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad

from dipmaster.monitoring.evidence import bound_mean, log_evidence

pytestmark = pytest.mark.slow

STARTS = np.array([0, 40, 80, 160], dtype=np.int64)
PATHS, UNITS = 600, 240


def win_gains(rng: np.random.Generator, rate: float, units: int = UNITS) -> np.ndarray:
    return 0.8 - (rng.random(units) < rate)


def test_wealth_does_not_grow_on_average_at_the_boundary() -> None:
    """Every sequence of eight outcomes with its probability: the mean is 1, not by luck."""
    mean, begins = 0.0, np.arange(8)
    for outcomes in product((0.0, 1.0), repeat=8):
        won = np.array(outcomes)
        chance = np.prod(np.where(won > 0, 0.8, 0.2))
        wealth = log_evidence(0.8 - won, 0.2, begins, np.array([0, 3, 6]))
        mean += chance * np.exp(wealth[-1])
    assert mean == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("rate", [0.8, 0.9])
def test_false_alarms_over_whole_paths(rate: float) -> None:
    rng, alpha = np.random.default_rng(11), 0.05
    alarms = [
        log_evidence(win_gains(rng, rate), 0.2, np.arange(UNITS), STARTS).max() >= np.log(1 / alpha)
        for _ in range(PATHS)
    ]
    assert np.mean(alarms) <= alpha  # the law says so; a fixed-n test looked at daily has a third


def test_a_fixed_n_test_that_is_looked_at_again_is_wrong_where_this_one_is_not() -> None:
    """The control: the same simulation catches a method that does not hold at every time."""
    rng = np.random.default_rng(12)
    paths = np.cumsum(rng.random((PATHS, UNITS)) < 0.8, axis=1)
    n = np.arange(1, UNITS + 1)
    below = (paths / n + 1.645 * np.sqrt(0.16 / n) < 0.8)[:, 20:]
    assert below.any(axis=1).mean() > 0.15


def test_a_failure_is_found() -> None:
    rng = np.random.default_rng(13)
    gains = np.concatenate([win_gains(rng, 0.85, 120), win_gains(rng, 0.5, 120)])
    wealth = log_evidence(gains, 0.2, np.arange(UNITS), STARTS)
    first = int(np.argmax(wealth >= np.log(20.0)))
    assert 120 < first < 200


def test_late_bets_forget_good_years() -> None:
    rng = np.random.default_rng(14)
    gains = np.concatenate([win_gains(rng, 0.95, 160), win_gains(rng, 0.5, 80)])
    anew = log_evidence(gains, 0.2, np.arange(UNITS), STARTS)
    once = log_evidence(gains, 0.2, np.arange(UNITS), STARTS[:1])
    assert anew[-1] > np.log(20.0) > once[-1]


def test_later_starts_and_later_units_change_nothing_before() -> None:
    gains = win_gains(np.random.default_rng(15), 0.7)
    whole = log_evidence(gains, 0.2, np.arange(UNITS), STARTS)
    past = log_evidence(gains[:100], 0.2, np.arange(100), STARTS[:3])
    assert whole[:100] == pytest.approx(past, abs=1e-12)


def test_a_unit_that_began_before_a_start_is_not_bet_on_from_there() -> None:
    gains = np.array([0.8, 0.8])
    inside = log_evidence(gains, 0.2, np.array([0, 5]), np.array([0, 5]))
    before = log_evidence(gains, 0.2, np.array([0, 4]), np.array([0, 5]))
    assert inside[-1] > before[-1]


@pytest.mark.parametrize("rate", [0.3, 0.8, 0.97])
def test_bounds_hold_at_every_time(rate: float) -> None:
    rng, alpha = np.random.default_rng(16), 0.1
    missed = np.zeros(2)
    bound = cache(bound_mean)  # paths often meet in the same number of wins
    for _ in range(200):
        wins = np.cumsum(rng.random(100) < rate)
        bounds = np.array([bound(float(wins[n - 1]), n, alpha) for n in range(1, 101, 3)])
        missed += [(bounds[:, 0] > rate).any(), (bounds[:, 1] < rate).any()]
    assert (missed / 200 <= alpha).all()


def test_a_bound_is_where_the_mixture_reaches_the_level() -> None:
    """The likelihood ratio integrated by quadrature in place of the incomplete beta function."""
    total, units, alpha = 71.5, 100, 0.025

    def ratio(rate: float) -> float:
        worse = quad(lambda q: (q / rate) ** total * ((1 - q) / (1 - rate)) ** (units - total),
                     0.0, rate)[0]  # fmt: skip
        return worse / rate

    low, high = bound_mean(total, units, alpha)
    assert ratio(high) == pytest.approx(1 / alpha, rel=1e-6)
    total = units - total  # failures for wins: the lower bound is where their mixture gets there
    assert ratio(1.0 - low) == pytest.approx(1 / alpha, rel=1e-6)


def test_bounds_at_the_ends() -> None:
    assert bound_mean(0.0, 0, 0.05) == (0.0, 1.0)
    assert bound_mean(5.0, 5, 0.05)[1] == 1.0
    assert bound_mean(0.0, 5, 0.05)[0] == 0.0
