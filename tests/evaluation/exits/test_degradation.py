"""Models that make trades worse fail the phase; nothing else of the exits does."""

import numpy as np
import pytest

from dipmaster.evaluation.phases.exits.degradation import measure_degradation
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.evaluation.statistics.gates import PhaseGates, fail_phase
from dipmaster.evaluation.statistics.paired.judging import judge_difference
from dipmaster.evaluation.statistics.paired.trades import compare_mean_net
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.results.metrics import MEAN_NET_BPS


def results(n: int = 600) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.where(rng.random(n) < 0.6, 0.005, -0.008) * rng.lognormal(0.0, 0.3, n)


def pair(toy, cost_frac: float, n: int = 600) -> StandalonePair:
    rng, net = np.random.default_rng(2), results(n)
    changed = net - cost_frac + 0.0005 * rng.normal(size=n)
    return StandalonePair(toy.standalone(changed, "with"), toy.standalone(net, "without"))


def test_a_cost_beyond_its_error_is_reported(toy, gates) -> None:
    both = pair(toy, 0.0010)
    measured = measure_degradation(both, gates)
    assert measured.reason.startswith("the exit models reduce net return by 1")
    assert measured.reason.endswith(" bp) over 600 candidates simulated individually")
    change = measured.change_mean_net_bps
    net = [1e4 * side.net_frac.mean() for side in (both.after, both.before)]
    assert change.value == pytest.approx(net[0] - net[1])
    assert change.low < change.value < change.high < 0.0
    assert (change.n, change.reason) == (600, "")
    for number in (change.value, change.low, change.high):
        assert f"{-number:.1f}" in measured.reason


@pytest.mark.parametrize("cost_frac", [0.0, -0.001])
def test_no_harm_is_no_word(toy, gates, cost_frac: float) -> None:
    assert measure_degradation(pair(toy, cost_frac), gates) is None


def test_too_few_show_nothing(toy, gates) -> None:
    assert measure_degradation(pair(toy, 0.0010, 60), gates) is None


def test_it_says_what_ablation_says(toy, gates) -> None:
    """At every cost: harm is told exactly where the variant without models is better."""
    told = []
    for cost in np.linspace(-0.0002, 0.0006, 81):
        found = pair(toy, cost)
        other = StandalonePair(found.before, found.after)
        change = compare_mean_net(other.after.track, other.before.track, gates.alpha)
        told.append(measure_degradation(found, gates) is not None)
        assert told[-1] == (
            judge_difference(MEAN_NET_BPS, change, other.lacking(gates)).verdict == "better"
        )
    assert 0 < sum(told) < len(told)


def test_a_failed_phase_keeps_its_rows() -> None:
    phase = PhaseGates((), Ruling("PASS", "all pass"))
    failed = fail_phase(phase, "worse")
    assert (failed.rows, failed.ruling) == (phase.rows, Ruling("FAIL", "worse"))
    assert failed.decision_time.days == 0
