"""Scores to confidence.json: how every step did on candidates out of sample."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from dipmaster.confidence.calibration_gate import judge_calibration
from dipmaster.confidence.scores import LAYER_INPUTS, Scores
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Split
from dipmaster.core.params.confidence import ConfidenceJudging
from dipmaster.core.time_units import boundary_ms
from dipmaster.learning.evaluation.losses import (
    brier_skill_statistic,
    brier_statistic,
    log_loss_statistic,
    mean_statistic,
)
from dipmaster.learning.evaluation.ranks import auc_statistic, rank_correlation_statistic
from dipmaster.learning.evaluation.reliability import ece_statistic
from dipmaster.learning.evaluation.sample import (
    HISTOGRAM_EDGES,
    EvaluationSample,
    build_evaluation_sample,
    count_by_probability,
    explain_no_predictions,
    mean_or_none,
    probability_statistics,
)
from dipmaster.learning.importance import permutation_importance
from dipmaster.learning.logistic import name_coefficients
from dipmaster.learning.model_store import format_time
from dipmaster.results import ConfidenceResults
from dipmaster.results.common import PermutationImportance
from dipmaster.results.confidence.calibration import (
    CalibratorFigures,
    ScoreBin,
    ScoreCounts,
    ScoreDistribution,
    ScoreHistogram,
    ScoreReliability,
)
from dipmaster.results.confidence.record import (
    CandidateCounts,
    ComponentFigures,
    Families,
    FamilyFigures,
    InputLeftOut,
    ModelFigures,
    ModelInputs,
    ScoreFold,
    ScoreLevel,
)

REGIMES = ("low", "normal", "high")
_BPS = 1e4


def evaluate_scores(
    scores: Scores, bars_ms: tuple[int, int], split: Split, params: ConfidenceJudging
) -> ConfidenceResults:
    """Everything that is told about the scores; None where not computable, with the reason.

    Parameters
    ----------
    bars_ms
        Open times of the market's first and last bar.
    """
    events, start_ms = scores.events, boundary_ms(bars_ms[0], split.burn_in_days)
    sample = build_evaluation_sample(
        events.signal_ms, events.label >= 0, start_ms, bars_ms[1], params
    )
    won, ahead = events.won, events.signal_ms >= start_ms
    matrix, ensemble = scores.base.matrix, scores.ensemble
    calibrator = scores.calibrators[scores.kind]
    return ConfidenceResults(
        family=scores.family,
        calibrator=scores.kind,
        out_of_sample_from=format_time(start_ms),
        candidates=CandidateCounts(
            all=events.count,
            labelled=int(np.count_nonzero(events.label >= 0)),
            out_of_sample=int(np.count_nonzero(ahead)),
            scored_out_of_sample=int(np.isfinite(scores.confidence[sample.rows]).sum()),
        ),
        base_rate=mean_or_none(won[sample.rows]),
        reason=explain_no_predictions(
            sample,
            scores.confidence,
            "no candidate with a label out of sample",
            [layer.reasons for layer in (ensemble.models["lgb"], scores.layer, calibrator)],
        ),
        features=ModelInputs(
            used=ensemble.family.inputs,
            left_out=tuple(InputLeftOut(feature=f, reason=why) for f, why in matrix.left_out),
        ),
        folds=_describe_folds(scores),
        models=_evaluate_models(scores, sample),
        families=_compare_families(scores, sample),
        reliability=_measure_reliability(scores, sample),
        calibration_by_regime={
            name: judge_calibration(scores.confidence, won, sample.take(mask[sample.rows]), params)
            for name, mask in _regime_masks(scores).items()
        },
        components={
            name: _evaluate_component(values, won, sample)
            for name, values in scores.components.items()
        },
        layer=name_coefficients(LAYER_INPUTS, scores.layer.last_model),
        importance=_measure_importance(scores, sample),
        distribution=_count_distribution(scores, ahead),
        calibrators_compared=_compare_calibrators(scores, sample),
    )


def _describe_folds(scores: Scores) -> tuple[ScoreFold, ...]:
    """A row a layer and refit: candidates and wins it learned from, or why there is none.

    Both libraries share their rows.
    """
    base, ensemble = scores.base, scores.ensemble
    layers: dict[ScoreLevel, Any] = {
        "models": ensemble.models["lgb"],
        "stack": ensemble.stack,
        "layer": scores.layer,
        "calibrator": scores.calibrators[scores.kind],
        "reference": base.reference,
    }

    def count_wins(refit_ms: int, usable: Bools) -> int:
        train = base.schedule.training_rows(refit_ms, usable)
        return int(np.count_nonzero(base.events.label[train] == 1))

    return tuple(
        ScoreFold(
            level=name,
            fitted_at=format_time(refit.refit_ms),
            rows=refit.rows,
            wins=count_wins(refit.refit_ms, result.usable),
            reason=refit.reason,
        )
        for name, result in layers.items()
        for refit in result.refits
    )


def list_steps(scores: Scores) -> dict[str, Floats]:
    """Every step's figure of all candidates, by the name it has in the results."""
    ensemble = scores.ensemble
    return {
        "lgb": ensemble.models["lgb"].predictions,
        "xgb": ensemble.models["xgb"].predictions,
        "ensemble": ensemble.p_ensemble,
        "weighted_score": scores.weighted,
        "score": scores.layer.predictions,
        "confidence": scores.confidence,
        "reference": scores.base.reference.predictions,
    }


