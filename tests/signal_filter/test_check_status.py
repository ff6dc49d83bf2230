"""What a rule implies is derived, and checked on candidates of that rule."""

import numpy as np
import pytest

from dipmaster.features import volume
from dipmaster.signal_filter import NEWS_COLUMN, CheckStatus, assess_checks
from dipmaster.signal_filter.check_status import SPIKE_BARS, SPIKE_MULTIPLE
from tests.made.params import read_params

IMPLIED_MULTIPLE = SPIKE_MULTIPLE * SPIKE_BARS / (SPIKE_BARS - SPIKE_MULTIPLE)


@pytest.fixture(scope="module")
def signal(project):
    return read_params("signal").signal


@pytest.fixture(scope="module")
def inputs(rows):
    return rows({})[1]


def _statuses(*given, **more) -> dict[str, CheckStatus]:
    return {status.check: status for status in assess_checks(*given, **more)}


def test_the_rule_dip_implies_the_rsi_check_and_not_quite_the_volume_check(
    signal, filter_params, inputs
):
    statuses = _statuses(signal, filter_params, inputs)
    assert list(statuses) == ["volume", "rsi", "news", "liquidity"]
    assert {name: status.implied for name, status in statuses.items()} == {
        "volume": False,
        "rsi": True,
        "news": False,
        "liquidity": False,
    }
    assert "almost implied by the rule" in statuses["volume"].reason
    assert (statuses["news"].applicable, statuses["news"].reason) == (
        False,
        "there is no source of news before the alternative-data phase",
    )


def test_a_stricter_filter_or_a_rule_without_rsi_implies_nothing(signal, filter_params, inputs):
    strict = filter_params.model_copy(update={"rsi_max": 40.0})
    deep = signal.model_copy(update={"rule": "capitulation"})
    assert not _statuses(signal, strict, inputs)["rsi"].implied
    assert not any(status.implied for status in _statuses(deep, filter_params, inputs).values())


def test_a_source_that_is_absent_makes_a_check_not_applicable(signal, filter_params, rows, inputs):
    bare = _statuses(signal, filter_params, inputs, absent=frozenset({"liquidity_score"}))
    assert (bare["liquidity"].applicable, bare["volume"].applicable) == (False, True)
    assert _statuses(signal, filter_params, rows({NEWS_COLUMN: 0.1})[1])["news"].applicable


def test_the_spike_is_the_one_of_the_features():
    assert SPIKE_MULTIPLE == volume.SPIKE_MULTIPLE


def test_the_multiple_from_which_volume_is_implied_is_the_true_limit(signal, filter_params, inputs):
    """Just below it there are volumes the rule takes that are no spike, above it there are none."""
    rng = np.random.default_rng(1)
    before = np.exp(2.0 * rng.standard_normal((20_000, 20)))
    before[:, 0] = 0.0  # the bar that leaves the window: the hardest case for the implication

    def smallest_taken_is_spike(multiple: float) -> np.ndarray:
        now = multiple * before.mean(axis=1)
        return now > SPIKE_MULTIPLE * (before[:, 1:].sum(axis=1) + now) / SPIKE_BARS

    above, below = IMPLIED_MULTIPLE * 1.0001, IMPLIED_MULTIPLE * 0.9999
    assert smallest_taken_is_spike(above).all()
    assert not smallest_taken_is_spike(below).any()
    for multiple, implied in ((above, True), (below, False)):
        rule = signal.model_copy(update={"volume_multiple": multiple})
        assert _statuses(rule, filter_params, inputs)["volume"].implied is implied
