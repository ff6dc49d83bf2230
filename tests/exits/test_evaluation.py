"""exits.json: every figure of the contract, some by hand, and words where there are none."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from dipmaster.core import store
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.calibrator import CALIBRATOR_INPUTS
from dipmaster.exits.evaluation import evaluate_exit_scores
from dipmaster.exits.model_figures import measure_gain, subsample_rows
from dipmaster.exits.scores import ExitScores
from dipmaster.learning.evaluation.sample import EvaluationSample, build_evaluation_sample
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.serialisation import from_json, to_json
from tests.exits.made_up import DECISION, JUDGING, SPLIT, Lifetimes, day, made_lifetimes, scored

pytestmark = pytest.mark.slow

INTERVAL = {"value", "low", "high"}


@pytest.fixture(scope="module")
def record(some: Lifetimes, planted: ExitScores):
    """As JSON, all digits."""
    return to_json(evaluate_exit_scores(planted, some.bars_ms, SPLIT, JUDGING, DECISION))


def judge(some: Lifetimes, found: ExitScores) -> EvaluationSample:
    """Every labelled row from day 180 on."""
    schedule, label = found.training_set.schedule, found.training_set.label("exit_beats_holding")
    known = np.isfinite(label)
    return build_evaluation_sample(schedule.signal_ms, known, day(180), some.bars_ms[1], JUDGING)


def judged_rows(some: Lifetimes) -> np.ndarray:
    """Labelled rows of positions decided from the boundary on."""
    late = some.signal_ms[some.rows.position] >= day(180)
    return np.flatnonzero(late & (some.labels.exit_beats_holding >= 0))


def test_it_has_every_part_of_the_contract(record) -> None:
    written = json.loads(json.dumps(store.to_json_value(record), allow_nan=False))
    assert to_json(from_json(ExitModelResults, written)) == written
    assert written["out_of_sample_from"] == "2023-06-30T00:00:00Z"
    assert set(record) == {
        "reason", "out_of_sample_from", "positions", "rows", "features", "folds", "exit_models",
        "exit_probability", "reliability", "distribution", "by_bars_held", "gain_by_score",
        "importance",
        "calibrator", "licences", "acting", "acting_unlicensed",
    }  # fmt: skip
    assert record["reason"] == ""
    assert set(record["exit_models"]["profit"]) == {"base_rate", "auc", "brier", "brier_skill"}
    assert set(record["exit_models"]["risk"]) == set(record["exit_models"]["profit"])
    assert set(record["exit_models"]["timing"]) == {
        "mean_bars", "mae_bars", "naive_mae_bars", "rank_correlation",
    }  # fmt: skip
    assert set(record["exit_probability"]) == {
        "base_rate", "auc", "brier", "brier_skill", "ece", "slope", "intercept", "n_rows",
        "n_positions",
    }  # fmt: skip
    assert set(record["exit_probability"]["ece"]) == INTERVAL
    assert set(record["reliability"][0]) == {
        "low", "high", "n", "mean_p", "rate", "rate_low", "rate_high",
    }  # fmt: skip
    assert len(record["features"]["roadmap"]) == 11
    assert record["features"]["roadmap"] + record["features"]["price_levels"] == list(EXIT_FEATURES)
    assert set(record["calibrator"]) == set(CALIBRATOR_INPUTS)


def test_figures_against_scikit_learn(some: Lifetimes, planted: ExitScores, record) -> None:
    rows = judged_rows(some)
    best, p = some.labels.exit_beats_holding[rows], planted.exit_probability[rows]
    found = record["exit_probability"]
    assert found["n_rows"] == rows.size == record["rows"]["evaluated"]
    assert found["n_positions"] == np.unique(some.rows.position[rows]).size
    stake = np.minimum(abs(some.labels.exit_net_frac - some.labels.hold_net_frac)[rows], 1e-3)
    by = {"sample_weight": stake}
    assert np.unique(stake).size > 900
    assert found["base_rate"] == pytest.approx(np.average(best, weights=stake))
    assert found["auc"]["value"] == pytest.approx(roc_auc_score(best, p, **by))
    assert found["brier"]["value"] == pytest.approx(brier_score_loss(best, p, **by))
    profit = planted.models["profit"].predictions[rows]
    expected = pytest.approx(roc_auc_score(best, profit, **by))
    assert record["exit_models"]["profit"]["auc"]["value"] == expected
    stopped, risk = some.labels.stop_before_target[rows], planted.models["risk"].predictions[rows]
    expected = pytest.approx(roc_auc_score(stopped, risk))
    assert record["exit_models"]["risk"]["auc"]["value"] == expected
    assert found["auc"]["low"] < found["auc"]["value"] < found["auc"]["high"]
    assert found["auc"]["low"] > 0.7


def test_timing_against_the_mean_of_its_past(some: Lifetimes, planted: ExitScores, record) -> None:
    rows, walk = judged_rows(some), planted.models["timing"]
    bars = some.labels.bars_to_best_exit[rows]
    means = [np.mean([one.train_mean for one in refit.model.models]) for refit in walk.refits]
    past = np.array(means)[walk.fold[rows]]
    found = record["exit_models"]["timing"]
    assert found["naive_mae_bars"]["value"] == pytest.approx(np.abs(bars - past).mean())
    assert found["mae_bars"]["value"] == pytest.approx(np.abs(bars - walk.predictions[rows]).mean())
    assert found["mae_bars"]["value"] < found["naive_mae_bars"]["value"]
    assert found["mean_bars"] == pytest.approx(bars.mean())


def test_counts(some: Lifetimes, record) -> None:
    late = some.signal_ms >= day(180)
    assert record["positions"] == {"all": 500, "opened": 500, "out_of_sample": int(late.sum())}
    rows = judged_rows(some)
    assert record["rows"]["all"] == len(some.rows)
    assert record["rows"]["labelled"] == (some.labels.exit_beats_holding >= 0).sum()
    assert record["rows"]["out_of_sample"] == record["rows"]["scored_out_of_sample"] == rows.size
    assert sum(record["distribution"]["counts"]) == rows.size
    assert len(record["distribution"]["edges"]) == 21
    assert sum(row["n"] for row in record["by_bars_held"]) == rows.size
    assert sum(row["n"] for row in record["gain_by_score"]) == rows.size
    assert sum(row["n"] for row in record["reliability"]) == rows.size


def test_folds_say_what_they_learned_from(some: Lifetimes, record) -> None:
    heads = [row for row in record["folds"] if row["layer"] == "exit_models"]
    above = [row for row in record["folds"] if row["layer"] == "calibrator"]
    assert len(heads) == 4
    assert len(above) == 4
    last = heads[-1]
    settled = np.flatnonzero(some.grid_ms[some.hold.exit_index] + 300_000 <= day(273))
    settled = settled[some.signal_ms[settled] + 9 * 300_000 <= day(273)]
    assert last["positions"] == settled.size
    labelled = some.labels.exit_beats_holding >= 0
    assert last["rows"] == (np.isin(some.rows.position, settled) & labelled).sum()
    assert last["subsampled_to"] <= 1500
    assert heads[0]["subsampled_to"] == heads[0]["rows"]
    assert [{**row, "layer": "exit_models"} for row in above] == heads
    assert [row["rows"] for row in record["licences"]] == [row["rows"] for row in above]


def test_subsampling_reaches_the_fits(some: Lifetimes) -> None:
    found = to_json(
        evaluate_exit_scores(scored(some, max_rows=1000), some.bars_ms, SPLIT, JUDGING, DECISION)
    )
    assert max(row["subsampled_to"] for row in found["folds"]) <= 1000
    assert found["folds"][3]["rows"] > 1000


def test_gain_by_hand(some: Lifetimes, planted: ExitScores) -> None:
    """Every step of a tenth: the mean of sale less holding, in bps, on all rows out of sample."""
    table = to_json(measure_gain(planted, judge(some, planted), 10))
    rows = judged_rows(some)
    gain = 1e4 * (some.labels.exit_net_frac - some.labels.hold_net_frac)[rows]
    p = planted.exit_probability[rows]
    assert [(row["low"], row["high"]) for row in table] == [
        (pytest.approx(k / 10), pytest.approx((k + 1) / 10)) for k in range(10)
    ]
    for k, row in enumerate(table):
        inside = (p >= k / 10) & (p < (k + 1) / 10)
        assert row["n"] == inside.sum()
        if inside.any():
            assert row["mean_gain_bps"] == pytest.approx(gain[inside].mean())
            assert row["mean_p"] == pytest.approx(p[inside].mean())
        else:
            assert row["mean_gain_bps"] is row["gain_low"] is row["mean_p"] is None
    known = [row for row in table if row["gain_low"] is not None]
    assert all(row["gain_low"] < row["mean_gain_bps"] < row["gain_high"] for row in known)
    assert known[0]["mean_gain_bps"] < 0 < known[-1]["mean_gain_bps"]


def test_the_judged_sample_is_subsampled_by_rule(some: Lifetimes, planted: ExitScores) -> None:
    whole = judge(some, planted)
    half = subsample_rows(whole, planted.training_set, len(whole) - 1)
    offset_age = some.rows.held + some.candidate_id[some.rows.position]
    assert half.rows.tolist() == [row for row in whole.rows if offset_age[row] % 2 == 0]
    assert half.block.size == half.rows.size
    assert whole.block.max() == 7  # 120 days in blocks of 15


def test_the_features_that_matter_come_first(record) -> None:
    names = [row["feature"] for row in record["importance"]]
    assert names[0] == "current_pnl_frac"
    assert record["importance"][0]["auc_loss"] > 0.1
    assert set(names) == set(EXIT_FEATURES)
    assert max(abs(row["auc_loss"]) for row in record["importance"][1:]) < 0.02


def test_nothing_to_judge_says_why() -> None:
    few = made_lifetimes(count=30)
    found = to_json(evaluate_exit_scores(scored(few), few.bars_ms, SPLIT, JUDGING, DECISION))
    assert found["reason"].startswith("profit: too few positions: ")
    assert found["exit_probability"]["auc"]["value"] is None
    assert found["exit_probability"]["auc"]["reason"] == "no rows"
    assert found["distribution"]["quantiles"]["p50"] is None
    assert found["importance"] == found["by_bars_held"] == found["reliability"] == []
    assert found["calibrator"] == {}
    assert [row["n"] for row in found["gain_by_score"]] == [0] * 10
    json.dumps(store.to_json_value(found), allow_nan=False)


def test_no_position_with_an_outcome(some: Lifetimes) -> None:
    nothing = np.full(len(some.rows), np.nan)
    unknown = np.full(len(some.rows), -1, np.int8)
    labels = {"exit_beats_holding": unknown, "stop_before_target": unknown,
              "bars_to_best_exit": nothing,
              "hold_net_frac": nothing}  # fmt: skip
    found = to_json(
        evaluate_exit_scores(scored(some.with_(**labels)), some.bars_ms, SPLIT, JUDGING, DECISION)
    )
    assert found["reason"] == "no position with a known outcome out of sample"


def test_a_history_that_ends_early(some: Lifetimes) -> None:
    early = replace(some, grid_ms=some.grid_ms[: 104 * 288])
    keep = some.rows.bar < 100 * 288
    rows = replace(
        some.rows,
        **{n: getattr(some.rows, n)[keep] for n in ("position", "bar", "held", "features")},
    )
    names = (
        "exit_net_frac",
        "hold_net_frac",
        "exit_beats_holding",
        "bars_to_best_exit",
        "stop_before_target",
    )
    labels = replace(some.labels, **{n: getattr(some.labels, n)[keep] for n in names})
    ends = np.minimum(some.hold.exit_index, 104 * 288 - 1)
    cut = replace(early, rows=rows, labels=labels, hold=replace(some.hold, exit_index=ends))
    soon = SPLIT.model_copy(update={"burn_in_days": 70})
    found = to_json(evaluate_exit_scores(scored(cut), early.bars_ms, soon, JUDGING, DECISION))
    assert found["reason"] == ""
    assert found["exit_models"]["profit"]["auc"]["value"] > 0.7
