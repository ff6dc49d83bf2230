"""Tables SCORES and LEFT_OUT with the inputs of evidence to the confidence of phase 4."""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from dipmaster.altdata.layer.evidence_model import EvidenceModel, fit_evidence_model
from dipmaster.altdata.layer.inputs import FEEDS, LAYER_INPUTS, LayerInputs
from dipmaster.core import catalog
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.params.alternative import EvidenceModelParams
from dipmaster.core.time_units import BAR_MS
from dipmaster.learning.calibrators import PlattCalibrator, fit_platt
from dipmaster.learning.cross_fitting import CrossFittedModel, CrossFitting, LeftOutPredictions
from dipmaster.learning.logistic import log_odds
from dipmaster.learning.model_store import to_fit_times
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.schedule import CaseWords, TrainingSchedule, purge_period_ms
from dipmaster.learning.walk_forward import cross_fit_predict, walk_forward_predict

LAYER = "evidence"  # layer and calibrator are fitted at the moments of phase 1's models
WORDS = CaseWords("candidates with evidence", "won", "did not")


@dataclass(frozen=True)
class EvidenceScores:
    """What was fitted and what it predicted, out of sample.

    Attributes
    ----------
    scores
        Table SCORES.
    base
        Shape (candidates,), phase 1's log odds, out of sample.
    layer, calibrator
        Refit by refit, at the same moments.
    """

    scores: pd.DataFrame
    inputs: LayerInputs
    base: Floats
    schedule: TrainingSchedule
    layer: WalkForwardResult[CrossFittedModel[EvidenceModel]]
    calibrator: WalkForwardResult[PlattCalibrator]

    @property
    def won(self) -> Floats:
        """1.0 and 0.0, NaN where the trade never took place."""
        label = self.scores["label"].to_numpy(dtype=np.float64)
        return np.where(label < 0.0, np.nan, label)

    @property
    def confidence_phase_1(self) -> Floats:
        """Before the evidence."""
        return self.scores["confidence"].to_numpy(dtype=np.float64)

    @property
    def uses_evidence(self) -> Bools:
        """Candidates whose confidence is that of the second layer."""
        return np.isfinite(self.calibrator.predictions)

    @property
    def confidence(self) -> Floats:
        """Of the second layer; that of phase 1 where it says nothing."""
        return np.where(self.uses_evidence, self.calibrator.predictions, self.confidence_phase_1)

    @cached_property
    def contributions(self) -> dict[str, Floats]:
        """Feed to log odds with all evidence less those without this feed; NaN without a model."""
        whole = log_odds(self.layer.predictions)
        return {
            feed: whole - log_odds(self.predict(self.inputs.without(feed).values)) for feed in FEEDS
        }

    def predict(self, values: Floats) -> Floats:
        """What each candidate's own models say of other evidence, before calibration.

        Parameters
        ----------
        values
            Shape (candidates, `LAYER_INPUTS`).
        """
        out, inputs = np.full(self.base.size, np.nan), np.column_stack([self.base, values])
        for fold in np.unique(self.layer.fold[self.layer.fold >= 0]).tolist():
            rows = np.flatnonzero(self.layer.fold == fold)
            out[rows] = self.layer.model(fold).predict(inputs[rows])
        return out

    def calibrate(self, p: Floats, rows: Ints) -> Floats:
        """Calibrate what was predicted of some candidates, each with its own calibrator.

        Parameters
        ----------
        p
            Shape (..., rows).
        """
        out, fold = np.full(p.shape, np.nan), self.calibrator.fold[rows]
        for number in np.unique(fold[fold >= 0]).tolist():
            in_fold = fold == number
            out[..., in_fold] = self.calibrator.model(number).predict(p[..., in_fold])
        return out


