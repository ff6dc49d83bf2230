"""Signal quality against hand-computed tables, sklearn and statsmodels."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from statsmodels.stats.contingency_tables import mcnemar as oracle_mcnemar

from dipmaster.core.panel import to_timestamps
from dipmaster.core.store import to_json_value
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.phases.selection.signals import measure_signal_quality
from dipmaster.evaluation.phases.selection.signals.paired import Ratio
from dipmaster.evaluation.phases.selection.signals.planted import is_followed
from dipmaster.learning.evaluation.clustered import clopper_pearson, t_critical
from dipmaster.results.evaluation.signal_quality import McNemar
from dipmaster.results.serialisation import to_json
from tests.evaluation.signal_tables import START_MS, YEAR, random_tables, tables


def test_values_are_those_of_sklearn_and_statsmodels(gates):
    scores, filter_results, traded = random_tables(1)
    said = measure_signal_quality(scores, filter_results, traded, YEAR, gates)
    truth = scores["label"].to_numpy()
    p, r, f, _ = precision_recall_fscore_support(truth, traded, average="binary")
    tn, fp, fn, tp = confusion_matrix(truth, traded).ravel()
    values = [
        getattr(said, name).value for name in ("precision", "recall", "f1", "false_positive_rate")
    ]
    assert values == pytest.approx([p, r, f, fp / (fp + tn)], rel=1e-12)
    assert (said.n_traded, said.n_positive, said.n_candidates) == (tp + fp, tp + fn, 1500)
    oracle = oracle_mcnemar([[tp, fn], [tn, fp]], exact=True)
    assert (said.mcnemar.b, said.mcnemar.c) == (fn, tn)
    assert said.mcnemar.p == pytest.approx(oracle.pvalue, rel=1e-9)


def test_paired_changes_are_after_minus_before(gates):
    scores, filter_results, traded = random_tables(2)
    said = measure_signal_quality(scores, filter_results, traded, YEAR, gates)
    truth = scores["label"].to_numpy()
    after = precision_recall_fscore_support(truth, traded, average="binary")
    before = precision_recall_fscore_support(truth, np.ones(truth.size), average="binary")
    for place, name in enumerate(("precision_change", "recall_change", "f1_change")):
        change = getattr(said.paired, name)
        assert change.value == pytest.approx(after[place] - before[place])
        assert change.relative_frac == pytest.approx(after[place] / before[place] - 1)
        assert change.low < change.value < change.high
    assert said.paired.trades_change.value == pytest.approx(-said.removed_frac)


def test_the_error_of_a_change_by_hand(gates):
    """Sums a block, one by one: the slow twin of the influence formula."""
    scores, filter_results, traded = random_tables(3)
    said = measure_signal_quality(
        scores, filter_results, traded, YEAR, gates
    ).paired.precision_change
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
    assert said.high - said.value == pytest.approx(half)
    assert said.value - said.low == pytest.approx(half)


def test_few_trades_widen_the_bounds_to_the_exact_ones(gates):
    """Six trades, all won, in six blocks: a logit interval would have no width."""
    day = np.arange(30, 390, 3.0)
    traded = np.zeros(day.size, dtype=bool)
    traded[[3, 13, 23, 33, 43, 53]] = True
    label = (np.arange(day.size) % 2).astype(int)
    said = measure_signal_quality(*tables(day, label, traded), YEAR, gates)
    low, high = clopper_pearson(1.0, 6.0, gates.alpha)
    assert (said.precision.low, said.precision.high) == pytest.approx((low, high))
    change = said.paired.precision_change
    assert change.value == 0.5
    assert change.low <= 0.5 - (1.0 - low)
    assert said.recall.low < 0.1 < said.recall.high


def test_a_hand_worked_table(gates):
    """4 candidates: two won, of which one was traded; one loser was traded."""
    said = measure_signal_quality(
        *tables([31, 62, 93, 124], [1, 1, 0, 0], [1, 0, 1, 0]), YEAR, gates
    )
    names = ("precision", "recall", "f1", "false_positive_rate")
    assert [getattr(said, name).value for name in names] == [0.5, 0.5, 0.5, 0.5]
    assert said.base_precision == said.removed_frac == 0.5
    lacks = "sample too small (2 candidates left out, minimum 100; 2 blocks with them, minimum 6)"
    assert said.mcnemar == McNemar(b=1, c=1, p=None, reason=lacks)
    assert said.traded_mean_p == pytest.approx(0.9)


def test_f1_bounds_come_from_the_overlap_of_traded_and_profitable(gates):
    """F1 = 2 J / (1 + J) with J the share of both among either: a share like any other."""
    scores, filter_results, traded = random_tables(4)
    said = measure_signal_quality(scores, filter_results, traded, YEAR, gates)
    won = scores["label"].to_numpy() == 1
    either = won | traded
    picked = tables(
        (_ms(scores)[either] - START_MS) / DAY_MS, (won & traded)[either], np.ones(either.sum())
    )
    overlap = measure_signal_quality(*picked, YEAR, gates).precision
    for bound in ("value", "low", "high"):
        assert getattr(said.f1, bound) == pytest.approx(
            2 * getattr(overlap, bound) / (1 + getattr(overlap, bound))
        )


def test_a_ratio_has_influences_that_sum_to_zero():
    ratio = Ratio(np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 2.0]))
    assert ratio.value == 0.5
    assert ratio.influence == pytest.approx([0.125, -0.125, 0.0])


def test_planted_recall_counts_drops_of_the_own_coin_on_the_bar_or_two_after(gates):
    """Drops at bars 0 (followed on it), 100 (2 after), 200 (3 after), 300 (not traded)."""
    boundary = YEAR.out_of_sample_ms

    def at(bars: list[int]) -> pd.DatetimeIndex:
        return to_timestamps(boundary + np.array(bars) * BAR_MS)

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
    scores, filter_results, traded = tables([31] * 4, [1] * 4, [1, 1, 1, 0])
    scores["open_time"] = at([0, 102, 203, 300])
    said = measure_signal_quality(scores, filter_results, traded, YEAR, gates, truth).planted_recall
    assert (said.value, said.n, said.by_candidates) == (0.5, 4, 0.75)
    of_another = {"BUSDT": truth["AUSDT"]}
    other = measure_signal_quality(
        scores, filter_results, traded, YEAR, gates, of_another
    ).planted_recall
    assert (other.value, other.by_candidates) == (0.0, 0.0)
    calm = {"AUSDT": truth["AUSDT"].assign(jump_mark=np.int8(0))}
    none = measure_signal_quality(scores, filter_results, traded, YEAR, gates, calm).planted_recall
    assert (none.value, none.reason) == (None, "no drop with a built-in reversal out of sample")


def test_followed_is_the_slow_twin():
    rng = np.random.default_rng(8)
    drops, signals = (np.unique(rng.integers(0, 400, 60)) * BAR_MS for _ in range(2))
    slow = [any(0 <= s - d <= 2 * BAR_MS for s in signals) for d in drops]
    assert is_followed(drops, signals).tolist() == slow


def test_the_order_of_the_blocks_does_not_matter_and_the_bytes_are_the_same(gates):
    given = random_tables(9)
    one, two = (measure_signal_quality(*given, YEAR, gates) for _ in range(2))
    assert one == two
    assert json.dumps(to_json_value(to_json(one))) == json.dumps(to_json_value(to_json(two)))


def _ms(scores: pd.DataFrame) -> np.ndarray:
    return scores["open_time"].astype("int64").to_numpy()
