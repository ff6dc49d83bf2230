"""The funnel: counts that add up, switches, each step alone, checks and regimes."""

import json

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import to_timestamps
from dipmaster.core.store import to_json_value
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.phases.selection.signals import build_funnel
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.serialisation import to_json
from dipmaster.signal_filter import TIMEFRAMES, CheckStatus
from tests.made.params import read_params

START_MS = 1_672_531_200_000
YEAR = Period(START_MS, START_MS + 30 * DAY_MS, START_MS + 390 * DAY_MS - BAR_MS, 30)
NAMES = ["candidates", "scored", "threshold", "checks", "volatility", "confirmation", "traded"]
COLUMNS = ["passes_threshold", "passes_checks", "passes_volatility", "passes_confirmation"]
FACTS = (
    CheckStatus("volume", True, False, "nearly"),
    CheckStatus("rsi", True, True, "the rule"),
    CheckStatus("news", False, False, "no source"),
    CheckStatus("liquidity", True, False, "no"),
)


@pytest.fixture(scope="module")
def sections(project):
    read = read_params("filter", "confirmation")
    return read.filter, read.confirmation


def made(passes, label, confidence, day=None, regime=None, traded=None):
    """SCORES and FILTER_RESULTS from a table of four steps, with everything on."""
    passes = np.asarray(passes, dtype=np.int8).reshape(-1, 4)
    n = len(passes)
    ids = np.arange(n, dtype=np.int64)
    day = 31 + np.arange(n) if day is None else np.asarray(day)
    regime = np.ones(n) if regime is None else np.asarray(regime)
    label = np.asarray(label)
    scores = pd.DataFrame(
        {
            "candidate_id": ids,
            "open_time": to_timestamps(START_MS + day.astype(np.int64) * DAY_MS),
            "label": label.astype(np.int8),
            "net_frac": np.where(label < 0, np.nan, np.where(label == 1, 0.004, -0.006)),
            "regime": regime.astype(np.int8),
            "confidence": np.asarray(confidence, dtype=np.float64),
        }
    )
    filter_results = pd.DataFrame(dict(zip(COLUMNS, passes.T, strict=True)))
    filter_results["candidate_id"] = ids
    filter_results["threshold"] = np.array([0.75, 0.8, 0.9, 0.9])[regime.astype(int)]
    for check in ("volume", "rsi", "news", "liquidity"):
        filter_results[f"check_{check}"] = -1 if check == "news" else passes[:, 1]
    admitted = passes.all(axis=1) & ~np.isnan(scores["confidence"].to_numpy())
    filter_results["admitted"] = admitted.astype(np.int8)
    return scores, filter_results, admitted if traded is None else np.asarray(traded, dtype=bool)


def test_a_hand_worked_funnel(sections, gates):
    """One candidate falls at each step; the last was admitted, but there was no money."""
    passes = [[1, 1, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]]
    passes += [[1, 1, 1, 1], [1, 1, 1, 1]]
    label = [0, 1, 1, 1, 1, 1, 1]
    confidence = [np.nan] + [0.9] * 6
    traded = [0, 0, 0, 0, 0, 1, 0]
    said = build_funnel(
        *made(passes, label, confidence, traded=traded), YEAR, *sections, gates, FACTS
    )
    rows = said.out_of_sample
    assert [row.step for row in rows] == NAMES
    assert [row.left for row in rows] == [7, 6, 5, 4, 3, 2, 1]
    assert [row.wins for row in rows] == [6, 6, 5, 4, 3, 2, 1]
    assert rows[0].precision == pytest.approx(6 / 7)
    assert rows[0].mean_net_bps == pytest.approx((6 * 40 - 60) / 7)
    assert all(row.on for row in rows)
    assert [row.passes for row in said.single_steps] == [6, 6, 6, 6, 6, 1]