def _evaluate_models(scores: Scores, sample: EvaluationSample) -> dict[str, ModelFigures]:
    steps, events = list_steps(scores), scores.events

    def evaluate(name: str) -> ModelFigures:
        selected, (p, won, net) = sample.select(steps[name], events.won, events.net_frac)
        statistics = probability_statistics(p, won, sample.settings.bins)
        statistics["return_rank_correlation"] = rank_correlation_statistic(p, net)
        return ModelFigures(n=len(selected), **selected.intervals(statistics))

    return dict(zip(steps, in_threads(evaluate, list(steps), "judging"), strict=True))


def evaluate_family(
    p_ensemble: Floats, won: Floats, net_frac: Floats, sample: EvaluationSample
) -> FamilyFigures:
    """What a family's ensemble knew: of winning, and of the net return.

    Parameters
    ----------
    p_ensemble, won, net_frac
        Over all candidates, NaN where missing.
    """
    selected, (p, outcome, net) = sample.select(p_ensemble, won, net_frac)
    figures = selected.intervals(
        {
            "auc": auc_statistic(p, outcome),
            "brier_skill": brier_skill_statistic(p, outcome),
            "return_rank_correlation": rank_correlation_statistic(p, net),
            "mean_net_bps": mean_statistic(_BPS * net),
        }
    )
    # The first tenth in order of p; which rows tie at its end does not depend on results.
    top = np.argsort(-p, kind="stable")[: p.size // 10]
    top_net_bps = selected.take(top).interval(mean_statistic(_BPS * net[top]))
    return FamilyFigures(n=len(selected), mean_net_bps_top_decile=top_net_bps, **figures)


def _compare_families(scores: Scores, sample: EvaluationSample) -> Families:
    """Both families, and which carried information by a rule set before looking.

    Each is held to what it was fitted for, one look each: the classifier where
    the lower bound of its AUC is above .5, the regression where that of its rank
    correlation with the net return is above 0.
    """
    events = scores.events
    families = {
        name: evaluate_family(ensemble.p_ensemble, events.won, events.net_frac, sample)
        for name, ensemble in scores.base.ensembles.items()
    }
    classifier, regression = families["classifier"], families["regression"]
    area, rank = classifier.auc.low, regression.return_rank_correlation.low
    carried: dict[tuple[bool, bool], Literal["neither", "classifier", "regression", "both"]] = {
        (False, False): "neither",
        (True, False): "classifier",
        (False, True): "regression",
        (True, True): "both",
    }
    why = (
        f"lower bound of the classifier's AUC {_format(area)}, needed above .5; lower bound of the "
        f"regression's rank correlation with the net return {_format(rank)}, needed above 0. To "
        "know which trades win is not yet to earn: the tenth with the highest p nets "
        f"{_format(classifier.mean_net_bps_top_decile.value)} bps (classifier) and "
        f"{_format(regression.mean_net_bps_top_decile.value)} bps (regression) a trade"
    )
    verdict = carried[area is not None and area > 0.5, rank is not None and rank > 0.0]
    return Families(
        classifier=classifier, regression=regression, carried_information=verdict, why=why
    )


def _format(value: float | None) -> str:
    return "not computable" if value is None else f"{value:.3g}"


def _regime_masks(scores: Scores) -> dict[str, Bools]:
    masks = {name: scores.base.regime == code for code, name in enumerate(REGIMES)}
    return {**masks, "all": np.ones(scores.events.count, dtype=np.bool_)}


def _measure_reliability(scores: Scores, sample: EvaluationSample) -> ScoreReliability:
    def measure(p: Floats, rows: EvaluationSample) -> tuple[ScoreBin, ...]:
        return tuple(
            ScoreBin(
                low=one.low,
                high=one.high,
                n=one.rows.size,
                mean_p=one.mean_p,
                win_rate=one.rate,
                win_low=one.rate_low,
                win_high=one.rate_high,
            )
            for one in rows.reliability(p, scores.events.won)
        )

    masks = _regime_masks(scores)
    return ScoreReliability(
        confidence=measure(scores.confidence, sample),
        reference=measure(scores.base.reference.predictions, sample),
        by_regime={
            name: measure(scores.confidence, sample.take(masks[name][sample.rows]))
            for name in REGIMES
        },
    )


def _evaluate_component(values: Floats, won: Floats, sample: EvaluationSample) -> ComponentFigures:
    _, (component, outcome) = sample.select(values, won)
    return ComponentFigures(
        mean=mean_or_none(component), auc=auc_statistic(component, outcome).value()
    )


def _measure_importance(
    scores: Scores, sample: EvaluationSample
) -> tuple[PermutationImportance, ...]:
    ensemble = scores.ensemble
    selected, (p, won) = sample.select(ensemble.p_ensemble, scores.events.won)
    rows, names = selected.rows, ensemble.family.inputs
    return permutation_importance(
        names,
        scores.base.matrix.columns(names)[rows],
        p,
        won,
        ensemble.models["lgb"].fold[rows],
        lambda fold, places, inputs: ensemble.predict(fold, rows[places], inputs),
        permutations=sample.settings.permutations,
        seed=sample.stream(1),
    )


def _count_distribution(scores: Scores, ahead: Bools) -> ScoreDistribution:
    """Candidates out of sample by confidence, in bins of 1 / 20; `none` has no score."""

    def count(mask: Bools) -> ScoreCounts:
        p = scores.confidence[ahead & mask]
        none = int(np.count_nonzero(np.isnan(p)))
        return ScoreCounts(counts=count_by_probability(p), none=none)

    masks = _regime_masks(scores) | {"not_known": np.isnan(scores.base.regime)}
    counts: Mapping[str, ScoreCounts] = {name: count(mask) for name, mask in masks.items()}
    edges = tuple(HISTOGRAM_EDGES.tolist())
    return ScoreDistribution(confidence=ScoreHistogram(edges=edges, **counts))


def _compare_calibrators(scores: Scores, sample: EvaluationSample) -> dict[str, CalibratorFigures]:
    """The three kinds on the same rows, and their Brier score less that of the one in use."""
    selected, (chosen, won) = sample.select(scores.confidence, scores.events.won)
    loss_chosen = (chosen - won) ** 2

    def compare(p: Floats) -> CalibratorFigures:
        if not len(selected):
            return CalibratorFigures(brier=None, ece=None, log_loss=None, brier_less_chosen=None)
        less = selected.interval(mean_statistic((p - won) ** 2 - loss_chosen))
        return CalibratorFigures(
            brier=brier_statistic(p, won).value(),
            ece=ece_statistic(p, won, sample.settings.bins).value(),
            log_loss=log_loss_statistic(p, won).value(),
            brier_less_chosen=less,
        )

    results = scores.calibrators
    return {kind: compare(result.predictions[selected.rows]) for kind, result in results.items()}
