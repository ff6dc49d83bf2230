"""Candidates, their inputs and labels to scores: all layers in order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import get_args

import numpy as np
import pandas as pd

from dipmaster.confidence import components as parts
from dipmaster.confidence.ensemble import (
    NONNEGATIVE,
    StackedEnsemble,
    StackFitters,
    fit_ensemble,
    fit_stack,
)
from dipmaster.confidence.events import Events
from dipmaster.confidence.families import FamilyName, build_classifier, build_regression
from dipmaster.confidence.inputs import InputMatrix, build_input_matrix
from dipmaster.confidence.reference import ReferenceModel, fit_reference
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params import Confidence
from dipmaster.learning.calibrators import Calibrator, CalibratorKind, fit_calibrator
from dipmaster.learning.logistic import Logistic, log_odds
from dipmaster.learning.model_store import to_fit_times
from dipmaster.learning.schedule import TrainingSchedule
from dipmaster.learning.walk_forward import WalkForwardResult, walk_forward_predict

LAYER_INPUTS = ("logit_p_ensemble", *parts.COMPONENTS)
CALIBRATOR_KINDS: tuple[CalibratorKind, ...] = get_args(CalibratorKind)


@dataclass(frozen=True)
class BaseModels:
    """Candidates, their inputs, and everything that learns from inputs.

    Attributes
    ----------
    matrix
        Inputs of all candidates.
    volatility
        Rows of table VOLATILITY at the candidates.
    ensembles
        Both families, by name.
    """

    events: Events
    schedule: TrainingSchedule
    matrix: InputMatrix
    volatility: pd.DataFrame
    ensembles: Mapping[str, StackedEnsemble]
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
    layer
        Logistic regression on `LAYER_INPUTS`; its predictions are the score.
    calibrators
        Every kind; `kind` names the one that serves.
    """

    base: BaseModels
    family: FamilyName
    components: Mapping[str, Floats]
    weighted: Floats
    layer: WalkForwardResult[Logistic]
    calibrators: Mapping[CalibratorKind, WalkForwardResult[Calibrator]]
    kind: CalibratorKind

    @property
    def events(self) -> Events:
        """The candidates."""
        return self.base.events

    @property
    def ensemble(self) -> StackedEnsemble:
        """The family that serves."""
        return self.base.ensembles[self.family]

    @property
    def confidence(self) -> Floats:
        """The calibrated score, NaN where there is none."""
        return self.calibrators[self.kind].predictions


def fit_scores(
    events: Events,
    schedule: TrainingSchedule,
    features: pd.DataFrame,
    volatility: pd.DataFrame,
    params: Confidence,
    limit_daily_frac: float,
) -> Scores:
    """Fit every layer month by month.

    Parameters
    ----------
    features, volatility
        Rows of the tables at the candidates, as `inputs.join_symbols` gives them.
    limit_daily_frac
        Daily volatility above which nothing is bought.
    """
    matrix = build_input_matrix(features, volatility)
    ensembles: dict[str, StackedEnsemble] = {
        family.name: fit_ensemble(family, matrix, events, schedule, params.trees, NONNEGATIVE.stack)
        for family in (build_classifier(matrix), build_regression())
    }
    reference = walk_forward_predict(
        schedule,
        "models",
        matrix.values,
        events.settled_values(events.won),
        fit_reference,
        "reference",
        missing_inputs=True,
    )
    base = BaseModels(events, schedule, matrix, volatility, ensembles, reference)
    return _fit_above(base, NONNEGATIVE, params, limit_daily_frac)


def refit_upper_layers(
    fitters: StackFitters, scores: Scores, params: Confidence, limit_daily_frac: float
) -> Scores:
    """The same models, everything above them fitted in another way; for studies.

    Parameters
    ----------
    params, limit_daily_frac
        Those of the scores.
    """
    base = scores.base
    ensembles = {
        name: fit_stack(one.family, one.models, base.events, base.schedule, fitters.stack)
        for name, one in base.ensembles.items()
    }
    return _fit_above(replace(base, ensembles=ensembles), fitters, params, limit_daily_frac)


