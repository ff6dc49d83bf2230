"""confidence.json: right rows, right verdicts, null with a reason, JSON through and through."""

import json
import re

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from dipmaster.confidence import Scores, record_of
from dipmaster.confidence.judging import (
    Sample,
    _gate,
    calibration_record,
    family_record,
    sample_of,
)
from dipmaster.core.store import plain
from dipmaster.core.time_units import BAR_MS, DAY_MS, boundary_ms

from .conftest import START_MS, Market, events_with


@pytest.fixture(scope="module")
def told(planted: Scores, market, settings) -> dict:
    confidence, split = settings
    return record_of(planted, market().bars_ms, split, confidence.judging)


def test_it_is_json(told: dict) -> None:
    json.dumps(plain(told), allow_nan=False)


def test_figures_are_those_of_the_rows_out_of_sample(told: dict, planted: Scores, settings) -> None:
    late = planted.events.signal_ms >= START_MS + settings[1].burn_in_days * DAY_MS
    assert told["candidates"] == {
        "all": 600,
        "labelled": 600,
        "out_of_sample": int(late.sum()),
        "scored_out_of_sample": int(np.isfinite(planted.confidence[late]).sum()),
    }
    won, p = planted.events.won[late], planted.base.p_ensemble[late]
    ensemble = told["models"]["ensemble"]
    assert ensemble["n"] == late.sum()
    assert ensemble["auc"]["value"] == pytest.approx(roc_auc_score(won, p))
    assert ensemble["brier"]["value"] == pytest.approx(brier_score_loss(won, p))
    assert ensemble["auc"]["low"] < ensemble["auc"]["value"] < ensemble["auc"]["high"]
    assert told["base_rate"] == pytest.approx(won.mean())


def test_folds_tell_what_was_learned_from(told: dict, planted: Scores) -> None:
    models = [row for row in told["folds"] if row["level"] == "models"]
    assert [row["fitted_at"] for row in models] == [
        "2023-01-16T00:00:00Z",
        "2023-02-01T00:00:00Z",
        "2023-03-01T00:00:00Z",
        "2023-04-01T00:00:00Z",
        "2023-05-01T00:00:00Z",
    ]
    events = planted.events
    first = START_MS + 15 * DAY_MS
    rows = np.maximum(events.known_ms, events.signal_ms + 37 * BAR_MS) <= first
    assert models[0]["rows"] == rows.sum()
    assert models[0]["wins"] == events.won[rows].sum()
    late = [row for row in told["folds"] if row["level"] == "calibrator"]
    assert "too few candidates" in late[0]["reason"]
    assert late[-1]["reason"] == ""


def test_both_families_are_told_whichever_serves(told: dict) -> None:
    assert told["family"] == "classifier"
    assert told["families"]["carried_information"] == "both"
    for name in ("classifier", "regression"):
        found = told["families"][name]
        assert found["mean_net_bps_top_decile"]["value"] > found["mean_net_bps"]["value"]


def test_the_reliability_table_holds_every_scored_row(told: dict) -> None:
    scored = told["candidates"]["scored_out_of_sample"]
    assert sum(row["n"] for row in told["reliability"]["confidence"]) == scored
    by_regime = told["reliability"]["by_regime"]
    assert sum(row["n"] for rows in by_regime.values() for row in rows) == scored
    assert sum(told["calibration_by_regime"][name]["n"] for name in by_regime) == scored
    counts = told["distribution"]["confidence"]
    assert sum(counts["all"]["counts"]) == scored
    assert sum(told["distribution"]["confidence"][name]["none"] for name in by_regime) == (
        told["candidates"]["out_of_sample"] - scored
    )


def test_the_calibrator_in_use_is_no_better_than_itself(told: dict) -> None:
    compared = told["calibrators_compared"]
    assert set(compared) == {"beta", "isotonic", "platt"}
    assert compared["beta"]["brier_less_chosen"]["value"] == 0.0
    brier = told["models"]["confidence"]["brier"]["value"]
    assert compared["beta"]["brier"] == pytest.approx(brier)
    gap = compared["platt"]["brier_less_chosen"]["value"]
    assert gap == pytest.approx(compared["platt"]["brier"] - brier)


def test_without_scores_everything_is_null_with_a_reason(market, scored, settings) -> None:
    some: Market = market(count=30)
    confidence, split = settings
    told = record_of(scored(some), some.bars_ms, split, confidence.judging)
    json.dumps(plain(told), allow_nan=False)
    assert told["reason"].startswith("too few candidates: ")
    assert told["models"]["lgb"]["n"] == 0
    assert told["models"]["lgb"]["auc"] == {
        "value": None, "low": None, "high": None, "reason": "no rows",
    }  # fmt: skip
    assert told["families"]["carried_information"] == "neither"
    assert "not computable" in told["families"]["why"]
    assert told["layer"] == {}
    assert told["importance"] == []
    assert told["reliability"]["confidence"] == []
    assert told["models"]["weighted_score"]["n"] > 0  # needs no fit


