"""Whole markets in which there is nothing to find: phases 1 and 2 pass no gate.

Once the outcomes that the models learn from are shuffled, once the market reverts
nothing (edge 0). Thresholds as in params.yaml, and forced low, so that phase 1
trades some or nearly all candidates. The same market with scores that know each
outcome shows that the gates can pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dipmaster.confidence import Scores
from dipmaster.core.params import Params
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.exits import licence
from studies.changed_params import override_params
from studies.exits_in_process import compute_exits
from studies.phases_in_process import evaluate_all_phases
from studies.scores_in_process import ScoredMarket, keep_outcomes, score_market
from studies.shuffled_outcomes import group_by_month, shuffle_outcomes

pytestmark = pytest.mark.slow

SMALL = {
    "signal.z_min": 0.5,
    "confidence.min_train": {"candidates": 30, "per_class": 5},
    "confidence.trees.rounds": 15,
    "confidence.trees.min_leaf": 10,
    "confidence.cross_fitting": {"runs": 3, "refit_months": 1},
    "confidence.correlation_days": 10,
    "confidence.evaluation.block_days": 5,
    "confidence.evaluation.bootstrap_reps": 100,
    "confidence.evaluation.bins": 4,
    "confidence.evaluation.permutations": 1,
    "exits.models.min_train": {"candidates": 30, "per_class": 5},
    "exits.models.trees.rounds": 15,
    "exits.models.evaluation.block_days": 5,
    "exits.models.evaluation.bootstrap_reps": 100,
    "exits.models.evaluation.permutations": 1,
    "volatility.garch.window_days": 7,
    "volatility.garch.min_days": 3,
    "volatility.har.window_days": 14,
    "volatility.har.min_days": 1,
    "volatility.range_window_days": 4,
    "split.burn_in_days": 45,
    "split.models_from_day": 14,
    "gates.block_days": 5,
    "gates.bootstrap_reps": 200,
    "gates.random_entry.draws": 200,
    "gates.min_trades": 30,
}
MARKET = {"coins": 4, "days": 120, "seed": 3}
ACTING = {"full_probability": 0.5, "partial_probability": 0.45}
ROADMAP, SOME, ALL = None, 0.52, 0.3  # thresholds of params.yaml, or one for all regimes


def params_with(threshold: float | None, **decision: float) -> Params:
    changes: dict[str, Any] = dict(SMALL)
    changes |= {f"exits.decision.{name}": value for name, value in decision.items()}
    if threshold is not None:
        regimes = ("low_volatility", "normal_volatility", "high_volatility")
        changes["confidence.thresholds"] = dict.fromkeys(regimes, threshold)
    return override_params(changes)


@pytest.fixture(scope="module")
def market(project) -> Callable[..., ScoredMarket]:
    made: dict[tuple[float, bool], ScoredMarket] = {}

    def scored(edge: float, shuffle: bool) -> ScoredMarket:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(project)
            change = shuffle_outcomes if shuffle else keep_outcomes
            return score_market(params_with(ROADMAP), change, edge=edge, **MARKET)

    def once(edge: float, shuffle: bool = False) -> ScoredMarket:
        if (edge, shuffle) not in made:
            made[edge, shuffle] = scored(edge, shuffle)
        return made[edge, shuffle]

    return once


def phase_1(
    project, some: ScoredMarket, threshold: float | None, scores: Scores | None = None
) -> tuple[Mapping[str, Any], PhaseEvaluation]:
    """What the scores knew, and phase 1 judged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        record, result = evaluate_all_phases(some, scores or some.scores, params_with(threshold))
    found = result.evaluations[1]
    assert found.phase == 1
    return record, found


def verdicts(found: PhaseEvaluation) -> dict[str, str]:
    return {row.metric: row.verdict for row in found.gates.rows}


