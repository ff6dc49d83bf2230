"""Which detector is in use, and what follows from its regime."""

import numpy as np
import pytest
from pydantic import ValidationError

from dipmaster.core.params.volatility import Regime
from dipmaster.volatility.detectors import Regimes, combine_regimes, select_detector
from dipmaster.volatility.hierarchical import HierarchicalRegimes
from dipmaster.volatility.regime import LevelRegimes

NAN = np.nan
LEVELS = LevelRegimes(
    level_daily=np.array([[0.01, 0.13, NAN]]),
    market_level_daily=np.array([0.01, 0.13, NAN]),
    market=np.array([0, 0, 0], dtype=np.int8),
    coin=np.array([[0, 1, 1]], dtype=np.int8),
    naive=np.array([[0, 2, -1]], dtype=np.int8),
)
HIERARCHICAL = HierarchicalRegimes(
    market=np.array([1, 1, 1], dtype=np.int8), coin=np.array([[2, 2, 2]], dtype=np.int8)
)
RANGE_CLASS = np.array([[-1, 1, 0]], dtype=np.int8)


def combined(params: Regime, detector: str) -> Regimes:
    return combine_regimes(LEVELS, HIERARCHICAL, RANGE_CLASS, detector, params)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("detector", "pooling", "source", "used"),
    [
        ("by_source", "market", "simulated", "hierarchical"),
        ("by_source", "coin", "raw", "range_class"),
        ("level_filter", "market", "simulated", "market"),
        ("level_filter", "coin", "raw", "coin"),
        ("hierarchical", "market", "raw", "hierarchical"),
        ("range_class", "market", "simulated", "range_class"),
    ],
)
def test_the_detector_follows_the_param_and_by_source_the_bars(
    params, detector: str, pooling: str, source: str, used: str
) -> None:
    regime = params.regime.model_copy(update={"detector": detector, "pooling": pooling})
    assert select_detector(regime, source) == used  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("detector", "regime"),
    [
        ("market", [0, 0, -1]),
        ("coin", [0, 1, -1]),
        ("hierarchical", [2, 2, -1]),
        ("range_class", [-1, 1, -1]),
    ],
)
def test_regime_and_size_factor_are_those_of_the_detector_in_use(
    params, detector: str, regime: list[int]
) -> None:
    found = combined(params.regime, detector)
    assert found.regime.tolist() == [regime]
    factors = {-1: NAN, 0: 1.0, 1: 0.9, 2: 0.7}
    assert found.size_factor[0] == pytest.approx([factors[c] for c in regime], nan_ok=True)


def test_the_limit_on_trading_is_the_coin_s_own_level_under_any_detector(params) -> None:
    for detector in ("market", "coin", "hierarchical", "range_class"):
        assert combined(params.regime, detector).no_new_trades.tolist() == [[0, 1, -1]]


def test_all_detectors_are_kept_beside_each_other(params) -> None:
    found = combined(params.regime, "coin")
    assert found.hierarchical.tolist() == [[2, 2, 2]]
    assert found.hierarchical_market.tolist() == [1, 1, 1]
    assert found.range_class.tolist() == [[-1, 1, 0]]


@pytest.mark.parametrize(
    "change",
    [
        {"detector": "best"},
        {"hierarchical": {"home_days": 0.0}},
        {"hierarchical": {"histories": 2}},  # one a state at least
        {"hierarchical": {"outlier_frac": 0.6}},
        {"hierarchical": {"level": {"sd": 0.2}}},
    ],
)
def test_values_that_make_no_filter_are_refused(params, change: dict) -> None:
    raw = params.regime.model_dump()
    for name, value in change.items():
        raw[name] = raw[name] | value if isinstance(value, dict) else value
    with pytest.raises(ValidationError):
        Regime.model_validate(raw)
