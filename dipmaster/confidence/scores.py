"""Candidates, their inputs and labels to scores: all levels in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.confidence import components as parts
from dipmaster.confidence.events import Events
from dipmaster.confidence.families import classifier, regression
from dipmaster.confidence.inputs import Matrix, matrix_of
from dipmaster.confidence.levels import (
    Base,
    Schooling,
    base_of,
    calibrators_of,
    layer_of,
    stacked,
)
from dipmaster.confidence.reference import Reference, reference_of
from dipmaster.confidence.rising import RISING, Combining
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import as_times
from dipmaster.core.params import Confidence
from dipmaster.learning.calibrators import Calibrator, Kind
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.walk_forward import Walk

LAYER_INPUTS = ("logit_p_ensemble", *parts.NAMES)


@dataclass(frozen=True)
class Scores:
    """Everything that was fitted and what it said, out of sample.

    Attributes
    ----------
    matrix
        Inputs of all candidates.
    volatility
        Rows of table VOLATILITY at the candidates.
    bases
        Both families, by name; `chosen` names the one that serves.
    components
        The five, by name.
    weighted
        Their weighted sum.
    calibrators
        Every kind; `kind` names the one that serves.
    """

    school: Schooling
    matrix: Matrix
    volatility: pd.DataFrame
    bases: Mapping[str, Base]
    chosen: str
    components: Mapping[str, Floats]
    weighted: Floats
    layer: Walk[Logistic]
    calibrators: Mapping[Kind, Walk[Calibrator]]
    kind: Kind
    reference: Walk[Reference]

    @property
    def events(self) -> Events:
        """The candidates."""
        return self.school.events

    @property
    def base(self) -> Base:
        """The family that serves."""
        return self.bases[self.chosen]

    @property
    def confidence(self) -> Floats:
        """The calibrated score, NaN where there is none."""
        return self.calibrators[self.kind].predictions

    @property
    def regime(self) -> Floats:
        """0 low, 1 normal, 2 high; NaN where not known."""
        return self.volatility["regime"].to_numpy(dtype=np.float64)


def scores_of(
    school: Schooling,
    features: pd.DataFrame,
    volatility: pd.DataFrame,
    params: Confidence,
    limit_daily_frac: float,
) -> Scores:
    """Fit every level month by month.

    Parameters
    ----------
    features, volatility
        Rows of the tables at the candidates, as `inputs.joined` gives them.
    limit_daily_frac
        Daily volatility above which nothing is bought.
    """
    matrix = matrix_of(features, volatility)
    bases: dict[str, Base] = {
        family.name: base_of(family, matrix, school, params.trees, RISING.stack)
        for family in (classifier(matrix), regression())
    }
    reference = reference_of(matrix, school)
    return _above(bases, school, matrix, volatility, reference, RISING, params, limit_daily_frac)


def combined_by(
    combining: Combining, scores: Scores, params: Confidence, limit_daily_frac: float
) -> Scores:
    """The same models, everything above them fitted in another way; for studies.

    Parameters
    ----------
    params, limit_daily_frac
        Those of the scores.
    """
    school = scores.school
    bases = {
        name: stacked(base.family, base.walks, school, combining.stack)
        for name, base in scores.bases.items()
    }
    rest = scores.matrix, scores.volatility, scores.reference
    return _above(bases, school, *rest, combining, params, limit_daily_frac)


def _above(
    bases: Mapping[str, Base],
    school: Schooling,
    matrix: Matrix,
    volatility: pd.DataFrame,
    reference: Walk[Reference],
    combining: Combining,
    params: Confidence,
    limit_daily_frac: float,
) -> Scores:
    """Components, layer and calibrators on the family that serves."""
    base = bases[params.family]
    components = _components(base, school.events, matrix, volatility, params, limit_daily_frac)
    layer = layer_of(base, components, school, combining.layer)
    return Scores(
        school=school,
        matrix=matrix,
        volatility=volatility,
        bases=bases,
        chosen=params.family,
        components=components,
        weighted=parts.weighted_score(components, params.weights),
        layer=layer,
        calibrators=calibrators_of(layer.predictions, school),
        kind=params.calibrator,
        reference=reference,
    )


def _components(
    base: Base,
    events: Events,
    matrix: Matrix,
    volatility: pd.DataFrame,
    params: Confidence,
    limit_daily_frac: float,
) -> dict[str, Floats]:
    regime = volatility["regime"].to_numpy(dtype=np.float64)
    level = volatility["level_daily_frac"].to_numpy(dtype=np.float64)
    key = {name: matrix.column(name) for name in parts.HIGHEST}
    found = {
        "model_agreement": parts.agreement(base.probabilities),
        "feature_strength": parts.feature_strength(key, params.strength),
        "market_regime": parts.market_regime(regime, params.regime_scores),
        "historical_performance": parts.past_performance(events, regime, params.prior_candidates),
        "volatility_adjustment": parts.volatility_room(level, limit_daily_frac),
    }
    return {name: found[name] for name in parts.NAMES}


def table_of(scores: Scores) -> pd.DataFrame:
    """Table SCORES, one row a candidate in their order."""
    events, base = scores.events, scores.base
    return pd.DataFrame(
        {
            "candidate_id": events.candidate_id,
            "symbol": events.symbol,
            "open_time": as_times(events.signal_ms),
            "net_frac": events.net_frac,
            "label": events.label,
            "exit_time": as_times(events.exit_ms),
            "uniqueness": scores.school.weight,
            "regime": _codes(scores.regime),
            "no_new_trades": _codes(scores.volatility["no_new_trades"].to_numpy(np.float64)),
            "p_lgb": base.walks["lgb"].predictions,
            "p_xgb": base.walks["xgb"].predictions,
            "p_ensemble": base.p_ensemble,
            **scores.components,
            "weighted_score": scores.weighted,
            "score": scores.layer.predictions,
            "confidence": scores.confidence,
            "p_reference": scores.reference.predictions,
            "models_fitted": _fitted(base.walks["lgb"]),  # XGBoost is fitted with LightGBM
            "stack_fitted": _fitted(base.stack),
            "layer_fitted": _fitted(scores.layer),
            "calibrator_fitted": _fitted(scores.calibrators[scores.kind]),
        }
    )


def _fitted(walk: Walk[Any]) -> "pd.Index[Any]":
    """When the model was fitted that spoke of each candidate; missing where none did."""
    moment = walk.fitted_ms
    return as_times(moment).where(moment >= 0)


def _codes(values: Floats) -> "np.ndarray[tuple[int, ...], np.dtype[np.int8]]":
    return np.where(np.isnan(values), -1, values).astype(np.int8)