def _fit_above(
    base: BaseModels, fitters: StackFitters, params: Confidence, limit_daily_frac: float
) -> Scores:
    """Components, layer and calibrators on the family that serves.

    In the layer each input can only raise the score: a missing input lowers its component,
    and through a negative coefficient that would raise the score.
    """
    won = base.events.settled_values(base.events.won)
    components = _score_components(base, params, limit_daily_frac)
    p_ensemble = base.ensembles[params.family].p_ensemble
    inputs = np.column_stack([log_odds(p_ensemble), *components.values()])
    layer = walk_forward_predict(base.schedule, "stack", inputs, won, fitters.layer, "layer")

    def calibrate(kind: CalibratorKind) -> WalkForwardResult[Calibrator]:
        fit, score = partial(fit_calibrator, kind), layer.predictions
        label = f"{kind} calibrators"
        return walk_forward_predict(base.schedule, "calibrator", score, won, fit, label)

    return Scores(
        base=base,
        family=params.family,
        components=components,
        weighted=parts.combine_components(components, params.weights),
        layer=layer,
        calibrators={kind: calibrate(kind) for kind in CALIBRATOR_KINDS},
        kind=params.calibrator,
    )


def _score_components(
    base: BaseModels, params: Confidence, limit_daily_frac: float
) -> dict[str, Floats]:
    level = base.volatility["level_daily_frac"].to_numpy(dtype=np.float64)
    key_features = {name: base.matrix.column(name) for name in parts.MAX_FEATURE_VALUES}
    probabilities, prior = base.ensembles[params.family].probabilities, params.prior_candidates
    scores = {
        "model_agreement": parts.score_agreement(probabilities),
        "feature_strength": parts.score_feature_strength(key_features, params.feature_weights),
        "market_regime": parts.score_market_regime(base.regime, params.regime_scores),
        "historical_performance": parts.score_past_performance(base.events, base.regime, prior),
        "volatility_adjustment": parts.score_volatility_distance(level, limit_daily_frac),
    }
    return {name: scores[name] for name in parts.COMPONENTS}


def build_scores_table(scores: Scores) -> pd.DataFrame:
    """Table SCORES, one row a candidate in their order."""
    base, ensemble = scores.base, scores.ensemble
    events = base.events
    return pd.DataFrame(
        {
            "candidate_id": events.candidate_id,
            "symbol": events.symbol,
            "open_time": to_timestamps(events.signal_ms),
            "net_frac": events.net_frac,
            "label": events.label,
            "exit_time": to_timestamps(events.exit_ms),
            "uniqueness": base.schedule.weight,
            "regime": _to_codes(base.regime),
            "no_new_trades": _to_codes(base.volatility["no_new_trades"].to_numpy(np.float64)),
            "p_lgb": ensemble.models["lgb"].predictions,
            "p_xgb": ensemble.models["xgb"].predictions,
            "p_ensemble": ensemble.p_ensemble,
            **scores.components,
            "weighted_score": scores.weighted,
            "score": scores.layer.predictions,
            "confidence": scores.confidence,
            "p_reference": base.reference.predictions,
            "models_fitted": to_fit_times(
                ensemble.models["lgb"].fitted_ms
            ),  # XGBoost's are the same
            "stack_fitted": to_fit_times(ensemble.stack.fitted_ms),
            "layer_fitted": to_fit_times(scores.layer.fitted_ms),
            "calibrator_fitted": to_fit_times(scores.calibrators[scores.kind].fitted_ms),
        }
    )


def _to_codes(values: Floats) -> "np.ndarray[tuple[int, ...], np.dtype[np.int8]]":
    return np.where(np.isnan(values), -1, values).astype(np.int8)
