"""The stationary bootstrap: slow twin, oracle library, streams that do not touch."""

import math

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap

from dipmaster.backtest.metrics import DailyAccount, concatenated_drawdown
from dipmaster.evaluation.statistics.bootstrap import (
    derive_stream_key,
    resample_drawdowns,
    resample_sums,
)

pytestmark = pytest.mark.slow

MASK = (1 << 64) - 1


class SlowStream:
    """splitmix64 in Python integers."""

    def __init__(self, key: np.ndarray) -> None:
        self.state = int(key[0])

    def uniform(self) -> float:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53

    def order(self, n: int, length: int, mean: float) -> list[int]:
        """Indices of one resample, one by one."""
        picked: list[int] = []
        while len(picked) < length:
            start = int(self.uniform() * n)
            u = self.uniform()
            run = 1 if mean == 1 else 1 + int(math.log(1 - u) / math.log1p(-1 / mean))
            picked.extend((start + i) % n for i in range(run))
        return picked[:length]


def test_stream_is_splitmix64() -> None:
    """First outputs for seed 1234567, as published with the algorithm."""
    stream = SlowStream(np.array([1234567], dtype=np.uint64))
    tops = [int(stream.uniform() * 2**53) for _ in range(3)]
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert tops == [value >> 11 for value in published]


@pytest.mark.parametrize("mean", [1.0, 7.5, 400.0])
def test_sums_are_those_of_the_indices(mean: float) -> None:
    values = np.random.default_rng(3).standard_normal((60, 2))
    key = derive_stream_key(5, 0, 1)
    slow = SlowStream(key)
    expected = [values[slow.order(60, 60, mean)].sum(axis=0) for _ in range(50)]
    found = resample_sums(values, 50, mean, key)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_drawdowns_are_those_of_the_days_in_order() -> None:
    rng = np.random.default_rng(4)
    growth = np.exp(0.02 * rng.standard_normal(40))
    high = np.maximum(growth, 1.0) * np.exp(0.01 * rng.random(40))
    low = np.minimum(growth, 1.0) * np.exp(-0.01 * rng.random(40))
    days = DailyAccount(growth, high, low, 1.0 - low / high * rng.uniform(0.9, 1.0, 40))
    key = derive_stream_key(5, 0, 2)
    slow = SlowStream(key)
    expected = []
    for _ in range(30):
        world = slow.order(40, 40, 6.0)
        order = [world[i] for i in slow.order(40, 25, 3.0)]
        expected.append(concatenated_drawdown(days, np.array(order)))
    table = np.column_stack([days.growth, days.high, days.low, days.drawdown])
    found = resample_drawdowns(table, 25, 30, 6.0, 3.0, key)
    np.testing.assert_allclose(found, expected, atol=1e-13)


@pytest.mark.parametrize("mean", [1, 10, 50])
def test_standard_deviation_is_that_of_arch(mean: int) -> None:
    """Within 2 %; 20,000 resamples know either one to .5 %."""
    noise = np.random.default_rng(6).standard_normal(400)
    values = np.convolve(noise, 0.6 ** np.arange(12), mode="same")
    arch = StationaryBootstrap(mean, values, seed=1).apply(np.mean, 20_000)
    own = resample_sums(values[:, None], 20_000, mean, derive_stream_key(1, 9))[:, 0] / values.size
    assert own.std() == pytest.approx(arch.std(), rel=0.02)
    assert own.mean() == pytest.approx(arch.mean(), abs=4 * arch.std() / math.sqrt(20_000))


def test_neighbouring_keys_are_strangers() -> None:
    """Resamples of neighbouring seeds and uses: no correlation, right spread between them."""
    values = np.random.default_rng(8).standard_normal((300, 1))
    drawn = np.array(
        [resample_sums(values, 200, 10, derive_stream_key(2023, 0, use))[:, 0] for use in range(40)]
    )
    correlation = np.corrcoef(drawn)[np.triu_indices(40, 1)]
    assert np.abs(correlation).max() < 5 / math.sqrt(200)
    between = drawn.mean(axis=1).std(ddof=1) * math.sqrt(200)
    assert between == pytest.approx(drawn.std(), rel=0.35)


def test_same_key_same_bytes_and_the_key_stays() -> None:
    values = np.random.default_rng(9).standard_normal((50, 1))
    key = derive_stream_key(1, 2, 3)
    first = resample_sums(values, 20, 5, key)
    assert first.tobytes() == resample_sums(values, 20, 5, key).tobytes()
    assert key.tobytes() == derive_stream_key(1, 2, 3).tobytes()
