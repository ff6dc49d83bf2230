"""confidence.json: right rows, right verdicts, null with a reason, JSON through and through."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from dipmaster.confidence import Scores, evaluate_scores
from dipmaster.confidence.calibration_gate import judge_calibration, rule_on_calibration
from dipmaster.confidence.step_figures import evaluate_family
from dipmaster.core.store import to_json_value
from dipmaster.core.time_units import BAR_MS, DAY_MS, out_of_sample_start_ms
from dipmaster.learning.evaluation.sample import EvaluationSample
from dipmaster.results.common import Interval
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.serialisation import from_json, to_json

from .conftest import START_MS, Market

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(planted: Scores, market, settings) -> ConfidenceResults:
    confidence, split = settings
    return evaluate_scores(planted, market().bars_ms, split, confidence.evaluation)


@pytest.fixture(scope="module")
def record(results: ConfidenceResults) -> dict:
    """As JSON, all digits."""
    return to_json(results)


def test_it_is_json_that_its_type_reads(record: dict) -> None:
    written = json.loads(json.dumps(to_json_value(record), allow_nan=False))
    assert to_json(from_json(ConfidenceResults, written)) == written


def test_figures_are_those_of_the_rows_out_of_sample(
    record: dict, planted: Scores, settings
) -> None:
    late = planted.events.signal_ms >= START_MS + settings[1].burn_in_days * DAY_MS
    assert record["candidates"] == {
        "all": 600,
        "labelled": 600,
        "out_of_sample": int(late.sum()),
        "scored_out_of_sample": int(np.isfinite(planted.confidence[late]).sum()),
    }
    won, p = planted.events.won[late], planted.ensemble.p_ensemble[late]
    ensemble = record["models"]["ensemble"]
    assert ensemble["n"] == late.sum()
    assert ensemble["auc"]["value"] == pytest.approx(roc_auc_score(won, p))
    assert ensemble["brier"]["value"] == pytest.approx(brier_score_loss(won, p))
    assert ensemble["auc"]["low"] < ensemble["auc"]["value"] < ensemble["auc"]["high"]
    assert record["base_rate"] == pytest.approx(won.mean())


def test_folds_record_what_was_learned_from(record: dict, planted: Scores) -> None:
    models = [row for row in record["folds"] if row["layer"] == "models"]
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
    calibrators = [row for row in record["folds"] if row["layer"] == "calibrator"]
    for below, row in zip(models, calibrators, strict=True):
        assert row == {**below, "layer": "calibrator"}


def test_both_families_are_reported_whichever_serves(record: dict) -> None:
    assert record["family"] == "classifier"
    assert record["families"]["informative"] == "both"
    for name in ("classifier", "regression"):
        found = record["families"][name]
        assert found["mean_net_bps_top_decile"]["value"] > found["mean_net_bps"]["value"]


@pytest.mark.parametrize(
    ("needed", "lacks"),
    [
        ({"min_candidates": 10_000}, r"sample too small \(\d+ candidates, minimum 10,000\)$"),
        ({"min_blocks": 1000}, r"sample too small \(\d+ blocks with candidates, minimum 1,000\)$"),
    ],
)
def test_no_family_carries_information_on_less_than_the_minimum_data(
    results: ConfidenceResults, planted: Scores, market, settings, needed: dict, lacks: str
) -> None:
    """The same scores, of which both families carry it, with more asked for than there is."""
    confidence, split = settings
    params = confidence.evaluation.model_copy(update=needed)
    families = evaluate_scores(planted, market().bars_ms, split, params).families
    assert results.families.informative == "both"
    assert families.informative == "neither"
    assert re.match(lacks, families.reason)
    assert families.classifier == results.families.classifier  # its figures stay


def test_the_reliability_table_holds_every_scored_row(record: dict) -> None:
    scored = record["candidates"]["scored_out_of_sample"]
    assert sum(row["n"] for row in record["reliability"]["confidence"]) == scored
    by_regime = record["reliability"]["by_regime"]
    assert sum(row["n"] for rows in by_regime.values() for row in rows) == scored
    assert sum(record["calibration_by_regime"][name]["n"] for name in by_regime) == scored
    counts = record["distribution"]["confidence"]
    assert sum(counts["all"]["counts"]) == scored
    assert sum(record["distribution"]["confidence"][name]["unscored"] for name in by_regime) == (
        record["candidates"]["out_of_sample"] - scored
    )


def test_the_calibrator_in_use_is_no_better_than_itself(record: dict) -> None:
    compared = record["calibrators_compared"]
    assert set(compared) == {"beta", "isotonic", "platt"}
    assert compared["platt"]["brier_minus_chosen"]["value"] == 0.0
    brier = record["models"]["confidence"]["brier"]["value"]
    assert compared["platt"]["brier"] == pytest.approx(brier)
    gap = compared["beta"]["brier_minus_chosen"]["value"]
    assert gap == pytest.approx(compared["beta"]["brier"] - brier)


def test_without_scores_everything_is_null_with_a_reason(market, scored, settings) -> None:
    some: Market = market(count=30)
    confidence, split = settings
    results = evaluate_scores(scored(some), some.bars_ms, split, confidence.evaluation)
    record = to_json_value(to_json(results))
    json.dumps(record, allow_nan=False)
    assert record["reason"].startswith("too few training rows: ")
    assert record["models"]["lgb"]["n"] == 0
    assert record["models"]["lgb"]["auc"] == {
        "value": None, "low": None, "high": None, "reason": "no rows",
    }  # fmt: skip
    assert record["families"]["informative"] == "neither"
    assert record["families"]["reason"].startswith(
        "sample too small (0 candidates, minimum 100; 0 blocks with candidates, minimum 6"
    )
    assert record["importance"] == []
    assert record["reliability"]["confidence"] == []
    assert record["models"]["weighted_score"]["n"] > 0  # needs no fit


def made(
    p: np.ndarray, rate: np.ndarray, settings, blocks: int = 12
) -> tuple[np.ndarray, np.ndarray, EvaluationSample]:
    """Outcomes drawn at `rate` where `p` was said."""
    rng = np.random.default_rng(3)
    won = (rng.random(p.size) < rate).astype(float)
    block = np.arange(p.size) * blocks // p.size
    return p, won, EvaluationSample(np.arange(p.size), block, settings[0].evaluation)


@pytest.mark.parametrize(
    ("spread", "slope", "shift", "count", "verdict", "reason"),
    [
        (1.0, 1.0, 0.0, 6000, "PASS", r"slope [^;]*holds; ECE at most [^;]*holds"),
        (1.0, 1.0, -0.15, 6000, "FAIL", r"ECE at least 0.1\d+ lies above 0.05; slope [^;]*holds"),
        (0.3, 0.4, 0.0, 6000, "FAIL", r"slope 0.4[^;]* lies outside 0.8 to 1.2; ECE at most"),
        (1.0, 1.0, 0.0, 300, "INCONCLUSIVE", r"slope [^;]* is not contained in 0.8 to 1.2; ECE"),
        (
            1.0,
            1.0,
            0.0,
            90,
            "INSUFFICIENT DATA",
            r"sample too small \(90 candidates, minimum 100\)$",
        ),
    ],
)
def test_the_calibration_gate(
    settings, spread: float, slope: float, shift: float, count: int, verdict: str, reason: str
) -> None:
    logit = np.random.default_rng(2).normal(0, spread, count)
    said, true = (1 / (1 + np.exp(-x)) for x in (logit, slope * logit))
    sample = made(said, np.clip(true + shift, 0, 1), settings)
    found = judge_calibration(*sample, settings[0].evaluation)
    assert found.gate == verdict
    assert re.match(reason, found.reason)
    interval = found.brier_interval
    assert interval.low < interval.value == found.brier < interval.high


def test_the_gate_says_which_limit_is_open() -> None:
    """Missed before undecided before held, each with its own figures."""
    slope = Interval(0.94, 0.75, 1.13)
    assert rule_on_calibration(Interval(0.022, 0.003, 0.041), slope) == (
        "INCONCLUSIVE",
        "slope 0.94 [0.75, 1.13] is not contained in 0.8 to 1.2; ECE at most 0.041 holds",
    )
    held = Interval(1.0, 0.9, 1.1)
    assert rule_on_calibration(Interval(0.04, 0.03, 0.06), held) == (
        "INCONCLUSIVE",
        "ECE 0.040 [0.030, 0.060] is not contained in 0 to 0.05; slope 1.00 [0.90, 1.10] holds",
    )
    assert rule_on_calibration(Interval(0.08, 0.06, 0.1), slope) == (
        "FAIL",
        "ECE at least 0.060 lies above 0.05; slope 0.94 [0.75, 1.13] is not contained in "
        "0.8 to 1.2",
    )
    steep = Interval(1.5, 1.3, 1.7)
    assert rule_on_calibration(Interval(0.02, 0.01, 0.05), steep)[0] == "FAIL"
    assert rule_on_calibration(Interval(0.02, 0.01, 0.05), held)[0] == "PASS"
    none = Interval(None, None, None, "no rows")
    assert rule_on_calibration(Interval(0.02, 0.01, 0.05), none) == (
        "INSUFFICIENT DATA",
        "no rows",
    )


def test_few_blocks_give_no_verdict(settings) -> None:
    sample = made(np.full(500, 0.5), np.full(500, 0.9), settings, blocks=3)
    reason = judge_calibration(*sample, settings[0].evaluation).reason
    assert reason == "sample too small (3 blocks with candidates, minimum 6)"


def test_the_top_tenth_by_hand(settings) -> None:
    p = np.linspace(0, 1, 40)
    net = np.where(p > 0.89, 0.01, -0.01)
    sample = EvaluationSample(np.arange(40), np.arange(40) % 4, settings[0].evaluation)
    found = evaluate_family(p, (net > 0).astype(float), net, sample)
    assert found.mean_net_bps_top_decile.value == pytest.approx(100.0)
    assert found.mean_net_bps.value == pytest.approx(100 * (5 - 35) / 40)


def test_out_of_sample_begins_at_midnight(record: dict, settings) -> None:
    burn_in_days = settings[1].burn_in_days
    assert out_of_sample_start_ms(START_MS + BAR_MS, burn_in_days) == START_MS + 51 * DAY_MS
    assert record["out_of_sample_from"] == "2023-02-20T00:00:00Z"


def test_only_candidates_with_a_label_are_judged(market, scored, settings) -> None:
    some: Market = market()
    net = some.events.net_frac.copy()
    net[-9:] = np.nan
    unlabelled = replace(some.events, net_frac=net, settled=np.isfinite(net))
    results = evaluate_scores(
        scored(replace(some, events=unlabelled)), some.bars_ms, settings[1], settings[0].evaluation
    )
    counts = results.candidates
    assert counts.labelled == 591
    assert results.models["lgb"].n == counts.out_of_sample - 9
    assert results.models["confidence"].n == counts.scored_out_of_sample
    late = net[some.events.signal_ms >= START_MS + 50 * DAY_MS][:-9]
    assert results.base_rate == (late > 0).mean()
