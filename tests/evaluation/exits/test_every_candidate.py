"""The exits' own effect on every candidate: null, better, worse, too few, none."""

import json
import math
from dataclasses import fields

import numpy as np
import pytest

from dipmaster.core.store import to_json_value
from dipmaster.evaluation.phases.exits.every_candidate import compare_every_candidate
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.results.serialisation import to_json

CHANGES = ("win_rate", "profit_factor", "mean_net_bps")


def values_of(result) -> list:
    """Of every field."""
    return [getattr(result, field.name) for field in fields(result)]


def results(seed: int = 1, n: int = 600) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n) < 0.6, 0.005, -0.008) * rng.lognormal(0.0, 0.3, n)


def test_identical_exits_change_exactly_nothing(toy, gates) -> None:
    net = results()
    found = compare_every_candidate(
        StandalonePair(toy.standalone(net), toy.standalone(net, "phase 1")), gates
    )
    assert found.before == found.after
    for name in CHANGES:
        change = getattr(found.change, name)
        assert (change.value, change.low, change.high) == (0.0, 0.0, 0.0)
        assert change.verdict == "inconclusive"
    ratio = found.change.profit_factor.ratio
    assert (ratio.value, ratio.low, ratio.high) == (1.0, 1.0, 1.0)


def test_an_improvement_of_every_trade_is_better(toy, gates) -> None:
    net = results()
    found = compare_every_candidate(
        StandalonePair(toy.standalone(net + 0.007), toy.standalone(net, "phase 1")), gates
    )
    assert found.n == 600
    assert found.change.mean_net_bps.value == pytest.approx(70.0)
    assert {getattr(found.change, name).verdict for name in CHANGES} == {"better"}
    factors = [getattr(found, side).profit_factor.value for side in ("after", "before")]
    ratio = found.change.profit_factor.ratio.value
    assert ratio == pytest.approx(factors[0] / factors[1])
    assert found.change.profit_factor.value == pytest.approx(math.log(ratio))
    back = compare_every_candidate(
        StandalonePair(toy.standalone(net), toy.standalone(net + 0.007, "phase 1")), gates
    )
    assert {getattr(back.change, name).verdict for name in CHANGES} == {"worse"}


def test_pairing_finds_what_two_samples_would_not(toy, gates) -> None:
    """2 bps a trade more, always: a hundredth of a trade's own spread."""
    net = results() * 3
    found = compare_every_candidate(
        StandalonePair(toy.standalone(net + 2e-4), toy.standalone(net, "phase 1")), gates
    )
    change, before = found.change.mean_net_bps, found.before.mean_net_bps
    assert change.verdict == "better"
    assert change.high - change.low < (before.high - before.low) / 100


def test_too_few_trades_show_nothing(toy, gates) -> None:
    net = results(n=60)
    found = compare_every_candidate(
        StandalonePair(toy.standalone(net + 0.004), toy.standalone(net, "phase 1")), gates
    )
    for name in CHANGES:
        assert getattr(found.change, name).verdict == "insufficient data"
        assert getattr(found.change, name).reason.startswith(
            "sample too small under phase 2 (60 trades"
        )
    assert found.change.mean_net_bps.low > 0.0  # shown all the same


def test_without_a_loser_there_is_no_verdict(toy, gates) -> None:
    net = results()
    found = compare_every_candidate(
        StandalonePair(toy.standalone(np.abs(net)), toy.standalone(net, "phase 1")), gates
    )
    reason = "sample too small under phase 2 (0 losing trades, minimum 10)"
    assert found.change.mean_net_bps.reason == reason
    assert found.change.profit_factor.value is None
    assert found.after.profit_factor.value is None
    assert "no trade lost money" in found.after.profit_factor.reason


def test_no_candidate_at_all(toy, gates) -> None:
    found = compare_every_candidate(
        StandalonePair(toy.standalone([]), toy.standalone([], "phase 1")), gates
    )
    json.dumps(to_json_value(to_json(found)), allow_nan=False)
    assert found.n == 0
    for side in ("before", "after"):
        assert {one.value for one in values_of(getattr(found, side))} == {None}
        assert all(one.reason for one in values_of(getattr(found, side)))
    assert all(getattr(found.change, name).reason for name in CHANGES)
