"""Scores judged: models, calibration by regime, families and components as rows and sentences."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import epoch_ms
from dipmaster.report.chapters.decision.headline import MARKS
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

MODELS = {
    "lgb": "LightGBM",
    "xgb": "XGBoost",
    "ensemble": "Ensemble of the two",
    "weighted_score": "Weighted score (roadmap)",
    "score": "Logistic layer",
    "confidence": "Confidence (calibrated)",
    "reference": "Plain logistic (reference)",
}
COMPONENTS = {
    "model_agreement": "Agreement of the models",
    "feature_strength": "Feature strength",
    "market_regime": "Market regime",
    "historical_performance": "Past performance",
    "volatility_adjustment": "Room below the volatility limit",
}
OWN_PROBABILITY = "logit_p_ensemble"
LAYER_INPUTS = {OWN_PROBABILITY: "Probability of the models", **COMPONENTS}
FAMILIES = {"classifier": "Classifiers", "regression": "Regression on net return"}
CARRIED = {
    "classifier": "The classifiers carried information here, the regression did not",
    "regression": "The regression carried information here, the classifiers did not",
    "both": "Both families carried information here",
    "neither": "Neither family carried information here",
}
REGIMES = ("all", "low", "normal", "high")
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Calibrated:
    """Calibration of the confidence in one regime; figures with their bounds apart."""

    regime: str
    n: str
    brier: Cells
    ece: Cells
    slope: Cells
    mark: str
    verdict: str
    reason: str


def models(inputs: Inputs) -> list[Cells]:
    """Name, AUC, rank correlation with the net return, Brier skill, ECE."""
    found = inputs.confidence["models"]
    return [
        (
            words,
            numbers.estimate(found[name]["auc"], "fine"),
            numbers.estimate(found[name]["return_rank_correlation"], "fine"),
            numbers.estimate(found[name]["brier_skill"], "fine"),
            numbers.estimate(found[name]["ece"], "fine"),
        )
        for name, words in MODELS.items()
    ]


def families(inputs: Inputs) -> list[Cells]:
    """Both families' ensembles, whichever of them the strategy uses."""
    found = inputs.confidence["families"]
    used = inputs.confidence["family"]
    return [
        (
            f"{words} (used)" if name == used else words,
            numbers.estimate(found[name]["auc"], "fine"),
            numbers.estimate(found[name]["return_rank_correlation"], "fine"),
            numbers.estimate(found[name]["mean_net_bps_top_decile"], "bps"),
        )
        for name, words in FAMILIES.items()
    ]


def carried(inputs: Inputs) -> str:
    """Which family carried information here, and why that is said."""
    found = inputs.confidence["families"]
    why = found["why"]
    return f"{CARRIED[found['carried_information']]}{': ' + why if why else ''}.".replace("..", ".")


def by_regime(inputs: Inputs) -> list[Calibrated]:
    """Calibration of the confidence, all candidates first."""
    found = inputs.confidence["calibration_by_regime"]
    return [_calibrated(name, found[name]) for name in REGIMES if name in found]


def _calibrated(name: str, row: Json) -> Calibrated:
    return Calibrated(
        regime=name,
        n=numbers.count(row["n"]),
        brier=(numbers.metric("fine", row["brier"]), *_bounds(row.get("brier_interval"), "fine")),
        ece=(numbers.metric("fine", row["ece"]["value"]), *_bounds(row["ece"], "fine")),
        slope=(numbers.metric("ratio", row["slope"]["value"]), *_bounds(row["slope"], "ratio")),
        mark=MARKS[row["gate"]],
        verdict=row["gate"],
        reason=row["reason"] or "",
    )


def _bounds(found: Json | None, kind: str) -> Cells:
    """Both bounds as one cell; no cell where there is no interval."""
    bounds = numbers.interval_of(found, kind)
    return () if bounds == numbers.MISSING else (bounds,)


def components(inputs: Inputs) -> list[Cells]:
    """Inputs of the layer: roadmap's weight, mean, AUC alone, coefficient at the last fit."""
    found, layer = inputs.confidence["components"], inputs.confidence["layer"]
    weights = inputs.params.confidence.weights
    own_auc = inputs.confidence["models"]["ensemble"]["auc"]["value"]
    own = {OWN_PROBABILITY: {"mean": None, "auc": own_auc}}
    return [
        (
            words,
            numbers.ratio(getattr(weights, name, None)),
            numbers.ratio({**found, **own}[name]["mean"]),
            numbers.metric("fine", {**found, **own}[name]["auc"]),
            numbers.metric("signed", layer.get(name)),
        )
        for name, words in LAYER_INPUTS.items()
    ]


def layer_words(inputs: Inputs) -> str:
    """What the last layer leaves aside, the models' own probability before all else."""
    layer = inputs.confidence["layer"]
    if not layer:
        return ""
    counted = {name: value for name, value in layer.items() if not _is_nought(value)}
    listed = ", ".join(
        f"{LAYER_INPUTS[name].lower()} ({numbers.metric('signed', value)})"
        for name, value in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    rests = f"The score of the last fit rests on {listed or 'nothing but its constant'}."
    if OWN_PROBABILITY in counted:
        return rests
    return (
        "At the last fit the layer ignores the models’ own probability: its coefficient is 0. "
        f"{rests}"
    )


def _is_nought(coefficient: float) -> bool:
    """Whether the table prints it as 0.00."""
    return round(coefficient, 2) == 0.0


def calibrators(inputs: Inputs) -> list[Cells]:
    """The three calibrators on the same candidates: Brier, ECE, log loss."""
    found = inputs.confidence["calibrators_compared"]
    used = inputs.confidence["calibrator"]
    return [
        (
            f"{name} (used)" if name == used else name,
            *(numbers.metric("fine", found[name][key]) for key in ("brier", "ece", "log_loss")),
        )
        for name in sorted(found)
    ]


def fits(inputs: Inputs) -> str:
    """How often each level was fitted, and what kept one from being fitted."""
    folds = inputs.confidence["folds"]
    made = [fold for fold in folds if not fold["reason"]]
    failed = [fold for fold in folds if fold["reason"]]
    said = []
    for level in dict.fromkeys(fold["level"] for fold in made):
        dates = [fold["fitted_at"][:10] for fold in made if fold["level"] == level]
        said.append(f"{level.replace('_', ' ')} {len(dates)} times from {dates[0]}")
    text = f"Fitted walk-forward: {'; '.join(said)}." if said else "Nothing was fitted."
    if failed:
        text += f" {len(failed)} fits were not made, the last because: {failed[-1]['reason']}."
    return text


def left_out(inputs: Inputs) -> str:
    """Features that the market could not give, in a sentence; nothing where none is missing."""
    rows = inputs.confidence["features"]["left_out"]
    if not rows:
        return ""
    listed = "; ".join(f"{row['feature'].replace('_', ' ')} ({row['reason']})" for row in rows)
    return f"Features left out: {listed}."


def out_of_sample(inputs: Inputs, column: str) -> Floats:
    """A column of the scores from the boundary on, shape (n,), NaN where there is no score."""
    since = inputs.validate["period"]["out_of_sample_from"]
    values = inputs.scores[column].to_numpy(dtype=np.float64)
    if since is None:
        return values[:0]
    boundary = np.datetime64(since.rstrip("Z").replace(" ", "T"), "ms").astype(np.int64)
    kept: Floats = values[epoch_ms(inputs.scores["open_time"]) >= boundary]
    return kept