def made(p: np.ndarray, rate: np.ndarray, settings, blocks: int = 12) -> tuple[np.ndarray, Sample]:
    """Outcomes drawn at `rate` where `p` was said."""
    rng = np.random.default_rng(3)
    won = (rng.random(p.size) < rate).astype(float)
    block = np.arange(p.size) * blocks // p.size
    return p, Sample(np.arange(p.size), won, won - 0.5, block, settings[0].judging)


@pytest.mark.parametrize(
    ("spread", "slope", "shift", "count", "verdict", "reason"),
    [
        (1.0, 1.0, 0.0, 6000, "PASS", r"slope [^;]*holds; ECE at most [^;]*holds"),
        (1.0, 1.0, -0.15, 6000, "FAIL", r"ECE at least 0.1\d+ lies above 0.05; slope [^;]*holds"),
        (0.3, 0.4, 0.0, 6000, "FAIL", r"slope 0.4[^;]* lies outside 0.8 to 1.2; ECE at most"),
        (1.0, 1.0, 0.0, 300, "INCONCLUSIVE", r"slope [^;]* is not surely within 0.8 to 1.2; ECE"),
        (1.0, 1.0, 0.0, 90, "INCONCLUSIVE", "insufficient: 90 candidates"),
    ],
)
def test_the_calibration_gate(
    settings, spread: float, slope: float, shift: float, count: int, verdict: str, reason: str
) -> None:
    logit = np.random.default_rng(2).normal(0, spread, count)
    said, true = (1 / (1 + np.exp(-x)) for x in (logit, slope * logit))
    p, sample = made(said, np.clip(true + shift, 0, 1), settings)
    found = calibration_record(p, sample, np.ones(count, dtype=bool))
    assert found["gate"] == verdict
    assert re.match(reason, found["reason"])
    interval = found["brier_interval"]
    assert interval["low"] < interval["value"] == found["brier"] < interval["high"]


def test_the_gate_says_which_limit_is_open() -> None:
    """Missed before undecided before held, each with its own figures."""
    slope = {"value": 0.94, "low": 0.75, "high": 1.13}
    assert _gate({"value": 0.022, "low": 0.003, "high": 0.041}, slope) == (
        "INCONCLUSIVE",
        "slope 0.94 [0.75, 1.13] is not surely within 0.8 to 1.2; ECE at most 0.041 holds",
    )
    held = {"value": 1.0, "low": 0.9, "high": 1.1}
    assert _gate({"value": 0.04, "low": 0.03, "high": 0.06}, held) == (
        "INCONCLUSIVE",
        "ECE 0.040 [0.030, 0.060] is not surely at most 0.05; slope 1.00 [0.90, 1.10] holds",
    )
    assert _gate({"value": 0.08, "low": 0.06, "high": 0.1}, slope) == (
        "FAIL",
        "ECE at least 0.060 lies above 0.05; slope 0.94 [0.75, 1.13] is not surely within "
        "0.8 to 1.2",
    )
    steep = {"value": 1.5, "low": 1.3, "high": 1.7}
    assert _gate({"value": 0.02, "low": 0.01, "high": 0.05}, steep)[0] == "FAIL"
    assert _gate({"value": 0.02, "low": 0.01, "high": 0.05}, held)[0] == "PASS"
    none = {"value": None, "low": None, "high": None, "reason": "no rows"}
    assert _gate({"value": 0.02, "low": 0.01, "high": 0.05}, none) == ("INCONCLUSIVE", "no rows")


def test_few_blocks_give_no_verdict(settings) -> None:
    p, sample = made(np.full(500, 0.5), np.full(500, 0.9), settings, blocks=3)
    assert "in 3 blocks" in calibration_record(p, sample, np.ones(500, bool))["reason"]


def test_the_top_tenth_by_hand(settings) -> None:
    p = np.linspace(0, 1, 40)
    net = np.where(p > 0.89, 0.01, -0.01)
    block = np.arange(40) % 4
    sample = Sample(np.arange(40), (net > 0).astype(float), net, block, settings[0].judging)
    found = family_record(p, sample)
    assert found["mean_net_bps_top_decile"]["value"] == pytest.approx(100.0)
    assert found["mean_net_bps"]["value"] == pytest.approx(100 * (5 - 35) / 40)


def test_sample_starts_at_midnight_and_joins_a_short_rest(settings) -> None:
    judging, split = settings
    assert boundary_ms(START_MS + BAR_MS, split.burn_in_days) == START_MS + 51 * DAY_MS
    boundary = START_MS + 50 * DAY_MS
    day = np.array([49, 50, 54, 55, 60, 61])
    bars = 288 * day + 1
    net = np.array([1.0, 1.0, -1.0, np.nan, 1.0, 1.0])
    events = events_with(net, bars, np.zeros(6), np.zeros(6, int))
    found = sample_of(events, boundary, START_MS + 62 * DAY_MS - BAR_MS, judging.judging)
    assert found.rows.tolist() == [1, 2, 4, 5]
    assert found.block.tolist() == [0, 0, 1, 1]  # 12 days in blocks of 5: the last 2 join
    assert found.won.tolist() == [1.0, 0.0, 1.0, 1.0]
