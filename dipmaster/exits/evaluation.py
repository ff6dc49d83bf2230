"""Scored rows to exits.json: how exit models and exit probability did out of sample."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Split
from dipmaster.core.params.exits import ExitJudging
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.tables.exits import LEVEL_FEATURES, ROADMAP_FEATURES
from dipmaster.core.time_units import boundary_ms
from dipmaster.exits.calibrator import CALIBRATOR_INPUTS
from dipmaster.exits.scores import LABELS, ExitScores
from dipmaster.exits.training_set import ExitTrainingSet
from dipmaster.learning.evaluation.losses import mean_statistic
from dipmaster.learning.evaluation.ranks import rank_correlation_statistic
from dipmaster.learning.evaluation.sample import (
    HISTOGRAM_EDGES,
    EvaluationSample,
    build_evaluation_sample,
    classifier_statistics,
    count_by_probability,
    explain_no_predictions,
    mean_or_none,
    probability_statistics,
)
from dipmaster.learning.importance import permutation_importance
from dipmaster.learning.logistic import name_coefficients
from dipmaster.learning.model_store import format_time
from dipmaster.learning.sampling import subsample
from dipmaster.learning.walk_forward import WalkForwardResult
from dipmaster.results import ExitModelResults
from dipmaster.results.common import PermutationImportance
from dipmaster.results.exits import (
    ClassifierHead,
    ExitBin,
    ExitHeads,
    ExitHistogram,
    ExitModelFold,
    ExitModelInputs,
    ExitProbability,
    GainStep,
    PositionCounts,
    ProbabilityByAge,
    RowCounts,
    TimingHead,
)

ExitModelLevel = Literal["heads", "calibrator"]
GAIN_STEPS = 10
# Every feature is predicted anew several times; an AUC of so many is known to .004.
MAX_IMPORTANCE_ROWS = 20_000
_QUANTILES = {"p01": 0.01, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p99": 0.99, "max": 1.0}
_BPS = 1e4


def evaluate_exit_scores(
    scores: ExitScores, bars_ms: tuple[int, int], split: Split, params: ExitJudging
) -> ExitModelResults:
    """Everything that is told about the exit models; None where not computable.

    `distribution`, `by_bars_held` and `gain` take every labelled row out of sample,
    the figures with intervals at most `params.max_rows` of them, subsampled by rule.

    Parameters
    ----------
    bars_ms
        Open times of the market's first and last bar.
    """
    start_ms, training_set = boundary_ms(bars_ms[0], split.burn_in_days), scores.training_set
    known, p = np.isfinite(training_set.label("exit_is_best")), scores.exit_probability
    whole = build_evaluation_sample(
        training_set.schedule.signal_ms, known, start_ms, bars_ms[1], params
    )
    sample = subsample_rows(whole, training_set, params.max_rows)
    heads, probability = _evaluate_models(scores, sample)
    return ExitModelResults(
        reason=explain_no_predictions(
            whole,
            p,
            "no position with a known outcome out of sample",
            [scores.missing_models, scores.calibrator.reasons],
        ),
        out_of_sample_from=format_time(start_ms),
        positions=_count_positions(training_set, start_ms),
        rows=RowCounts(
            all=len(training_set.rows),
            labelled=int(np.count_nonzero(known)),
            out_of_sample=len(whole),
            scored_out_of_sample=int(np.count_nonzero(np.isfinite(p[whole.rows]))),
            judged=int(np.count_nonzero(np.isfinite(p[sample.rows]))),
        ),
        features=ExitModelInputs(roadmap=ROADMAP_FEATURES, own=LEVEL_FEATURES),
        folds=_describe_folds(scores),
        heads=heads,
        exit_probability=probability,
        reliability=_measure_reliability(scores, sample),
        distribution=_describe_distribution(scores, whole),
        by_bars_held=_describe_by_age(scores, whole),
        gain=measure_gain(scores, whole, GAIN_STEPS),
        importance=_measure_importance(scores, sample),
        calibrator=name_coefficients(CALIBRATOR_INPUTS, scores.calibrator.last_model),
    )


def subsample_rows(
    whole: EvaluationSample, training_set: ExitTrainingSet, max_rows: int
) -> EvaluationSample:
    """At most so many rows of a sample, by the rule of the fits."""
    age, case_id = training_set.rows.held, training_set.schedule.case_id
    rows = subsample(whole.rows, age, case_id, max_rows)
    return whole.take(np.isin(whole.rows, rows, assume_unique=True))


def _count_positions(training_set: ExitTrainingSet, start_ms: int) -> PositionCounts:
    return PositionCounts(
        all=training_set.signal_ms.size,
        opened=np.unique(training_set.rows.position).size,
        out_of_sample=int(np.count_nonzero(training_set.signal_ms >= start_ms)),
    )


def _describe_folds(scores: ExitScores) -> tuple[ExitModelFold, ...]:
    """A row a layer and refit: what it learned from, or why there is no model."""
    schedule, profit = scores.training_set.schedule, scores.models["profit"]
    layers: dict[ExitModelLevel, tuple[WalkForwardResult[Any], list[str]]] = {
        "heads": (profit, scores.missing_models),
        "calibrator": (scores.calibrator, scores.calibrator.reasons),
    }
    folds = []
    for name, (result, reasons) in layers.items():
        for refit, reason in zip(result.refits, reasons, strict=True):
            train = schedule.training_rows(refit.refit_ms, result.usable)
            folds.append(
                ExitModelFold(
                    level=name,
                    fitted_at=format_time(refit.refit_ms),
                    positions=np.unique(schedule.case_id[train]).size,
                    rows=train.size,
                    thinned_to=schedule.training_sample(train)[0].size,
                    reason=reason,
                )
            )
    return tuple(folds)


def _evaluate_models(
    scores: ExitScores, sample: EvaluationSample
) -> tuple[ExitHeads, ExitProbability]:
    """Exit models and exit probability, each on the rows that have its label and prediction."""
    label = {name: scores.training_set.label(column) for name, column in LABELS.items()}
    bins, predictions = sample.settings.bins, {n: r.predictions for n, r in scores.models.items()}

    def evaluate_classifier(name: Literal["profit", "risk"]) -> ClassifierHead:
        selected, (p, outcome) = sample.select(predictions[name], label[name])
        figures = selected.intervals(classifier_statistics(p, outcome))
        return ClassifierHead(base_rate=mean_or_none(outcome), **figures)

    def evaluate_timing() -> TimingHead:
        columns = predictions["timing"], label["timing"], naive_bars(scores)
        selected, (bars_predicted, bars, naive) = sample.select(*columns)
        statistics = {
            "rank_correlation": rank_correlation_statistic(bars_predicted, bars),
            "mae_bars": mean_statistic(np.abs(bars_predicted - bars), 0.0),
            "naive_mae_bars": mean_statistic(np.abs(naive - bars), 0.0),
        }
        return TimingHead(mean_bars=mean_or_none(bars), **selected.intervals(statistics))

    def evaluate_probability() -> ExitProbability:
        selected, (p, best) = sample.select(scores.exit_probability, label["profit"])
        return ExitProbability(
            base_rate=mean_or_none(best),
            n_rows=len(selected),
            n_positions=np.unique(scores.training_set.schedule.case_id[selected.rows]).size,
            **selected.intervals(probability_statistics(p, best, bins)),
        )

    tasks: list[Callable[[], Any]] = [
        evaluate_probability,
        evaluate_timing,
        partial(evaluate_classifier, "profit"),
        partial(evaluate_classifier, "risk"),
    ]
    probability, timing, profit, risk = in_threads(lambda task: task(), tasks, "judging exits")
    return ExitHeads(profit=profit, risk=risk, timing=timing), probability


def naive_bars(scores: ExitScores) -> Floats:
    """Mean label of the rows from which each row's timing model learned, shape (rows,)."""
    timing = scores.models["timing"]
    means = [np.nan if refit.model is None else refit.model.train_mean for refit in timing.refits]
    bars: Floats = timing.spread_to_rows(means, np.nan)
    return bars


