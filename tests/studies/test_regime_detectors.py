"""Figures of a detector in their order, and settings that change one rate at a time."""

import math

import pytest

from studies.doc_figures import DETECTORS
from studies.regime_detectors import FIGURES, figures_of
from studies.regime_sensitivity import vary_rates
from tests.made.params import read_params
from tests.made.volatility import regimes


def test_figures_stand_in_the_order_of_their_heads() -> None:
    found = figures_of(regimes(known=True).hierarchical)
    assert len(found) == len(FIGURES)
    by_head = dict(zip(FIGURES, found, strict=True))
    assert found[0] == pytest.approx(0.76)
    assert found[3] == 4.1
    assert by_head["market acc"] == pytest.approx(0.924)
    assert by_head["proxy acc"] == pytest.approx(0.824)


def test_what_is_not_known_on_real_bars_is_no_number() -> None:
    found = figures_of(regimes(known=False).range_class)
    assert [math.isnan(value) for value in found] == [True] * 8 + [False] * 3


def test_every_detector_of_the_results_is_listed() -> None:
    judged = regimes(known=True)
    named = {name for name in judged.__slots__ if hasattr(getattr(judged, name), "proxy")}
    assert named == set(DETECTORS)


def test_one_rate_is_changed_at_a_time() -> None:
    regime = read_params("volatility").volatility.regime
    rows = dict(vary_rates(regime))
    assert rows["dwell 3"].dwell_days == 3.0
    assert rows["dwell 3"].hierarchical == regime.hierarchical
    away = rows["home 5 away 5"]
    assert (away.hierarchical.home_days, away.hierarchical.away_days) == (5.0, 5.0)
    assert away.dwell_days == regime.dwell_days
    assert rows["histories 12"].hierarchical.histories == 12
