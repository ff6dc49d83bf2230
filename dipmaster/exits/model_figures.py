"""How exit models and exit probability did, and what acting on them would have earned."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params.exits import ExitDecision
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.licence import act_on_scores
from dipmaster.exits.scores import LABELS, ExitScores
from dipmaster.exits.training_set import ExitTrainingSet
from dipmaster.learning.evaluation import sample as samples
from dipmaster.learning.evaluation.losses import mean_statistic
from dipmaster.learning.evaluation.ranks import rank_correlation_statistic
from dipmaster.learning.evaluation.statistic import weigh_statistics
from dipmaster.learning.importance import permutation_importance
from dipmaster.learning.sampling import subsample
from dipmaster.results.common import PermutationImportance
from dipmaster.results.exits.models import ClassifierHead, ExitHeads, TimingHead
from dipmaster.results.exits.probability import ExitProbability, GainStep
from dipmaster.results.exits.refits import ExitActing

# Every feature is predicted anew several times; an AUC of so many is known to .01.
MAX_IMPORTANCE_ROWS = 4_000
_BPS = 1e4


def subsample_rows(
    whole: samples.EvaluationSample, training_set: ExitTrainingSet, max_rows: int
) -> samples.EvaluationSample:
    """At most so many rows of a sample, by the rule of the fits."""
    age, case_id = training_set.rows.held, training_set.schedule.case_id
    rows = subsample(whole.rows, age, case_id, max_rows)
    return whole.take(np.isin(whole.rows, rows, assume_unique=True))


def evaluate_models(
    scores: ExitScores, sample: samples.EvaluationSample
) -> tuple[ExitHeads, ExitProbability]:
    """Exit models and exit probability, each on the rows that have its label and prediction."""
    label = {name: scores.training_set.label(column) for name, column in LABELS.items()}
    predictions = {name: result.predictions for name, result in scores.models.items()}
    stake = scores.training_set.stake_frac

    def evaluate_profit() -> ClassifierHead:
        selected, (p, best, by) = sample.select(predictions["profit"], label["profit"], stake)
        statistics = weigh_statistics(samples.classifier_statistics(p, best), by)
        return ClassifierHead(
            base_rate=weighted_mean_or_none(best, by), **selected.intervals(statistics)
        )

    def evaluate_risk() -> ClassifierHead:
        selected, (p, stopped) = sample.select(predictions["risk"], label["risk"])
        figures = selected.intervals(samples.classifier_statistics(p, stopped))
        return ClassifierHead(base_rate=samples.mean_or_none(stopped), **figures)

    def evaluate_timing() -> TimingHead:
        columns = predictions["timing"], label["timing"], predict_naive_bars(scores)
        selected, (predicted, bars, naive) = sample.select(*columns)
        statistics = {
            "rank_correlation": rank_correlation_statistic(predicted, bars),
            "mae_bars": mean_statistic(np.abs(predicted - bars), 0.0),
            "naive_mae_bars": mean_statistic(np.abs(naive - bars), 0.0),
        }
        mean_bars = samples.mean_or_none(bars)
        return TimingHead(mean_bars=mean_bars, **selected.intervals(statistics))

    def evaluate_probability() -> ExitProbability:
        selected, (p, best, by) = sample.select(scores.exit_probability, label["profit"], stake)
        statistics = samples.probability_statistics(p, best, sample.settings.bins)
        return ExitProbability(
            base_rate=weighted_mean_or_none(best, by),
            n_rows=len(selected),
            n_positions=np.unique(scores.training_set.schedule.case_id[selected.rows]).size,
            **selected.intervals(weigh_statistics(statistics, by)),
        )

    tasks: list[Callable[[], Any]] = [
        evaluate_probability, evaluate_timing, evaluate_profit, evaluate_risk,
    ]  # fmt: skip
    probability, timing, profit, risk = map_in_threads(
        lambda task: task(), tasks, "evaluating exits"
    )
    return ExitHeads(profit=profit, risk=risk, timing=timing), probability


def weighted_mean_or_none(values: Floats, weight: Floats) -> float | None:
    """Weighted mean, None without a weight."""
    return float(np.average(values, weights=weight)) if weight.any() else None


def predict_naive_bars(scores: ExitScores) -> Floats:
    """Mean label of the rows from which each row's timing models learned, shape (rows,)."""
    timing = scores.models["timing"]
    means = [
        np.mean([model.train_mean for model in refit.model.models]) if refit.model else np.nan
        for refit in timing.refits
    ]
    bars: Floats = timing.spread_to_rows(means, np.nan)
    return bars


def measure_gain(
    scores: ExitScores, whole: samples.EvaluationSample, steps: int
) -> tuple[GainStep, ...]:
    """What a sale would have netted over holding, in bps, by exit probability in equal steps.

    Every row counts alone, as if nothing had been decided before it.
    """
    selected, (p, gain) = whole.select(scores.exit_probability, scores.training_set.gain_frac)
    step = np.minimum((p * steps).astype(np.int64), steps - 1)
    edges = np.linspace(0.0, 1.0, steps + 1).tolist()

    def measure(k: int) -> GainStep:
        mask = step == k
        mean = selected.take(mask).interval(mean_statistic(_BPS * gain[mask]))
        return GainStep(
            low=edges[k],
            high=edges[k + 1],
            n=int(np.count_nonzero(mask)),
            mean_p=samples.mean_or_none(p[mask]),
            mean_gain_bps=mean.value,
            gain_low=mean.low,
            gain_high=mean.high,
        )

    return tuple(measure(k) for k in range(steps))


def measure_acting(
    scores: ExitScores, whole: samples.EvaluationSample, decision: ExitDecision, *, licensed: bool
) -> ExitActing:
    """What acting on the scores earned over holding where they were licensed, or were not."""
    training_set = scores.training_set
    among = whole.within(scores.licensed == int(licensed))
    selected, (p, gain) = among.select(scores.exit_probability, training_set.gain_frac)
    position = training_set.rows.position[selected.rows]
    sales = act_on_scores(position, p, gain, decision)
    earned = selected.take(sales.row).interval(mean_statistic(_BPS * sales.gain_frac))
    return ExitActing(positions=np.unique(position).size, sold=sales.row.size, earned_bps=earned)


def measure_importance(
    scores: ExitScores, sample: samples.EvaluationSample
) -> tuple[PermutationImportance, ...]:
    """Of the features, for the profit model."""
    training_set, profit = scores.training_set, scores.models["profit"]
    fewer = subsample_rows(sample, training_set, MAX_IMPORTANCE_ROWS)
    label = training_set.label("exit_beats_holding")
    selected, (p, best, by) = fewer.select(profit.predictions, label, training_set.stake_frac)
    return permutation_importance(
        EXIT_FEATURES,
        training_set.rows.features[selected.rows],
        p,
        best,
        profit.fold[selected.rows],
        lambda fold, _, features: profit.model(fold).predict(features),
        permutations=sample.settings.permutations,
        seed=sample.stream(1),
        weight=by,
    )
