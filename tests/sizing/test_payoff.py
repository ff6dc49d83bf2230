"""Payoff from what had ended: by hand, against an outcome-by-outcome twin, blind to the future."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.sizing import KnownOutcomes, build_outcomes, estimate_payoffs

LEAST = MinTrainingSet(candidates=20, per_class=2)
SOME = LEAST.model_copy(update={"candidates": 1, "per_class": 1})


def by_hand() -> KnownOutcomes:
    net = np.array([0.02, -0.01, 0.04, -0.03, 0.09])
    regime = np.array([0, 0, 1, 1, 0])
    return build_outcomes(np.ones(5, bool), np.array([10, 20, 30, 40, 50]), net, regime, net)


def test_by_hand() -> None:
    found = estimate_payoffs(by_hand(), np.array([40, 40, 40]), np.array([0, 1, -1]), SOME, 1.0)
    win, loss = (0.02 + 0.04) / 2, (0.01 + 0.03) / 2
    pooled = win / loss
    low = ((0.02 + win) / 2) / ((0.01 + loss) / 2)
    normal = ((0.04 + win) / 2) / ((0.03 + loss) / 2)
    assert found.payoff.tolist() == pytest.approx([low, normal, pooled])
    assert found.outcomes.tolist() == [4, 4, 4]
    assert found.regime_outcomes.tolist() == [2, 2, 0]


def test_an_end_at_the_moment_counts_and_a_later_one_does_not() -> None:
    at = np.array([39, 40, 49, 50])
    found = estimate_payoffs(by_hand(), at, np.zeros(4, int), SOME, 1.0)
    assert found.outcomes.tolist() == [3, 4, 4, 5]
    assert found.payoff[1] == found.payoff[2] != found.payoff[3]


def test_the_prior_leads_from_the_regime_to_the_pool() -> None:
    def at(prior: float) -> float:
        return float(
            estimate_payoffs(by_hand(), np.array([40]), np.array([0]), SOME, prior).payoff[0]
        )

    assert at(0.0) == pytest.approx(2.0)
    assert at(np.inf) == pytest.approx(1.5)
    assert 1.5 < at(1.0) < 2.0
    assert at(1e6) == pytest.approx(1.5, rel=1e-5)


def test_too_few_outcomes_give_none() -> None:
    known = by_hand()
    one_class = replace(known, net_frac=np.abs(known.net_frac))
    asked = np.array([50]), np.array([0])
    assert np.isnan(estimate_payoffs(known, *asked, LEAST, 1.0).payoff[0])
    assert np.isnan(estimate_payoffs(one_class, *asked, SOME, 1.0).payoff[0])
    assert np.isnan(estimate_payoffs(known, np.array([9]), np.array([0]), SOME, 1.0).payoff[0])


def twin(known: KnownOutcomes, moment: int, regime: int, prior: float) -> float:
    """Every outcome in turn."""
    sums = {True: [0.0, 0, 0.0, 0], False: [0.0, 0, 0.0, 0]}
    for end, of, net in zip(known.known_ms, known.regime, known.net_frac, strict=True):
        if end > moment:
            continue
        side = sums[bool(net > 1e-9)]
        side[0] += abs(net)
        side[1] += 1
        if of == regime and regime >= 0:
            side[2] += abs(net)
            side[3] += 1
    win, loss = ((s[2] + prior * s[0] / s[1]) / (s[3] + prior) for s in sums.values())
    return win / loss


def test_as_its_slow_twin(random_outcomes) -> None:
    known = random_outcomes()
    moments, regimes = np.arange(100, 1000, 37), np.arange(25) % 4 - 1
    found = estimate_payoffs(known, moments, regimes, LEAST, 20.0)
    expected = [twin(known, m, r, 20.0) for m, r in zip(moments, regimes, strict=True)]
    assert found.payoff == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("moment", [200, 500, 801])
def test_later_outcomes_change_nothing(random_outcomes, moment: int) -> None:
    """Bit for bit: other results, and none at all."""
    known = random_outcomes()
    later = known.known_ms > moment
    other = replace(known, net_frac=np.where(later, -3.0 * known.net_frac, known.net_frac))
    cut = KnownOutcomes(*(getattr(known, name)[~later] for name in
                          ("known_ms", "confidence", "regime", "net_frac")))  # fmt: skip
    asked = np.array([moment - 50, moment]), np.array([1, 2])
    first = estimate_payoffs(known, *asked, LEAST, 10.0)
    for changed in (other, cut):
        again = estimate_payoffs(changed, *asked, LEAST, 10.0)
        assert again.payoff.tobytes() == first.payoff.tobytes()
        assert again.outcomes.tolist() == first.outcomes.tolist()