def _measure_reliability(scores: ExitScores, sample: EvaluationSample) -> tuple[ExitBin, ...]:
    label = scores.training_set.label("exit_is_best")
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
        for one in sample.reliability(scores.exit_probability, label)
    )


def _describe_distribution(scores: ExitScores, whole: EvaluationSample) -> ExitHistogram:
    """Labelled rows out of sample by exit probability, in bins of 1 / 20."""
    _, (p,) = whole.select(scores.exit_probability)
    quantiles = {
        name: float(np.quantile(p, level)) if p.size else None for name, level in _QUANTILES.items()
    }
    edges = tuple(HISTOGRAM_EDGES.tolist())
    return ExitHistogram(edges=edges, counts=count_by_probability(p), quantiles=quantiles)


def _describe_by_age(scores: ExitScores, whole: EvaluationSample) -> tuple[ProbabilityByAge, ...]:
    selected, (p,) = whole.select(scores.exit_probability)
    held = scores.training_set.rows.held[selected.rows]
    by_age = {int(age): p[held == age] for age in np.unique(held)}
    return tuple(
        ProbabilityByAge(
            bars_held=age, n=of.size, mean_p=float(of.mean()), p90=float(np.quantile(of, 0.9))
        )
        for age, of in by_age.items()
    )


def measure_gain(scores: ExitScores, whole: EvaluationSample, steps: int) -> tuple[GainStep, ...]:
    """What a sale would have netted over holding, in bps, by exit probability in equal steps.

    Every row counts alone, as if nothing had been decided before it.
    """
    labels = scores.training_set.labels
    gain_frac = labels.exit_net_frac - labels.hold_net_frac
    selected, (p, gain) = whole.select(scores.exit_probability, gain_frac)
    step = np.minimum((p * steps).astype(np.int64), steps - 1)
    edges = np.linspace(0.0, 1.0, steps + 1).tolist()

    def measure(k: int) -> GainStep:
        mask = step == k
        mean = selected.take(mask).interval(mean_statistic(_BPS * gain[mask]))
        return GainStep(
            low=edges[k],
            high=edges[k + 1],
            n=int(np.count_nonzero(mask)),
            mean_p=mean_or_none(p[mask]),
            mean_gain_bps=mean.value,
            gain_low=mean.low,
            gain_high=mean.high,
        )

    return tuple(measure(k) for k in range(steps))


def _measure_importance(
    scores: ExitScores, sample: EvaluationSample
) -> tuple[PermutationImportance, ...]:
    """Of the profit model."""
    training_set, profit = scores.training_set, scores.models["profit"]
    fewer = subsample_rows(sample, training_set, MAX_IMPORTANCE_ROWS)
    selected, (p, best) = fewer.select(profit.predictions, training_set.label("exit_is_best"))
    return permutation_importance(
        EXIT_FEATURES,
        training_set.rows.features[selected.rows],
        p,
        best,
        profit.fold[selected.rows],
        lambda fold, _, features: profit.model(fold).predict(features),
        permutations=sample.settings.permutations,
        seed=sample.stream(1),
    )