def null_errors(scores: Scores, p: np.ndarray, boundary_ms: int) -> float:
    """Rank sums within symbol and month, in standard errors that they have where p says nothing.

    Between months a flat p says something by accident: the rate of the past.
    """
    events, over, variance = scores.events, 0.0, 0.0
    known = (events.signal_ms >= boundary_ms) & np.isfinite(p) & (events.label >= 0)
    group = group_by_month(events)
    for code in np.unique(group[known]):
        rows = np.flatnonzero(known & (group == code))
        won, said = events.won[rows] > 0, p[rows]
        above = said[won][:, None] - said[~won][None, :]
        over += float(np.sum((above > 0) + 0.5 * (above == 0)) - 0.5 * above.size)
        variance += above.size * (rows.size + 1) / 12.0
    return over / float(np.sqrt(variance))


def boundary_of(some: ScoredMarket) -> int:
    return some.bars_ms[0] + int(SMALL["split.burn_in_days"]) * 86_400_000


def test_shuffled_outcomes_are_not_learned(market) -> None:
    """The same market unshuffled is learned, so there was something to lose."""
    null, honest = market(0.8, shuffle=True), market(0.8)
    for family, ensemble in null.scores.base.ensembles.items():
        assert abs(null_errors(null.scores, ensemble.p_ensemble, boundary_of(null))) < 3.0, family
    assert np.isfinite(null.scores.confidence).any()
    assert abs(null_errors(null.scores, null.scores.confidence, boundary_of(null))) < 3.0
    learned = honest.scores.base.ensembles["classifier"].p_ensemble
    assert null_errors(honest.scores, learned, boundary_of(honest)) > 3.0


@pytest.mark.parametrize(("edge", "shuffle"), [(0.8, True), (0.0, False)])
@pytest.mark.parametrize(("threshold", "trades"), [(ROADMAP, 0), (SOME, 30), (ALL, 300)])
def test_nothing_to_find_passes_no_gate(
    project, market, edge: float, shuffle: bool, threshold: float | None, trades: int
) -> None:
    record, found = phase_1(project, market(edge, shuffle), threshold)
    assert record["candidates"]["scored_out_of_sample"] > 500
    assert found.sample.trades >= trades
    assert "PASS" not in verdicts(found).values(), verdicts(found)
    if threshold is ROADMAP:  # no trade was good enough
        assert found.sample.trades == 0
        assert all("abstained" in row.reason for row in found.gates.rows)
    else:
        assert "FAIL" in verdicts(found).values()


def test_exits_find_nothing_either(project, market) -> None:
    """Phase 2 on nearly all candidates, models forced to act, where nothing reverts."""
    some, params = market(0.0), params_with(ALL, **ACTING)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        # Nothing earns, so nothing would be sold.
        patch.setattr(licence, "_bound", lambda *_: (1.0, 1.0, 9))
        patch.setattr(licence, "_refuse", lambda *_: "")
        _, exit_inputs = compute_exits(some, some.scores, params)
        _, result = evaluate_all_phases(some, some.scores, params, exit_inputs)
    found = result.evaluations[2]
    assert found.sample.trades >= 300
    assert found.broken == []
    sold = result.ledgers[2].fills["exit_type"].isin(["optimal_timing", "profit_taking"])
    assert sold.sum() >= 20
    assert "PASS" not in verdicts(found).values(), verdicts(found)
    assert "FAIL" in verdicts(found).values()


def test_the_gates_can_pass_here(project, market) -> None:
    """Scores that know how each trade ends, but for every twentieth."""
    some = market(0.8)
    scores, kind = some.scores, some.scores.kind
    walk = scores.calibrators[kind]
    told_right = np.arange(scores.events.count) % 20 > 0
    knowing = np.where((scores.events.won > 0) == told_right, 0.95, 0.05)
    told = replace(walk, predictions=np.where(walk.fold >= 0, knowing, np.nan))
    known = replace(scores, calibrators={**scores.calibrators, kind: told})
    _, found = phase_1(project, some, SOME, known)
    passed = {name for name, verdict in verdicts(found).items() if verdict == "PASS"}
    assert {"win_rate", "sharpe", "profit_factor"} <= passed
