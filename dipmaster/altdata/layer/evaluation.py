"""Scores of the second layer to altdata.json: what the evidence added, out of sample."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dipmaster.altdata.layer.credit import judge_credit
from dipmaster.altdata.layer.inputs import FEEDS, LAYER_INPUTS, LayerInputs, find_columns
from dipmaster.altdata.layer.permutations import permute_feeds
from dipmaster.altdata.layer.scores import EvidenceScores
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import format_time
from dipmaster.core.params.alternative import CreditEvaluation
from dipmaster.core.params.evaluation import Split
from dipmaster.core.time_units import out_of_sample_start_ms
from dipmaster.learning.evaluation.calibration_line import calibration_line_statistics
from dipmaster.learning.evaluation.losses import log_loss_statistic, mean_statistic
from dipmaster.learning.evaluation.ranks import auc_statistic, rank_correlation_statistic
from dipmaster.learning.evaluation.sample import (
    EvaluationSample,
    build_evaluation_sample,
    explain_no_predictions,
)
from dipmaster.learning.refits import Refit
from dipmaster.results.altdata import (
    AlternativeDataRecord,
    AlternativeDataResults,
    EvidenceFold,
    EvidenceStep,
    InformationCoefficient,
    ScoreComparison,
)

InputsAt = Callable[[int], LayerInputs]
"""Minutes of delay to the inputs as they were known then."""


def evaluate_layer(
    scores: EvidenceScores,
    data: AlternativeDataResults,
    inputs_at: InputsAt,
    bars_ms: tuple[int, int],
    split: Split,
    params: CreditEvaluation,
) -> AlternativeDataRecord:
    """Measure what the evidence added to the score, and where that came from.

    Parameters
    ----------
    data
        Coverage of the provider.
    bars_ms
        Open times of the market's first and last bar.
    """
    start_ms = out_of_sample_start_ms(bars_ms[0], split.burn_in_days)
    labelled = np.isfinite(scores.won)
    sample = build_evaluation_sample(
        scores.schedule.signal_ms, labelled, start_ms, bars_ms[1], params
    )
    judged = sample.within(scores.uses_evidence & np.isfinite(scores.confidence_phase_1))
    comparison = compare_scores(scores, judged) if len(judged) else None
    permutations = (
        permute_feeds(scores, judged.rows, sample.stream(1), params) if comparison else ()
    )
    layers = scores.layer.reasons, scores.calibrator.reasons
    lacking = explain_no_predictions(
        sample,
        scores.calibrator.predictions,
        "no candidate with a label out of sample",
        layers,
    )
    return AlternativeDataRecord(
        data=data,
        candidates=scores.base.size,
        scored=int(scores.uses_evidence.sum()),
        inputs=_list_inputs(scores.inputs),
        folds=(*_describe(scores, "evidence"), *_describe(scores, "calibrator")),
        comparison=comparison,
        permutations=permutations,
        information=_measure_information(scores, inputs_at, sample, params),
        credit=judge_credit(data.status, comparison, permutations, lacking, params),
    )


def compare_scores(scores: EvidenceScores, judged: EvaluationSample) -> ScoreComparison:
    """Both confidences on the candidates that are judged; all figures see the same resamples."""
    after, before = scores.confidence[judged.rows], scores.confidence_phase_1[judged.rows]
    won = scores.won[judged.rows]
    gain = _log_losses(before, won) - _log_losses(after, won)
    figures = judged.intervals(
        {
            "log_loss_phase_1": log_loss_statistic(before, won),
            "log_loss": log_loss_statistic(after, won),
            "improvement": mean_statistic(gain),
            "auc_phase_1": auc_statistic(before, won),
            "auc": auc_statistic(after, won),
            "slope": calibration_line_statistics(after, won)[1],
        }
    )
    return ScoreComparison(n=len(judged), blocks=int(np.unique(judged.block).size), **figures)


def _log_losses(p: Floats, won: Floats) -> Floats:
    return np.asarray(-np.log(np.where(won > 0.0, p, 1.0 - p)))


def _list_inputs(inputs: LayerInputs) -> dict[str, tuple[str, ...]]:
    there = np.asarray(np.isfinite(inputs.values).any(axis=0))
    return {
        feed: tuple(LAYER_INPUTS[at].name for at in find_columns(feed).tolist() if there[at])
        for feed in FEEDS
    }


def _describe(scores: EvidenceScores, layer: EvidenceStep) -> tuple[EvidenceFold, ...]:
    refits: Sequence[Refit[Any]] = scores.layer.refits
    if layer == "calibrator":
        refits = scores.calibrator.refits

    def describe(refit: Refit[Any], rows: Ints) -> EvidenceFold:
        return EvidenceFold(
            layer=layer,
            fitted_at=format_time(refit.refit_ms),
            rows=refit.rows,
            wins=int(np.count_nonzero(scores.won[rows] == 1.0)),
            reason=refit.reason,
        )

    # The calibrator learns from what the layer of the same refit left out.
    return tuple(
        describe(refit, below.left_out.rows)
        for refit, below in zip(refits, scores.layer.refits, strict=True)
    )


def _measure_information(
    scores: EvidenceScores, inputs_at: InputsAt, sample: EvaluationSample, params: CreditEvaluation
) -> tuple[InformationCoefficient, ...]:
    """By input and lag; inputs that no candidate has are left away."""
    net = scores.scores["net_frac"].to_numpy(dtype=np.float64)
    by_lag = {
        lag: inputs_at(lag).values if lag else scores.inputs.values for lag in params.lags_minutes
    }
    return tuple(
        _correlate(at, lag, values[:, at], net, sample)
        for at, one in enumerate(LAYER_INPUTS)
        if one.feed and np.isfinite(by_lag[0][:, at]).any()
        for lag, values in by_lag.items()
    )


def _correlate(
    at: int, lag: int, values: Floats, net: Floats, sample: EvaluationSample
) -> InformationCoefficient:
    selected, (value, outcome) = sample.select(values, net)
    return InformationCoefficient(
        input=LAYER_INPUTS[at].name,
        feed=LAYER_INPUTS[at].feed,
        lag_minutes=lag,
        n=len(selected),
        coefficient=selected.interval(rank_correlation_statistic(value, outcome)),
    )
