"""Ways of pooling, by hand."""

import numpy as np
import pytest

from studies.regime_pooling import POOLINGS

LEVEL = np.array([[0.01], [0.02], [np.nan], [0.06]])


@pytest.mark.parametrize(
    ("pool", "expected"), [("median", 0.02), ("mean", 0.03), ("rms", np.sqrt(41 / 3) / 100)]
)
def test_missing_coins_are_left_out(pool: str, expected: float) -> None:
    assert POOLINGS[pool](LEVEL) == pytest.approx([expected])
