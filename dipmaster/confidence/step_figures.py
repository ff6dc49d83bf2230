"""How the models, families and calibrators behind the score did, each on the same rows."""

from typing import Literal

import numpy as np

from dipmaster.confidence.minimum_data import describe_missing_candidates
from dipmaster.confidence.scores import Scores
from dipmaster.core.kernels import Floats
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params.confidence import ConfidenceEvaluation
from dipmaster.learning.evaluation import losses
from dipmaster.learning.evaluation.ranks import auc_statistic, rank_correlation_statistic
from dipmaster.learning.evaluation.reliability import ece_statistic
from dipmaster.learning.evaluation.sample import EvaluationSample, probability_statistics
from dipmaster.learning.importance import permutation_importance
from dipmaster.results.common import PermutationImportance
from dipmaster.results.confidence.calibration import CalibratorFigures
from dipmaster.results.confidence.record import Families, FamilyFigures, ModelFigures

_BPS = 1e4
_CARRIED: dict[tuple[bool, bool], Literal["neither", "classifier", "regression", "both"]] = {
    (False, False): "neither",
    (True, False): "classifier",
    (False, True): "regression",
    (True, True): "both",
}


def evaluate_models(scores: Scores, sample: EvaluationSample) -> dict[str, ModelFigures]:
    """Every step's figure, by the name it has in the results."""
    events, ensemble = scores.events, scores.ensemble
    steps = {
        "lgb": ensemble.predictions("lgb"),
        "xgb": ensemble.predictions("xgb"),
        "ensemble": ensemble.p_ensemble,
        "weighted_score": scores.weighted,
        "confidence": scores.confidence,
        "reference": scores.base.reference.predictions,
    }

    def evaluate(name: str) -> ModelFigures:
        selected, (p, won, net) = sample.select(steps[name], events.won, events.net_frac)
        statistics = probability_statistics(p, won, sample.settings.bins)
        statistics["return_rank_correlation"] = rank_correlation_statistic(p, net)
        return ModelFigures(n=len(selected), **selected.intervals(statistics))

    return dict(zip(steps, map_in_threads(evaluate, list(steps), "evaluating"), strict=True))


def compare_families(
    scores: Scores, sample: EvaluationSample, params: ConfidenceEvaluation
) -> Families:
    """Both families, and which carried information by a rule set before looking.

    Each is held to what it was fitted for, one look each: the classifier where
    the lower bound of its AUC is above .5, the regression where that of its rank
    correlation with the net return is above 0. Neither where one of them lacks the
    minimum data of a verdict.
    """
    events = scores.events
    families = {
        name: evaluate_family(ensemble.p_ensemble, events.won, events.net_frac, sample)
        for name, ensemble in scores.base.ensembles.items()
    }
    classifier, regression = families["classifier"], families["regression"]
    area, rank = classifier.auc.low, regression.return_rank_correlation.low
    why = (
        f"lower bound of the classifier's AUC {_format(area)}, needed above .5; lower bound of the "
        f"regression's rank correlation with the net return {_format(rank)}, needed above 0. "
        "Ranking skill does not imply profit: mean net return of the decile with the highest "
        f"probability {_format_bps(classifier.mean_net_bps_top_decile.value)} (classifier) and "
        f"{_format_bps(regression.mean_net_bps_top_decile.value)} (regression) per trade"
    )
    shortage = _describe_shortage(scores, sample, params)
    carried = area is not None and area > 0.5, rank is not None and rank > 0.0
    return Families(
        classifier=classifier,
        regression=regression,
        informative="neither" if shortage else _CARRIED[carried],
        reason=shortage or why,
    )


def _describe_shortage(
    scores: Scores, sample: EvaluationSample, params: ConfidenceEvaluation
) -> str:
    """What the first family that lacks some data lacks; empty where none does."""
    events = scores.events
    shortages = (
        describe_missing_candidates(
            sample.select(ensemble.p_ensemble, events.won, events.net_frac)[0], params
        )
        for ensemble in scores.base.ensembles.values()
    )
    return next(filter(None, shortages), "")


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
            "brier_skill": losses.brier_skill_statistic(p, outcome),
            "return_rank_correlation": rank_correlation_statistic(p, net),
            "mean_net_bps": losses.mean_statistic(_BPS * net),
        }
    )
    # The first tenth in order of p; which rows tie at its end does not depend on results.
    top = np.argsort(-p, kind="stable")[: p.size // 10]
    top_net_bps = selected.take(top).interval(losses.mean_statistic(_BPS * net[top]))
    return FamilyFigures(n=len(selected), mean_net_bps_top_decile=top_net_bps, **figures)


def _format(ratio: float | None) -> str:
    return "not computable" if ratio is None else f"{ratio:.3f}"


def _format_bps(value_bps: float | None) -> str:
    return "not computable" if value_bps is None else f"{value_bps:+.1f} bp"


def measure_importance(
    scores: Scores, sample: EvaluationSample
) -> tuple[PermutationImportance, ...]:
    """Of the inputs of the family that serves, for its ensemble."""
    ensemble = scores.ensemble
    selected, (p, won) = sample.select(ensemble.p_ensemble, scores.events.won)
    rows, names = selected.rows, ensemble.family.inputs
    return permutation_importance(
        names,
        scores.base.matrix.columns(names)[rows],
        p,
        won,
        ensemble.fold[rows],
        lambda fold, _, inputs: ensemble.predict(fold, inputs),
        permutations=sample.settings.permutations,
        seed=sample.stream(1),
    )


def compare_calibrators(scores: Scores, sample: EvaluationSample) -> dict[str, CalibratorFigures]:
    """The three kinds on the same rows, and their Brier score less that of the one in use."""
    selected, (chosen, won) = sample.select(scores.confidence, scores.events.won)
    loss_chosen = (chosen - won) ** 2

    def compare(p: Floats) -> CalibratorFigures:
        if not len(selected):
            return CalibratorFigures(brier=None, ece=None, log_loss=None, brier_minus_chosen=None)
        excess_loss = losses.mean_statistic((p - won) ** 2 - loss_chosen)
        return CalibratorFigures(
            brier=losses.brier_statistic(p, won).value(),
            ece=ece_statistic(p, won, sample.settings.bins).value(),
            log_loss=losses.log_loss_statistic(p, won).value(),
            brier_minus_chosen=selected.interval(excess_loss),
        )

    results = scores.calibrators
    return {kind: compare(result.predictions[selected.rows]) for kind, result in results.items()}
