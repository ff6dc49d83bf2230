"""The whole section on small markets: switched off, switched on, without any trade."""

import json

import numpy as np
import pytest

from dipmaster.backtest import EXIT_NAMES
from dipmaster.core.store import to_json_value
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.phases.exits.ablation import RULES
from dipmaster.evaluation.phases.exits.results import measure_exits
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.evaluation.exits import ExitResults
from dipmaster.results.serialisation import from_json, to_json

DAYS, BURN_IN = 40, 10


@pytest.fixture(scope="module")
def market(toy):
    panel = toy.walking_panel(7, symbols=3, bars=288 * DAYS)
    period = Period(
        toy.start_ms, toy.start_ms + BURN_IN * DAY_MS, toy.start_ms + DAYS * DAY_MS - BAR_MS, 5
    )
    signals = np.arange(30, 288 * DAYS - 40, 60)
    cells = np.array([(k, u + 7 * k) for u in signals for k in range(3)])
    return panel, period, cells


@pytest.fixture
def record(toy, gates, market):
    """From params and what was opened to the whole section, checked for being JSON."""

    def run(params, opened=None, seed=3):
        panel, period, cells = market
        rng = np.random.default_rng(seed)
        score = np.where(
            rng.random((len(cells), 35)) < 0.7, 0.85 * rng.random((len(cells), 35)), 0.2
        )
        multiplier = rng.uniform(0.7, 1.4, len(cells))
        evidence = toy.evidence(panel, period, cells, params, score, multiplier, opened, 4.0)
        quick = gates.model_copy(update={"bootstrap_reps": 200})
        found = measure_exits(evidence, panel, params, quick)
        text = json.dumps(to_json_value(to_json(found)), allow_nan=False)
        assert to_json(from_json(ExitResults, json.loads(text))) == json.loads(text)
        return found

    return run


def test_switched_off_nothing_changes(record, switched_off) -> None:
    """Phase 2 with everything off is phase 1: every change is exactly nothing."""
    found = record(switched_off)
    for name in ("win_rate", "profit_factor", "mean_net_bps"):
        one = getattr(found.standalone.change, name)
        assert (one.value, one.low, one.high, one.verdict) == (0, 0, 0, "inconclusive")
    for group in ("traded", "all"):
        captured, held = getattr(found.mfe_capture, group), getattr(found.holding, group)
        assert captured.before == captured.after
        assert held.before == held.after
        if captured.ratio.value is not None:
            assert [captured.ratio[name] for name in ("value", "low", "high")] == [1.0] * 3
    assert {row.state for row in found.ablation[:-1]} == {"on"}
    assert found.ablation[-1].state == "off"


def test_switched_on(record, exits, market) -> None:
    some = np.arange(len(market[2])) % 3 > 0
    found = record(exits, opened=some)
    n = found.standalone.n
    signal = market[2][:, 1]
    assert n == np.sum(signal >= 288 * BURN_IN)
    assert [row.rule for row in found.exit_counts] == list(EXIT_NAMES)
    assert [row.rule for row in found.ablation] == list(RULES)
    traded = found.mfe_capture.traded.n
    assert traded == np.sum(some & (signal >= 288 * BURN_IN)) < n
    closing = [row for row in found.exit_counts if row.rule != "profit_taking"]
    assert sum(row.fills for row in closing) == traded
    assert found.trailing.all.stopped <= found.trailing.all.activated
    assert found.targets.traded.n == traded == found.trailing.traded.n
    variants = {row.rule: row.all for row in found.ablation}
    after = found.standalone.after.mean_net_bps.value
    for one in variants.values():
        change = one.change_mean_net_bps.value
        assert change == pytest.approx(one.mean_net_bps - after)
        assert change != 0.0


def test_targets_are_those_of_the_entries(toy, gates, exits, market) -> None:
    """Plans have a row a candidate; what is out of sample starts in the middle of them."""
    panel, period, cells = market
    multiplier = np.linspace(0.7, 1.4, len(cells))
    score = np.full((len(cells), 35), np.nan)
    evidence = toy.evidence(panel, period, cells, exits, score, multiplier)
    every = measure_exits(evidence, panel, exits, gates).targets.all
    late = cells[:, 1] >= 288 * BURN_IN
    assert every.n == late.sum() < len(cells)
    assert every.mean_frac == pytest.approx(exits.target_frac * multiplier[late].mean())


def test_every_single_rule_off_is_the_variant_itself(record, exits) -> None:
    """A variant is what phase 2 would be had the params said so."""
    variants = {row.rule: row.all for row in record(exits).ablation}
    trailing = exits.trailing.model_copy(update={"enabled": False})
    without = record(exits.model_copy(update={"trailing": trailing}))
    after = without.standalone.after
    for name in ("win_rate", "profit_factor", "mean_net_bps"):
        assert getattr(variants["trailing"], name) == getattr(after, name).value


def test_the_same_every_time(record, exits) -> None:
    assert record(exits) == record(exits)


def test_no_trade_at_all(record, exits, market) -> None:
    found = record(exits, opened=np.zeros(len(market[2]), dtype=np.bool_))
    assert {row.fills for row in found.exit_counts} == {0}
    assert found.exit_probability_use.traded_rows == 0
    assert found.exit_probability_use.rows > 0
    assert found.excursions == ()
    captured = found.mfe_capture.traded
    assert (captured.n, captured.before, captured.after) == (0, None, None)
    assert captured.ratio.value is None
    assert captured.ratio.reason.startswith("sample too small under phase 2 (0 trades, minimum 100")
    for row in found.ablation:
        assert row.traded.change_mean_net_bps.value is None
        assert row.traded.change_mean_net_bps.reason
        assert row.all.n == found.standalone.n


def test_no_candidate_out_of_sample(toy, gates, exits, market) -> None:
    panel, period, cells = market
    early = cells[cells[:, 1] < 288 * BURN_IN - 100]
    score, ones = np.full((len(early), 35), np.nan), np.ones(len(early))
    evidence = toy.evidence(panel, period, early, exits, score, ones)
    found = measure_exits(evidence, panel, exits, gates)
    json.dumps(to_json_value(to_json(found)), allow_nan=False)
    assert found.standalone.n == 0
    assert found.mfe_capture.all.ratio.reason
