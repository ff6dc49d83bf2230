"""Scores to confidence.json: how every step did on candidates out of sample."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dipmaster.confidence.calibration import find_learned_rows
from dipmaster.confidence.calibration_gate import judge_calibration
from dipmaster.confidence.scores import Scores
from dipmaster.confidence.step_figures import (
    compare_calibrators,
    compare_families,
    evaluate_models,
    measure_importance,
)
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import format_time
from dipmaster.core.params import Split
from dipmaster.core.params.confidence import ConfidenceEvaluation
from dipmaster.core.time_units import out_of_sample_start_ms
from dipmaster.learning.evaluation import sample as samples
from dipmaster.learning.evaluation.ranks import auc_statistic
from dipmaster.learning.refits import Refit
from dipmaster.results.confidence import calibration, record

REGIMES = ("low", "normal", "high")


def evaluate_scores(
    scores: Scores, bars_ms: tuple[int, int], split: Split, params: ConfidenceEvaluation
) -> record.ConfidenceResults:
    """Everything that is told about the scores; None where not computable, with the reason.

    Parameters
    ----------
    bars_ms
        Open times of the market's first and last bar.
    """
    events, start_ms = scores.events, out_of_sample_start_ms(bars_ms[0], split.burn_in_days)
    known, ahead, won = events.label >= 0, events.signal_ms >= start_ms, events.won
    sample = samples.build_evaluation_sample(events.signal_ms, known, start_ms, bars_ms[1], params)
    matrix, ensemble = scores.base.matrix, scores.ensemble
    layers = ensemble.models["lgb"], scores.calibrators[scores.kind]
    return record.ConfidenceResults(
        family=scores.family,
        calibrator=scores.kind,
        out_of_sample_from=format_time(start_ms),
        candidates=record.CandidateCounts(
            all=events.count,
            labelled=int(np.count_nonzero(known)),
            out_of_sample=int(np.count_nonzero(ahead)),
            scored_out_of_sample=int(np.isfinite(scores.confidence[sample.rows]).sum()),
        ),
        base_rate=samples.mean_or_none(won[sample.rows]),
        reason=samples.explain_no_predictions(
            sample,
            scores.confidence,
            "no candidate with a label out of sample",
            [layer.reasons for layer in layers],
        ),
        features=record.ModelInputs(
            used=ensemble.family.inputs,
            left_out=tuple(record.InputLeftOut(feature=f, reason=w) for f, w in matrix.left_out),
        ),
        folds=_describe_folds(scores),
        models=evaluate_models(scores, sample),
        families=compare_families(scores, sample, params),
        reliability=_measure_reliability(scores, sample),
        calibration_by_regime={
            name: judge_calibration(scores.confidence, won, sample.within(mask), params)
            for name, mask in _regime_masks(scores).items()
        },
        components={
            name: _evaluate_component(values, won, sample)
            for name, values in scores.components.items()
        },
        importance=measure_importance(scores, sample),
        distribution=_count_distribution(scores, ahead),
        calibrators_compared=compare_calibrators(scores, sample),
    )


def _describe_folds(scores: Scores) -> tuple[record.ScoreFold, ...]:
    """A row a layer and refit: what it learned from, or why there is none.

    Both libraries share their rows.
    """
    training, ensemble = scores.base.training, scores.ensemble
    calibrator, label = scores.calibrators[scores.kind], training.rows.label
    layers: dict[record.ScoreLevel, tuple[Any, Callable[[int, int], Ints]]] = {
        "models": (
            ensemble.models["lgb"],
            lambda _, ms: training.rows_schedule.training_rows(ms, training.rows.settled),
        ),
        "calibrator": (
            calibrator,
            lambda fold, _: find_learned_rows(calibrator, fold, ensemble, training.events.count),
        ),
        "reference": (
            scores.base.reference,
            lambda _, ms: training.schedule.training_rows(ms, training.events.settled),
        ),
    }

    def describe(name: record.ScoreLevel, refit: Refit[Any], rows: Ints) -> record.ScoreFold:
        return record.ScoreFold(
            layer=name,
            fitted_at=format_time(refit.refit_ms),
            rows=rows.size,
            candidates=training.count_candidates(rows),
            wins=int(np.count_nonzero(label[rows] == 1)),
            reason=refit.reason,
        )

    return tuple(
        describe(name, refit, find_rows(fold, refit.refit_ms))
        for name, (result, find_rows) in layers.items()
        for fold, refit in enumerate(result.refits)
    )


def _regime_masks(scores: Scores) -> dict[str, Bools]:
    masks = {name: scores.base.regime == code for code, name in enumerate(REGIMES)}
    return {**masks, "all": np.ones(scores.events.count, dtype=np.bool_)}


def _measure_reliability(
    scores: Scores, sample: samples.EvaluationSample
) -> calibration.ScoreReliability:
    def measure(
        p: Floats, rows: samples.EvaluationSample = sample
    ) -> tuple[calibration.ScoreBin, ...]:
        return tuple(
            calibration.ScoreBin(
                low=one.low,
                high=one.high,
                n=one.rows.size,
                mean_p=one.mean_p,
                win_rate=one.rate,
                win_rate_low=one.rate_low,
                win_rate_high=one.rate_high,
            )
            for one in rows.reliability(p, scores.events.won)
        )

    masks = _regime_masks(scores)
    by_regime = {name: measure(scores.confidence, sample.within(masks[name])) for name in REGIMES}
    confidence, reference = measure(scores.confidence), measure(scores.base.reference.predictions)
    return calibration.ScoreReliability(
        confidence=confidence, reference=reference, by_regime=by_regime
    )


def _evaluate_component(
    values: Floats, won: Floats, sample: samples.EvaluationSample
) -> record.ComponentFigures:
    _, (component, outcome) = sample.select(values, won)
    area = auc_statistic(component, outcome).value()
    return record.ComponentFigures(mean=samples.mean_or_none(component), auc=area)


def _count_distribution(scores: Scores, ahead: Bools) -> calibration.ScoreDistribution:
    """Candidates out of sample by confidence, in bins of 1 / 20; `none` has no score."""
    masks = _regime_masks(scores) | {"unknown": np.isnan(scores.base.regime)}
    p = {name: scores.confidence[ahead & mask] for name, mask in masks.items()}
    counts = {
        name: calibration.ScoreCounts(
            counts=samples.count_by_probability(values), unscored=int(np.isnan(values).sum())
        )
        for name, values in p.items()
    }
    edges = tuple(samples.HISTOGRAM_EDGES.tolist())
    return calibration.ScoreDistribution(
        confidence=calibration.ScoreHistogram(edges=edges, **counts)
    )