def fit_evidence_scores(
    scores: pd.DataFrame,
    left_out: pd.DataFrame,
    inputs: LayerInputs,
    refits_ms: Ints,
    max_holding_bars: int,
    params: EvidenceModelParams,
) -> EvidenceScores:
    """Fit the second layer and its calibrator at every refit of phase 1.

    Parameters
    ----------
    scores, left_out
        Tables SCORES and LEFT_OUT.
    refits_ms
        Moments of phase 1's refits.

    Raises
    ------
    DataError
        Where the left-out predictions are of other refits.
    """
    base = log_odds(scores["p_ensemble"].to_numpy(dtype=np.float64))
    schedule = build_schedule(scores, refits_ms, max_holding_bars, params)
    label = scores["label"].to_numpy(dtype=np.float64)
    known = inputs.has_evidence
    target = np.where((label >= 0.0) & known, label, np.nan)
    layer = cross_fit_predict(
        schedule,
        LAYER,
        np.column_stack([base, inputs.values]),
        target,
        partial(fit_evidence_model, params=params),
        CrossFitting(params.runs),
        "second layer",
        missing_inputs=True,
        learn_from=_read_left_out(left_out, refits_ms, inputs),
        serve=known & np.isfinite(base),
    )
    calibrator = walk_forward_predict(
        schedule,
        LAYER,
        layer.predictions,
        target,
        fit_platt,
        "calibrators of the second layer",
        learn_from=[refit.left_out for refit in layer.refits],
    )
    return EvidenceScores(scores, inputs, base, schedule, layer, calibrator)


def build_schedule(
    scores: pd.DataFrame, refits_ms: Ints, max_holding_bars: int, params: EvidenceModelParams
) -> TrainingSchedule:
    """Who may learn from what, and when: as phase 1."""
    return TrainingSchedule(
        signal_ms=to_epoch_ms(scores["open_time"]),
        known_ms=to_epoch_ms(scores["exit_time"]) + BAR_MS,
        case_id=scores["candidate_id"].to_numpy(dtype=np.int64),
        refits_ms={LAYER: refits_ms},
        purge_ms=purge_period_ms(max_holding_bars),
        min_train=params.min_train,
        words=WORDS,
        weight=scores["uniqueness"].to_numpy(dtype=np.float64),
    )


def _read_left_out(
    left_out: pd.DataFrame, refits_ms: Ints, inputs: LayerInputs
) -> list[LeftOutPredictions]:
    """Of each refit, what the second layer learns from: left-out log odds and evidence."""
    fitted = to_epoch_ms(left_out["fitted"])
    if not np.isin(fitted, refits_ms).all():
        raise data_error(
            str(catalog.LEFT_OUT),
            "predictions of the refits that params name",
            "those of others",
            "run the confidence stage again",
        )
    rows = left_out["candidate_id"].to_numpy(dtype=np.int64)
    base = log_odds(left_out["p_ensemble"].to_numpy(dtype=np.float64))
    return [
        LeftOutPredictions(
            rows[fitted == moment],
            np.column_stack([base[fitted == moment], inputs.values[rows[fitted == moment]]]),
        )
        for moment in refits_ms
    ]


def build_evidence_scores_table(scores: EvidenceScores, news_impact: Floats) -> pd.DataFrame:
    """Table EVIDENCE_SCORES, one row a candidate in their order."""
    table, used = scores.scores, scores.uses_evidence
    contributions = {
        f"{feed}_log_odds": np.where(used, values, np.nan)
        for feed, values in scores.contributions.items()
    }
    return pd.DataFrame(
        {
            **{name: table[name] for name in ("candidate_id", "symbol", "open_time")},
            "confidence_phase_1": scores.confidence_phase_1,
            "p_evidence": scores.layer.predictions,
            "confidence": scores.confidence,
            "uses_evidence": used.astype(np.int8),
            "published": _to_times(scores.inputs.published_ms),
            "layer_fitted": to_fit_times(np.where(used, scores.layer.fitted_ms, -1)),
            "calibrator_fitted": to_fit_times(np.where(used, scores.calibrator.fitted_ms, -1)),
            **contributions,
            "news_impact_score": news_impact,
        }
    )


def build_inputs_table(scores: EvidenceScores) -> pd.DataFrame:
    """Inputs of the second layer, one row a candidate in their order."""
    values = scores.inputs.values
    columns = {one.name: values[:, at] for at, one in enumerate(LAYER_INPUTS)}
    keys = {name: scores.scores[name] for name in ("candidate_id", "symbol", "open_time")}
    return pd.DataFrame({**keys, **columns})


def _to_times(times_ms: Ints) -> "pd.Index[pd.Timestamp]":
    return to_timestamps(times_ms).where(times_ms >= 0)
