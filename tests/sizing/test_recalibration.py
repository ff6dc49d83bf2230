"""Win probability refit walk-forward: the right map, and no later outcome in it."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.learning.calibrators import fit_platt
from dipmaster.sizing import build_outcomes, fit_recalibration

LEAST = MinTrainingSet(candidates=50, per_class=5)
REFITS = np.array([50, 300, 700])


def test_it_finds_the_frequency() -> None:
    """Trades win at .2 + .6 x confidence's own rate; the map learns it, and rises."""
    rng = np.random.default_rng(2)
    confidence = rng.uniform(0.05, 0.95, 20_000)
    truth = 1 / (1 + np.exp(-(0.5 * np.log(confidence / (1 - confidence)) - 0.4)))
    net = np.where(rng.random(20_000) < truth, 0.01, -0.01)
    known = build_outcomes(np.ones(20_000, bool), np.arange(20_000), confidence,
                           np.zeros(20_000, int), net)  # fmt: skip
    asked = np.array([0.2, 0.5, 0.9])
    found = fit_recalibration(known, np.array([30_000]), LEAST).predict(asked, np.full(3, 40_000))
    wanted = 1 / (1 + np.exp(-(0.5 * np.log(asked / (1 - asked)) - 0.4)))
    assert found.p == pytest.approx(wanted, abs=0.015)
    assert found.outcomes.tolist() == [20_000] * 3


def test_the_last_fit_before_the_moment_serves(random_outcomes) -> None:
    known = random_outcomes()
    fits = fit_recalibration(known, REFITS, LEAST)
    assert fits.maps[0] is None  # too few by then
    moments = np.array([40, 60, 299, 300, 699, 700, 5000])
    found = fits.predict(np.full(7, 0.8), moments)
    assert np.isnan(found.p[:3]).all()
    assert found.outcomes[:3].tolist() == [0, 0, 0]
    assert found.p[3] == found.p[4] != found.p[5] == found.p[6]
    n = int((known.known_ms <= 700).sum())
    alone = fit_platt(known.confidence[:n], known.won[:n].astype(float), np.ones(n))
    assert found.p[6] == alone.predict(np.array([0.8]))[0]
    assert found.outcomes[6] == n


def test_no_confidence_no_probability(random_outcomes) -> None:
    found = fit_recalibration(random_outcomes(), REFITS, LEAST)
    assert np.isnan(found.predict(np.array([np.nan]), np.array([900])).p[0])


@pytest.mark.parametrize("moment", [300, 699])
def test_later_outcomes_change_nothing(random_outcomes, moment: int) -> None:
    known = random_outcomes()
    later = known.known_ms > 300
    other = replace(known, net_frac=np.where(later, -known.net_frac, known.net_frac))
    asked = np.linspace(0.1, 0.9, 9), np.full(9, moment)
    one, two = (fit_recalibration(k, REFITS, LEAST).predict(*asked) for k in (known, other))
    assert one.p.tobytes() == two.p.tobytes()
    later_fit = np.full(9, 700)
    one, two = (
        fit_recalibration(k, REFITS, LEAST).predict(asked[0], later_fit) for k in (known, other)
    )
    assert one.p.tobytes() != two.p.tobytes()  # the test can fail
