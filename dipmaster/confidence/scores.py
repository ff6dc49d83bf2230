"""Candidates, their inputs and labels to scores: models, components, calibrated confidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from dipmaster.confidence import components as parts
from dipmaster.confidence.calibration import CalibratorResult, fit_calibrators
from dipmaster.confidence.ensemble import Ensemble, fit_ensemble
from dipmaster.confidence.events import Events
from dipmaster.confidence.families import FamilyName, build_classifier, build_regression
from dipmaster.confidence.inputs import InputMatrix, build_input_matrix
from dipmaster.confidence.reference import ReferenceModel, fit_reference
from dipmaster.confidence.training_set import LAYER, TrainingSet
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params import Confidence
from dipmaster.learning.calibrators import CalibratorKind
from dipmaster.learning.model_store import to_fit_times
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.walk_forward import walk_forward_predict

CALIBRATOR_KINDS: tuple[CalibratorKind, ...] = get_args(CalibratorKind)


@dataclass(frozen=True)
class BaseModels:
    """Candidates, their inputs, and everything that learns from inputs.

    Attributes
    ----------
    matrix
        Inputs of the candidates.
    key_features
        The roadmap's, of the candidates: for a component, no input of the models.
    volatility
        Rows of table VOLATILITY at the candidates.
    ensembles
        Both families, by name.
    """

    training: TrainingSet
    matrix: InputMatrix
    key_features: Mapping[str, Floats]
    volatility: pd.DataFrame
    ensembles: Mapping[str, Ensemble]
    reference: WalkForwardResult[ReferenceModel]

    @property
    def regime(self) -> Floats:
        """0 low, 1 normal, 2 high; NaN where not known."""
        return self.volatility["regime"].to_numpy(dtype=np.float64)


@dataclass(frozen=True)
class Scores:
    """Everything that was fitted and what it predicted, out of sample.

    Attributes
    ----------
    family
        The one that serves.
    components
        The five, by name.
    weighted
        Their weighted sum.
    calibrators
        Every kind; `kind` names the one that serves.
    """

    base: BaseModels
    family: FamilyName
    components: Mapping[str, Floats]
    weighted: Floats
    calibrators: Mapping[CalibratorKind, CalibratorResult]
    kind: CalibratorKind

    @property
    def events(self) -> Events:
        """The candidates."""
        return self.base.training.events

    @property
    def ensemble(self) -> Ensemble:
        """The family that serves."""
        return self.base.ensembles[self.family]

    @property
    def confidence(self) -> Floats:
        """The ensemble's probability, calibrated; NaN where there is none."""
        return self.calibrators[self.kind].predictions


def fit_scores(
    training: TrainingSet,
    features: pd.DataFrame,
    volatility: pd.DataFrame,
    params: Confidence,
    limit_daily_frac: float,
) -> Scores:
    """Fit both families and the calibrators on the one that serves, refit by refit.

    Parameters
    ----------
    features, volatility
        Rows of both tables at the training rows, as `inputs.join_symbols` gives them.
    limit_daily_frac
        Daily volatility above which nothing is bought.
    """
    base = _fit_base_models(training, features, volatility, params)
    components = _score_components(base, params, limit_daily_frac)
    ensemble = base.ensembles[params.family]
    return Scores(
        base=base,
        family=params.family,
        components=components,
        weighted=parts.combine_components(components, params.weights),
        calibrators={k: fit_calibrators(k, ensemble, training) for k in CALIBRATOR_KINDS},
        kind=params.calibrator,
    )


def _fit_base_models(
    training: TrainingSet, features: pd.DataFrame, volatility: pd.DataFrame, params: Confidence
) -> BaseModels:
    matrix, events = build_input_matrix(features, volatility), training.events
    families = build_classifier(matrix), build_regression()
    ensembles: dict[str, Ensemble] = {
        one.name: fit_ensemble(one, matrix, training, params) for one in families
    }
    of_candidates = matrix.first(events.count)
    reference = walk_forward_predict(
        training.schedule,
        LAYER,
        of_candidates.values,
        events.settled_values(events.won),
        fit_reference,
        "reference",
        missing_inputs=True,
    )
    key_features = {
        name: features[name].to_numpy(np.float64)[: events.count]
        for name in parts.MAX_FEATURE_VALUES
    }
    at_candidates = volatility.iloc[: events.count]
    return BaseModels(training, of_candidates, key_features, at_candidates, ensembles, reference)


def _score_components(
    base: BaseModels, params: Confidence, limit_daily_frac: float
) -> dict[str, Floats]:
    level = base.volatility["level_daily_frac"].to_numpy(dtype=np.float64)
    events = base.training.events
    probabilities, prior = base.ensembles[params.family].probabilities, params.prior_candidates
    scores = {
        "model_agreement": parts.score_agreement(probabilities),
        "feature_strength": parts.score_feature_strength(base.key_features, params.feature_weights),
        "market_regime": parts.score_market_regime(base.regime, params.regime_scores),
        "historical_performance": parts.score_past_performance(events, base.regime, prior),
        "volatility_adjustment": parts.score_volatility_distance(level, limit_daily_frac),
    }
    return {name: scores[name] for name in parts.COMPONENTS}


def build_scores_table(scores: Scores) -> pd.DataFrame:
    """Table SCORES, one row a candidate in their order."""
    base, ensemble = scores.base, scores.ensemble
    events = base.training.events
    return pd.DataFrame(
        {
            "candidate_id": events.candidate_id,
            "symbol": events.symbol,
            "open_time": to_timestamps(events.signal_ms),
            "net_frac": events.net_frac,
            "label": events.label,
            "exit_time": to_timestamps(events.exit_ms),
            "uniqueness": base.training.schedule.weight,
            "regime": _to_codes(base.regime),
            "no_new_trades": _to_codes(base.volatility["no_new_trades"].to_numpy(np.float64)),
            "p_lgb": ensemble.predictions("lgb"),
            "p_xgb": ensemble.predictions("xgb"),
            "p_ensemble": ensemble.p_ensemble,
            **scores.components,
            "weighted_score": scores.weighted,
            "confidence": scores.confidence,
            "p_reference": base.reference.predictions,
            "models_fitted": to_fit_times(ensemble.fitted_ms),
            "calibrator_fitted": to_fit_times(scores.calibrators[scores.kind].fitted_ms),
        }
    )


def build_left_out_table(scores: Scores) -> pd.DataFrame:
    """Table LEFT_OUT: from what a layer above may learn, refit by refit, candidates only."""
    count, ids = scores.events.count, scores.events.candidate_id
    refits = scores.ensemble.models["lgb"].refits
    left_out = [(one.rows[one.rows < count], one.values[one.rows < count])
            for one in scores.ensemble.left_out]  # fmt: skip
    fitted = [
        np.full(rows.size, refit.refit_ms)
        for refit, (rows, _) in zip(refits, left_out, strict=True)
    ]
    nothing = np.empty(0)
    return pd.DataFrame(
        {
            "fitted": to_timestamps(np.concatenate([*fitted, nothing]).astype(np.int64)),
            "candidate_id": ids[
                np.concatenate([*(r for r, _ in left_out), nothing]).astype(np.int64)
            ],
            "p_ensemble": np.concatenate([*(values for _, values in left_out), nothing]),
        }
    )


def _to_codes(values: Floats) -> "np.ndarray[tuple[int, ...], np.dtype[np.int8]]":
    return np.where(np.isnan(values), -1, values).astype(np.int8)
