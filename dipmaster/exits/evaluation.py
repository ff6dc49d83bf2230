"""Scored rows to exits.json: how exit models and exit probability did out of sample."""

from typing import Any, Literal

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import format_time
from dipmaster.core.params import Split
from dipmaster.core.params.exits import ExitDecision, ExitEvaluation
from dipmaster.core.tables.exits import PRICE_LEVEL_FEATURES, ROADMAP_FEATURES
from dipmaster.core.time_units import out_of_sample_start_ms
from dipmaster.exits.calibrator import CALIBRATOR_INPUTS
from dipmaster.exits.model_figures import (
    evaluate_models,
    measure_acting,
    measure_gain,
    measure_importance,
    subsample_rows,
)
from dipmaster.exits.scores import ExitScores
from dipmaster.exits.training_set import ExitTrainingSet
from dipmaster.learning.cross_fitting import CrossFittedModel
from dipmaster.learning.evaluation import sample as samples
from dipmaster.learning.evaluation.sample import EvaluationSample
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.results.exits.probability import ExitBin, ExitHistogram, ProbabilityByAge
from dipmaster.results.exits.record import (
    ExitModelInputs,
    ExitModelResults,
    PositionCounts,
    RowCounts,
)
from dipmaster.results.exits.refits import ExitModelFold

GAIN_STEPS = 10
_QUANTILES = {"p01": 0.01, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p99": 0.99, "max": 1.0}


def evaluate_exit_scores(
    scores: ExitScores,
    bars_ms: tuple[int, int],
    split: Split,
    params: ExitEvaluation,
    decision: ExitDecision,
) -> ExitModelResults:
    """Everything that is told about the exit models; None where not computable.

    `distribution`, `by_bars_held`, `gain` and `acting` take every labelled row out of
    sample, the figures with intervals at most `params.max_rows` of them, subsampled by rule.

    Parameters
    ----------
    bars_ms
        Open times of the market's first and last bar.
    """
    start_ms = out_of_sample_start_ms(bars_ms[0], split.burn_in_days)
    training_set = scores.training_set
    signal_ms, label = training_set.schedule.signal_ms, training_set.label("exit_beats_holding")
    known, p = np.isfinite(label), scores.exit_probability
    whole = samples.build_evaluation_sample(signal_ms, known, start_ms, bars_ms[1], params)
    sample = subsample_rows(whole, training_set, params.max_rows)
    models, probability = evaluate_models(scores, sample)
    return ExitModelResults(
        reason=samples.explain_no_predictions(
            whole,
            p,
            "no position with a known outcome out of sample",
            [scores.missing_models, scores.calibrator.reasons],
        ),
        out_of_sample_from=format_time(start_ms),
        positions=_count_positions(training_set, start_ms),
        rows=_count_rows(scores, known, whole, sample),
        features=ExitModelInputs(roadmap=ROADMAP_FEATURES, price_levels=PRICE_LEVEL_FEATURES),
        folds=_describe_folds(scores),
        exit_models=models,
        exit_probability=probability,
        reliability=_describe_reliability(scores, label, sample),
        distribution=_describe_distribution(scores, whole),
        by_bars_held=_describe_by_age(scores, whole),
        gain_by_score=measure_gain(scores, whole, GAIN_STEPS),
        importance=measure_importance(scores, sample),
        calibrator=_average_coefficients(scores.calibrator.last_model),
        licences=scores.licences,
        acting=measure_acting(scores, whole, decision, licensed=True),
        acting_unlicensed=measure_acting(scores, whole, decision, licensed=False),
    )


def _count_positions(training_set: ExitTrainingSet, start_ms: int) -> PositionCounts:
    return PositionCounts(
        all=training_set.signal_ms.size,
        opened=np.unique(training_set.rows.position).size,
        out_of_sample=int(np.count_nonzero(training_set.signal_ms >= start_ms)),
    )


def _count_rows(
    scores: ExitScores, known: Bools, whole: EvaluationSample, sample: EvaluationSample
) -> RowCounts:
    scored = np.isfinite(scores.exit_probability)
    return RowCounts(
        all=len(scores.training_set.rows),
        labelled=int(np.count_nonzero(known)),
        out_of_sample=len(whole),
        scored_out_of_sample=int(np.count_nonzero(scored[whole.rows])),
        evaluated=int(np.count_nonzero(scored[sample.rows])),
    )


def _describe_reliability(
    scores: ExitScores, label: Floats, sample: EvaluationSample
) -> tuple[ExitBin, ...]:
    bins = sample.reliability(scores.exit_probability, label, scores.training_set.stake_frac)
    return tuple(
        ExitBin(
            low=one.low,
            high=one.high,
            n=one.rows.size,
            mean_p=one.mean_p,
            rate=one.rate,
            rate_low=one.rate_low,
            rate_high=one.rate_high,
        )
        for one in bins
    )


def _average_coefficients(calibrators: CrossFittedModel[Logistic] | None) -> dict[str, float]:
    if calibrators is None:
        return {}
    coefficients = np.mean([model.coefficient for model in calibrators.models], axis=0)
    return dict(zip(CALIBRATOR_INPUTS, coefficients.tolist(), strict=True))


def _describe_folds(scores: ExitScores) -> tuple[ExitModelFold, ...]:
    """A row a layer and refit: what it learned from, or why there is no model."""
    schedule, calibrator = scores.training_set.schedule, scores.calibrator

    def describe(
        layer: Literal["exit_models", "calibrator"],
        result: WalkForwardResult[Any],
        fold: int,
        reason: str,
    ) -> ExitModelFold:
        refit = result.refits[fold]
        train = schedule.training_rows(refit.refit_ms, result.usable)
        if not refit.rows:  # of the calibrator, where the models below left nothing out
            train = train[:0]
        return ExitModelFold(
            layer=layer,
            fitted_at=format_time(refit.refit_ms),
            positions=np.unique(schedule.case_id[train]).size,
            rows=train.size,
            subsampled_to=schedule.training_sample(train)[0].size,
            reason=reason,
        )

    profit, missing, reasons = scores.models["profit"], scores.missing_models, calibrator.reasons
    models = [describe("exit_models", profit, fold, reason) for fold, reason in enumerate(missing)]
    above = [describe("calibrator", calibrator, *refit) for refit in enumerate(reasons)]
    return (*models, *above)


def _describe_distribution(scores: ExitScores, whole: EvaluationSample) -> ExitHistogram:
    """Labelled rows out of sample by exit probability, in bins of 1 / 20."""
    _, (p,) = whole.select(scores.exit_probability)
    return ExitHistogram(
        edges=tuple(samples.HISTOGRAM_EDGES.tolist()),
        counts=samples.count_by_probability(p),
        quantiles={n: float(np.quantile(p, q)) if p.size else None for n, q in _QUANTILES.items()},
    )


def _describe_by_age(scores: ExitScores, whole: EvaluationSample) -> tuple[ProbabilityByAge, ...]:
    selected, (probability,) = whole.select(scores.exit_probability)
    held = scores.training_set.rows.held[selected.rows]
    by_age = {int(age): probability[held == age] for age in np.unique(held)}
    return tuple(
        ProbabilityByAge(
            bars_held=age, n=p.size, mean_p=float(p.mean()), p90=float(np.quantile(p, 0.9))
        )
        for age, p in by_age.items()
    )