def test_a_step_that_is_off_removes_nothing(sections, gates):
    filter_, confirmation = sections
    off = filter_.model_copy(update={"checks": False})
    passes = [[1, 0, 1, 1], [1, 1, 1, 1]]
    scores, filter_results, _ = made(passes, [1, 0], [0.9, 0.9])
    filter_results["admitted"] = np.int8(1)
    traded = np.array([True, True])
    rows = build_funnel(scores, filter_results, traded, YEAR, off, confirmation, gates, FACTS)
    by_step = {row.step: row for row in rows.out_of_sample}
    assert by_step["checks"].on is False
    assert by_step["checks"].left == by_step["threshold"].left == by_step["traded"].left == 2
    alone = {row.step: row for row in rows.single_steps}
    assert alone["checks"].passes == 1


def test_counts_never_rise_and_both_ends_are_the_tables_own(sections, gates):
    rng = np.random.default_rng(4)
    n = 800
    passes = rng.random((n, 4)) < 0.8
    confidence = np.where(rng.random(n) < 0.9, 0.9, np.nan)
    label = rng.integers(-1, 2, n)
    day = np.sort(rng.integers(0, 390, n))
    scores, filter_results, admitted = made(
        passes, label, confidence, day=day, regime=rng.integers(-1, 3, n)
    )
    traded = admitted & (rng.random(n) < 0.9) & (label >= 0)
    said = build_funnel(scores, filter_results, traded, YEAR, *sections, gates, FACTS)
    late = day >= 30
    for name, kept in (("out_of_sample", late), ("burn_in_included", np.ones(n, dtype=bool))):
        left = [row.left for row in getattr(said, name)]
        assert left == sorted(left, reverse=True)
        assert (left[0], left[-2], left[-1]) == (
            kept.sum(),
            (admitted & kept).sum(),
            (traded & kept).sum(),
        )
        for row in getattr(said, name):
            assert row.labelled <= row.left
            assert row.precision == pytest.approx(row.wins / row.labelled)
            assert row.low < row.precision < row.high
    regimes = said.by_regime
    assert [row.regime for row in regimes] == ["low", "normal", "high", "unknown"]
    assert [row.threshold for row in regimes] == [0.75, 0.8, 0.9, 0.9]
    for key, total in (("candidates", late), ("admitted", admitted & late)):
        assert sum(getattr(row, key) for row in regimes) == total.sum()
    json.dumps(to_json_value(to_json(said)), allow_nan=False)


def test_checks_say_what_applies_and_what_they_let_through(sections, gates):
    passes = [[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1], [1, 0, 1, 1]]
    said = build_funnel(*made(passes, [1, 1, 0, 0], [0.9] * 4), YEAR, *sections, gates, FACTS)
    checks = {row.check: row for row in said.checks}
    assert (checks["volume"].passes, checks["volume"].of) == (2, 4)
    assert checks["volume"].precision == checks["volume"].precision_of_rest == 0.5
    assert checks["rsi"].implied is True
    assert (checks["news"].applicable, checks["news"].passes) == (False, None)
    assert checks["news"].reason == "no source"


def test_signs_are_reported_where_they_are_given(sections, gates):
    names = [name for frame in TIMEFRAMES.values() for name in frame]
    signs = {name: np.array([1.0, 0.5, 0.0]) for name in names}
    given = made([[1, 1, 1, 1]] * 3, [1, 0, 0], [0.9] * 3)
    said = build_funnel(*given, YEAR, *sections, gates, FACTS, signs).confirmation_signals
    assert [row.signal for row in said] == names
    assert (said[0].mean, said[0].passes, said[0].precision) == (0.5, 1, 1.0)
    assert build_funnel(*given, YEAR, *sections, gates, FACTS).confirmation_signals == ()


def test_a_funnel_that_runs_dry_says_so(sections, gates):
    given = made([[0, 1, 1, 1]] * 3, [1, 0, 0], [0.1] * 3)
    said = build_funnel(*given, YEAR, *sections, gates, FACTS)
    last = said.out_of_sample[-1]
    assert (last.left, last.precision, last.mean_net_bps) == (0, None, None)
    assert last.reason == "no candidate is left"
    json.dumps(to_json_value(to_json(said)), allow_nan=False)


def test_no_candidate_at_all(sections, gates):
    said = build_funnel(*made([], [], []), YEAR, *sections, gates, FACTS)
    assert [row.left for row in said.out_of_sample] == [0] * 7
    assert said.by_regime[0].threshold is None
    json.dumps(to_json_value(to_json(said)), allow_nan=False)
