"""The kernels against scipy, against a slow twin, and the algebra they promise."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from dipmaster.market.simulator.recursion import (
    MINUTES,
    compute_minute_moves,
    compute_prices,
    filter_ar1,
)


def test_ar1_is_scipys_filter():
    shocks = np.random.default_rng(1).standard_normal(5000)
    np.testing.assert_allclose(
        filter_ar1(shocks, 0.985), lfilter([1.0], [1.0, -0.985], shocks), atol=1e-11
    )


def test_ar1_ends_in_an_exact_zero():
    shocks = np.zeros(1000)
    shocks[0] = 1.0
    path = filter_ar1(shocks, 0.9)
    assert path[100] == 0.9**100 or abs(path[100] / 0.9**100 - 1) < 1e-12
    assert path[-1] == 0.0


def draw_inputs(seed: int, bars: int = 400):
    rng = np.random.default_rng(seed)
    return {
        "sigma": rng.uniform(1e-4, 0.2, bars),
        "loading": rng.uniform(0, 0.97, bars),
        "factor": rng.standard_normal((bars, MINUTES)),
        "idiosyncratic": rng.standard_normal((bars, MINUTES)),
        "idiosyncratic_tail": rng.uniform(0.5, 3, bars),
        "jump": np.where(rng.random(bars) < 0.2, rng.uniform(-0.5, 0.5, bars), 0.0),
        "jump_minute": rng.integers(0, MINUTES, bars),
    }


def test_moves_are_those_of_the_slow_twin():
    x = draw_inputs(3)
    moves = compute_minute_moves(**x, cap=0.25)
    for t in range(moves.shape[0]):
        for k in range(MINUTES):
            idiosyncratic = (
                np.sqrt(1 - x["loading"][t] ** 2)
                * x["idiosyncratic_tail"][t]
                * x["idiosyncratic"][t, k]
            )
            move = (
                x["sigma"][t] / np.sqrt(5) * (x["loading"][t] * x["factor"][t, k] + idiosyncratic)
            )
            move = np.clip(move, -0.25, 0.25)
            if x["jump"][t] and x["jump_minute"][t] == k:
                move = (1 + move) * (1 + x["jump"][t]) - 1
            np.testing.assert_allclose(moves[t, k], move, rtol=1e-12, atol=1e-15)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_mirrored_innovations_give_mirrored_moves(seed):
    """The truncation is symmetric: without jumps a move is an odd function, so its mean is zero."""
    x = draw_inputs(seed, 50) | {"jump": np.zeros(50)}
    mirrored = x | {"factor": -x["factor"], "idiosyncratic": -x["idiosyncratic"]}
    np.testing.assert_array_equal(
        compute_minute_moves(**x, cap=0.25), -compute_minute_moves(**mirrored, cap=0.25)
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_price_is_the_product_of_its_factors(seed):
    rng = np.random.default_rng(seed)
    minute = rng.uniform(-0.2, 0.2, (60, MINUTES))
    drift = np.where(rng.random(60) < 0.5, rng.uniform(-0.05, 0.05, 60), 0.0)
    opened, high, low, close = compute_prices(minute, drift, 10.0)
    factors = (1 + minute) * ((1 + drift) ** 0.2)[:, None]
    path = 10.0 * np.cumprod(factors.ravel()).reshape(60, MINUTES)
    np.testing.assert_allclose(close, path[:, -1], rtol=1e-10)
    np.testing.assert_array_equal(opened, np.concatenate(([10.0], close[:-1])))
    np.testing.assert_allclose(high, np.maximum(opened, path.max(axis=1)), rtol=1e-10)
    np.testing.assert_allclose(low, np.minimum(opened, path.min(axis=1)), rtol=1e-10)
    assert (low > 0).all()


def test_drift_of_a_bar_is_exact_when_nothing_moves():
    drift = np.array([0.01, -0.02, 0.0])
    _, _, _, close = compute_prices(np.zeros((3, MINUTES)), drift, 1.0)
    np.testing.assert_allclose(close, np.cumprod(1 + drift), rtol=1e-14)
