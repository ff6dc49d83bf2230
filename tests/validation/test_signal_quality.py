"""Signal quality against hand-computed tables, sklearn and statsmodels; and its edges."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from statsmodels.stats.contingency_tables import mcnemar as oracle_mcnemar

from dipmaster.foundation.errors import DataError
from dipmaster.foundation.panel import as_times
from dipmaster.foundation.periods import BAR_MS, DAY_MS
from dipmaster.learning.judging.clustered import clopper_pearson, t_critical
from dipmaster.validation.signals import signal_quality
from dipmaster.validation.signals.by_regime import clustered_covariance, heterogeneity
from dipmaster.validation.signals.consistency import (
    MIN_FOLDS,
    Folds,
    consistency,
    folds_of,
    spread_and_noise,
)
from dipmaster.validation.signals.outcomes import labelled
from dipmaster.validation.signals.paired import Ratio
from dipmaster.validation.signals.planted import is_followed
from dipmaster.validation.splits import Period

ALPHA = 0.025
START_MS = 1_672_531_200_000  # 2023-01-01
YEAR = Period(START_MS, START_MS + 30 * DAY_MS, START_MS + 390 * DAY_MS - BAR_MS, 30)


def tables(day, label, traded, regime=None, confidence=0.9) -> tuple[Any, Any, Any]:
    """SCORES, ADMISSION and the traded flag of candidates, `day` counted from the first bar."""
    n = len(day)
    ids = np.arange(n, dtype=np.int64)
    label, traded = np.asarray(label), np.asarray(traded, dtype=np.bool_)
    scores = pd.DataFrame(
        {
            "candidate_id": ids,
            "symbol": pd.Series(["AUSDT"] * n, dtype="str"),
            "open_time": as_times(START_MS + (np.asarray(day) * DAY_MS).astype(np.int64)),
            "net_frac": np.where(label < 0, np.nan, np.where(label == 1, 0.004, -0.006)),
            "label": label.astype(np.int8),
            "regime": np.zeros(n, np.int8) if regime is None else np.asarray(regime, np.int8),
            "confidence": np.full(n, confidence),
        }
    )
    admission = pd.DataFrame({"candidate_id": ids, "admitted": traded.astype(np.int8)})
    return scores, admission, traded


def random_tables(seed: int, n: int = 1500, keep: float = 0.3) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    day = np.sort(rng.uniform(30, 390, n))
    odds = 0.55 + 0.15 * np.sin(day / 20)
    won = rng.random(n) < odds
    traded = rng.random(n) < keep * (0.6 + 0.8 * won)
    return tables(day, won.astype(int), traded, rng.integers(0, 3, n))


def test_values_are_those_of_sklearn_and_statsmodels(gates):
    scores, admission, traded = random_tables(1)
    said = signal_quality(scores, admission, traded, YEAR, gates)
    truth = scores["label"].to_numpy()
    p, r, f, _ = precision_recall_fscore_support(truth, traded, average="binary")
    tn, fp, fn, tp = confusion_matrix(truth, traded).ravel()
    values = [said[name]["value"] for name in ("precision", "recall", "f1", "false_positive_rate")]
    assert values == pytest.approx([p, r, f, fp / (fp + tn)], rel=1e-12)
    assert (said["n_traded"], said["n_positive"], said["n_candidates"]) == (tp + fp, tp + fn, 1500)
    oracle = oracle_mcnemar([[tp, fn], [tn, fp]], exact=True)
    assert (said["mcnemar"]["b"], said["mcnemar"]["c"]) == (fn, tn)
    assert said["mcnemar"]["p"] == pytest.approx(oracle.pvalue, rel=1e-9)


def test_paired_changes_are_after_minus_before(gates):
    scores, admission, traded = random_tables(2)
    said = signal_quality(scores, admission, traded, YEAR, gates)
    truth = scores["label"].to_numpy()
    after = precision_recall_fscore_support(truth, traded, average="binary")
    before = precision_recall_fscore_support(truth, np.ones(truth.size), average="binary")
    for place, name in enumerate(("precision_change", "recall_change", "f1_change")):
        change = said["paired"][name]
        assert change["value"] == pytest.approx(after[place] - before[place])
        assert change["relative_frac"] == pytest.approx(after[place] / before[place] - 1)
        assert change["low"] < change["value"] < change["high"]
    assert said["paired"]["trades_change"]["value"] == pytest.approx(-said["removed_frac"])


def test_the_error_of_a_change_by_hand(gates):
    """Sums a block, one by one: the slow twin of the influence formula."""
    scores, admission, traded = random_tables(3)
    said = signal_quality(scores, admission, traded, YEAR, gates)["paired"]["precision_change"]
    won = scores["label"].to_numpy() == 1
    block = ((np.arange(won.size) * 0) + YEAR.block_of(YEAR.day_of(_ms(scores)))).astype(int)
    precision, base = won[traded].mean(), won.mean()
    squares = alone = 0.0
    for b in range(YEAR.blocks):
        total = 0.0
        for i in np.flatnonzero(block == b):
            part = traded[i] * (won[i] - precision) / traded.sum() - (won[i] - base) / won.size
            total += part
            alone += part**2
        squares += total**2
    variance = max(squares * 12 / 11, alone * won.size / (won.size - 1))
    half = t_critical(11, gates.alpha) * math.sqrt(variance)
    assert said["high"] - said["value"] == pytest.approx(half)
    assert said["value"] - said["low"] == pytest.approx(half)


def test_few_trades_widen_the_bounds_to_the_exact_ones(gates):
    """Six trades, all won, in six blocks: a logit interval would have no width."""
    day = np.arange(30, 390, 3.0)
    traded = np.zeros(day.size, dtype=bool)
    traded[[3, 13, 23, 33, 43, 53]] = True
    label = (np.arange(day.size) % 2).astype(int)
    said = signal_quality(*tables(day, label, traded), YEAR, gates)
    low, high = clopper_pearson(1.0, 6.0, gates.alpha)
    assert (said["precision"]["low"], said["precision"]["high"]) == pytest.approx((low, high))
    change = said["paired"]["precision_change"]
    assert change["value"] == 0.5
    assert change["low"] <= 0.5 - (1.0 - low)
    assert said["recall"]["low"] < 0.1 < said["recall"]["high"]


def test_a_hand_worked_table(gates):
    """4 candidates: two won, of which one was traded; one loser was traded."""
    said = signal_quality(*tables([31, 62, 93, 124], [1, 1, 0, 0], [1, 0, 1, 0]), YEAR, gates)
    names = ("precision", "recall", "f1", "false_positive_rate")
    assert [said[name]["value"] for name in names] == [0.5, 0.5, 0.5, 0.5]
    assert said["base_precision"] == said["removed_frac"] == 0.5
    assert said["mcnemar"] == {"b": 1, "c": 1, "p": 1.0, "reason": ""}
    assert said["traded_mean_p"] == pytest.approx(0.9)


def test_burn_in_and_trades_that_never_took_place_are_left_out(gates):
    said = signal_quality(
        *tables([1, 31, 62, 93], [1, 1, -1, 0], [True, True, False, False]), YEAR, gates
    )
    assert (said["n_candidates"], said["n_unlabelled"], said["n_traded"]) == (2, 1, 1)
    assert said["recall"]["n"] == 1


def _finite(value: Any) -> None:
    json.dumps(value, allow_nan=False, default=float)


def test_nothing_traded(gates):
    day = np.arange(30, 390, 3.0)
    label = (np.arange(day.size) % 2).astype(int)
    said = signal_quality(*tables(day, label, np.zeros(day.size)), YEAR, gates)
    _finite(said)
    assert said["precision"]["value"] is None
    assert said["precision"]["reason"] == "no candidate was traded"
    assert (said["recall"]["value"], said["f1"]["value"]) == (0.0, 0.0)
    assert 0.0 == said["recall"]["low"] < said["recall"]["high"] < 0.2
    assert said["paired"]["precision_change"]["reason"] == "no candidate was traded"
    assert said["paired"]["trades_change"]["value"] == -1.0
    assert said["consistency"]["reason"] == "0 months with trades, at least 8 are needed"
    assert said["heterogeneity"]["reason"] == "fewer than two regimes were traded"
    assert said["traded_mean_p"] is said["traded_win_rate"] is said["planted_recall"] is None
    assert said["win_rate_by_regime"] == []


def test_everything_traded(gates):
    day = np.arange(30, 390, 3.0)
    label = (np.arange(day.size) % 3 > 0).astype(int)
    said = signal_quality(*tables(day, label, np.ones(day.size)), YEAR, gates)
    _finite(said)
    assert said["precision"]["value"] == said["base_precision"] == pytest.approx(2 / 3)
    assert (said["recall"]["value"], said["false_positive_rate"]["value"]) == (1.0, 1.0)
    for change in said["paired"].values():
        assert change["value"] == 0.0
        assert change["low"] <= 0.0 <= change["high"]
    assert said["mcnemar"]["p"] is None
    assert said["mcnemar"]["reason"] == "nothing was filtered out"
    assert said["consistency"]["value"] == said["consistency"]["before"]


def test_no_positives(gates):
    day = np.arange(30, 390, 3.0)
    traded = np.arange(day.size) % 4 == 0
    said = signal_quality(*tables(day, np.zeros(day.size), traded), YEAR, gates)
    _finite(said)
    assert said["recall"]["value"] is None
    assert said["recall"]["reason"] == "no candidate was profitable"
    assert (said["precision"]["value"], said["f1"]["value"]) == (0.0, 0.0)
    assert said["paired"]["recall_change"]["value"] is None
    assert said["paired"]["precision_change"]["value"] == 0.0
    assert said["consistency"]["reason"] == "the wins lie in one month: nothing to compare"


def test_no_candidate_at_all(gates):
    said = signal_quality(*tables([], [], []), YEAR, gates)
    _finite(said)
    assert said["n_candidates"] == 0
    assert said["base_precision"] is None
    assert said["paired"]["trades_change"]["reason"] == "no candidate"


def test_one_block_has_values_and_no_bounds(gates):
    said = signal_quality(*tables([31, 32, 33, 34], [1, 0, 1, 0], [1, 1, 0, 0]), YEAR, gates)
    for name in ("precision", "recall", "f1"):
        assert said[name]["value"] == 0.5
        assert said[name]["low"] is said[name]["high"] is None
        assert said[name]["reason"] == "one block only"
    change = said["paired"]["precision_change"]
    assert (change["value"], change["low"], change["reason"]) == (0.0, None, "one block only")


def test_trades_must_be_admitted_and_rows_must_match(gates):
    scores, admission, traded = tables([31, 62], [1, 0], [1, 1])
    with pytest.raises(DataError, match="1 trades of others"):
        signal_quality(scores, admission.assign(admitted=[1, 0]), traded, YEAR, gates)
    with pytest.raises(DataError, match="same 2 candidates"):
        signal_quality(scores, admission.iloc[::-1], traded, YEAR, gates)


def test_f1_bounds_come_from_the_overlap_of_traded_and_profitable(gates):
    """F1 = 2 J / (1 + J) with J the share of both among either: a share like any other."""
    scores, admission, traded = random_tables(4)
    said = signal_quality(scores, admission, traded, YEAR, gates)
    won = scores["label"].to_numpy() == 1
    either = won | traded
    picked = tables(
        (_ms(scores)[either] - START_MS) / DAY_MS, (won & traded)[either], np.ones(either.sum())
    )
    overlap = signal_quality(*picked, YEAR, gates)["precision"]
    for bound in ("value", "low", "high"):
        assert said["f1"][bound] == pytest.approx(2 * overlap[bound] / (1 + overlap[bound]))


def test_consistency_takes_the_noise_of_months_off():
    """Four months of 10 trades with 5, 6, 8, 9 wins: variance .0333, noise .7 x .3 / 10 = .021."""
    trades, wins = np.full(4, 10.0), np.array([5.0, 6.0, 8.0, 9.0])
    spread, luck = spread_and_noise(trades, wins)
    assert spread == pytest.approx(np.var([0.5, 0.6, 0.8, 0.9], ddof=1) / 0.7**2)
    assert luck == pytest.approx(0.021 / 0.7**2)


def test_bounds_of_consistency_err_no_more_often_than_they_say():
    """Months truly differ by .1 about .8: each bound misses in under 5 % (nominal 2.5) of 300."""
    truth, rng = 1.0 - 0.1 / 0.8, np.random.default_rng(12)
    above = below = 0
    for _ in range(300):
        odds = np.clip(0.8 + 0.1 * rng.standard_normal(12), 0, 1)
        month = np.repeat(np.arange(12), 30)
        day = 30 + 30 * month + np.tile(np.arange(30), 12)
        won = rng.random(month.size) < odds[month]
        every = labelled(*tables(day, won, np.ones(day.size)), YEAR)
        said = consistency(replace(every, month=month), 0.025)
        assert said["low"] <= said["value"] <= said["high"]
        above, below = above + (said["low"] > truth), below + (said["high"] < truth)
    assert above < 15
    assert below < 15


def test_folds_are_utc_months_and_months_without_trades_are_named():
    day = [30, 31, 58.9, 59, 95]  # 31 January, 1 February, 28 February, 1 March, 6 April
    folds = folds_of(labelled(*tables(day, [1, 0, 1, 1, 1], [1, 1, 1, 0, 1]), YEAR))
    assert folds.names == ("2023-01", "2023-02", "2023-03", "2023-04")
    assert folds.trades.tolist() == [1, 2, 0, 1]
    assert folds.wins.tolist() == [1, 1, 0, 1]
    assert Folds(folds.names, folds.trades, folds.wins).precision.tolist() == [1.0, 0.5, 1.0]


def _monthly(precisions, each, gates):
    """Twelve months, `each` trades a month at the given precision, and as many not traded."""
    middle = [45 + 30.4 * month for month in range(len(precisions))]
    day = np.repeat(middle, 2 * each)
    label = np.concatenate([np.tile(np.arange(each) < p * each, 2) for p in precisions])
    traded = np.tile(np.repeat([True, False], each), len(precisions))
    return signal_quality(*tables(day, label, traded), YEAR, gates)["consistency"]


def test_equal_months_are_consistent_and_their_bound_is_not(gates):
    said = _monthly([0.8] * 11, 10, gates)
    assert said["value"] == said["raw"] == said["high"] == 1.0
    assert 0.7 < said["low"] < 0.9  # .8 within 10 trades: luck alone is .16 of the mean
    noisy = _monthly([0.7, 0.9] * 5, 10, gates)
    assert noisy["raw"] < 0.9 < noisy["value"]
    assert noisy["low"] < noisy["value"]


def test_months_that_truly_differ_are_not_consistent(gates):
    said = _monthly([0.4, 0.9] * 5, 200, gates)
    raw = 1 - np.std([0.4, 0.9] * 5, ddof=1) / 0.65
    assert said["raw"] == pytest.approx(raw)
    assert said["value"] == pytest.approx(raw, abs=0.01)
    assert said["low"] < said["value"] < said["high"] < 0.9


def test_fewer_than_eight_months_have_no_consistency(gates):
    said = _monthly([0.8] * (MIN_FOLDS - 1), 10, gates)
    assert said["value"] is said["low"] is said["before"] is None
    assert said["reason"] == "7 months with trades, at least 8 are needed"
    assert len(said["folds"]) == 7


def _regimes(rates, each, blocks, seed=None):
    """Traded candidates of three regimes, `each` a block."""
    rng = np.random.default_rng(seed)
    day, label, regime = [], [], []
    for b in range(blocks):
        for code, rate in enumerate(rates):
            day += [30 + 30 * b + 10 * code] * each
            own = np.arange(each) < rate * each if seed is None else rng.random(each) < rate
            label += own.astype(int).tolist()
            regime += [code] * each
    order = np.argsort(day, kind="stable")
    day, label, regime = (np.array(x)[order] for x in (day, label, regime))
    return labelled(*tables(day, label, np.ones(day.size), regime), YEAR)


def test_regimes_that_win_alike_and_regimes_that_do_not():
    alike = heterogeneity(_regimes([0.5, 0.5, 0.5], 10, 12), 6, ALPHA)
    assert (alike["chi2"], alike["df"], alike["p"]) == (0.0, 2, 1.0)
    assert (alike["verdict"], alike["alpha"]) == ("NO DIFFERENCE FOUND", ALPHA)
    different = heterogeneity(_regimes([0.3, 0.5, 0.9], 20, 12), 6, ALPHA)
    assert different["p"] < 1e-6
    assert different["verdict"] == "DIFFER"
    assert different["reason"] == ""


def test_the_level_alone_decides_between_the_two_verdicts():
    found = heterogeneity(_regimes([0.4, 0.6], 10, 12), 6, ALPHA)
    below, above = (
        heterogeneity(_regimes([0.4, 0.6], 10, 12), 6, found["p"] * factor)
        for factor in (0.99, 1.01)
    )
    assert (below["verdict"], above["verdict"]) == ("NO DIFFERENCE FOUND", "DIFFER")


def test_heterogeneity_is_the_wald_statistic_of_independent_trades_where_blocks_say_no_more():
    """Equal sums in every block: the floor makes each variance that of independent trades."""
    said = heterogeneity(_regimes([0.4, 0.6], 10, 12), 6, ALPHA)
    variance = 2 * 0.24 / 120 * 240 / 239  # both regimes together have 240 rows
    assert said["chi2"] == pytest.approx(0.2**2 / variance)
    from scipy.stats import f

    assert said["p"] == pytest.approx(f.sf(said["chi2"], 1, 11))


def test_heterogeneity_rejects_no_more_often_than_it_says():
    """Nominal 5 %; 300 markets without a difference: fewer than 9 % (p = .002 at 5 %)."""
    rejected = [
        heterogeneity(_regimes([0.6, 0.6, 0.6], 8, 12, seed), 6, ALPHA)["p"] < 0.05
        for seed in range(300)
    ]
    assert 0 < np.mean(rejected) < 0.09


def test_regimes_with_too_few_wins_or_losses_are_named():
    said = heterogeneity(_regimes([0.5, 0.6, 1.0], 10, 12), 6, ALPHA)
    assert said["df"] == 1
    assert said["reason"] == "regime high left out: 120 wins and 0 losses, 5 of each are needed"
    none = heterogeneity(_regimes([1.0, 1.0], 10, 12), 6, ALPHA)
    assert none["chi2"] is none["verdict"] is None
    assert "regime low left out" in none["reason"]
    assert (
        heterogeneity(_regimes([0.5, 0.6], 10, 3), 6, ALPHA)["reason"] == "trades in 3 blocks only"
    )


def test_covariance_is_clustered_and_at_least_that_of_independent_rows():
    """Two sums, rows of either; by hand with 4 / 3 and 2 / 1 as the small-sample factors."""
    influence = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0], [0.0, -3.0]])
    apart = clustered_covariance(influence, np.array([0, 1, 0, 1]))  # sums (1, 3) and (-1, -3)
    alone = 4 / 3 * np.array([2.0, 18.0])
    raw = 2 * np.array([[2.0, 6.0], [6.0, 18.0]]) / np.sqrt(np.outer(alone, alone))
    assert np.linalg.eigvalsh(raw) == pytest.approx([0.0, 3.0])
    floored = 0.5 * np.array([[3.0 + 1.0, 3.0 - 1.0], [3.0 - 1.0, 3.0 + 1.0]])
    assert apart == pytest.approx(floored * np.sqrt(np.outer(alone, alone)))
    together = clustered_covariance(influence, np.array([0, 0, 1, 1]))  # every sum is 0
    assert together == pytest.approx(np.diag(alone))


def test_win_rate_by_regime_is_the_interval_of_a_win_rate(gates):
    scores, admission, traded = random_tables(6)
    rows = signal_quality(scores, admission, traded, YEAR, gates)["win_rate_by_regime"]
    assert [row["regime"] for row in rows] == ["low", "normal", "high"]
    own = traded & (scores["regime"].to_numpy() == 1)
    assert rows[1]["n"] == own.sum()
    assert rows[1]["win_rate"] == pytest.approx((scores["label"].to_numpy() == 1)[own].mean())
    assert rows[1]["low"] < rows[1]["win_rate"] < rows[1]["high"]


def test_a_ratio_has_influences_that_sum_to_zero():
    ratio = Ratio(np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 2.0]))
    assert ratio.value == 0.5
    assert ratio.influence == pytest.approx([0.125, -0.125, 0.0])


def test_planted_recall_counts_drops_of_the_own_coin_on_the_bar_or_two_after(gates):
    """Drops at bars 0 (followed on it), 100 (2 after), 200 (3 after), 300 (not traded)."""
    boundary = YEAR.out_of_sample_ms

    def at(bars: list[int]) -> pd.DatetimeIndex:
        return as_times(boundary + np.array(bars) * BAR_MS)

    marks = {0: (1, -0.02), 100: (1, -0.01), 200: (1, -0.01), 300: (1, -0.01)}
    others = {150: (1, 0.02), 250: (2, -0.02), -500: (1, -0.02)}  # up, news, burn-in
    both = dict(sorted({**marks, **others}.items()))
    truth = {
        "AUSDT": pd.DataFrame(
            {
                "open_time": at(list(both)),
                "jump_mark": np.array([m for m, _ in both.values()], dtype=np.int8),
                "jump_frac": [x for _, x in both.values()],
            }
        )
    }
    scores, admission, traded = tables([31] * 4, [1] * 4, [1, 1, 1, 0])
    scores["open_time"] = at([0, 102, 203, 300])
    said = signal_quality(scores, admission, traded, YEAR, gates, truth)["planted_recall"]
    assert (said["value"], said["n"], said["by_candidates"]) == (0.5, 4, 0.75)
    of_another = {"BUSDT": truth["AUSDT"]}
    other = signal_quality(scores, admission, traded, YEAR, gates, of_another)["planted_recall"]
    assert (other["value"], other["by_candidates"]) == (0.0, 0.0)
    calm = {"AUSDT": truth["AUSDT"].assign(jump_mark=np.int8(0))}
    none = signal_quality(scores, admission, traded, YEAR, gates, calm)["planted_recall"]
    assert (none["value"], none["reason"]) == (None, "no drop was planted out of sample")


def test_followed_is_the_slow_twin():
    rng = np.random.default_rng(8)
    drops, signals = (np.unique(rng.integers(0, 400, 60)) * BAR_MS for _ in range(2))
    slow = [any(0 <= s - d <= 2 * BAR_MS for s in signals) for d in drops]
    assert is_followed(drops, signals).tolist() == slow


def test_the_order_of_the_blocks_does_not_matter_and_the_bytes_are_the_same(gates):
    given = random_tables(9)
    one, two = (signal_quality(*given, YEAR, gates) for _ in range(2))
    assert json.dumps(one, default=float) == json.dumps(two, default=float)


def _ms(scores: pd.DataFrame) -> np.ndarray:
    return scores["open_time"].astype("int64").to_numpy()
