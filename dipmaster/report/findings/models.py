"""Findings on models: calibration, exit models, volatility forecasts, regimes."""

from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.volatility.forecasts import PooledForecasts
from dipmaster.results.volatility.regimes import DetectorResults, RegimeAccuracy, RegimeResults

REFERENCES = {
    "coin_truth": "each coin’s true state",
    "market_truth": "the market’s true state",
    "proxy": "the volatility of the next 24 hours",
}


def unproven_calibration(inputs: ReportInputs) -> Evidence | None:
    """Regimes in which the confidence is not shown to be calibrated."""
    if inputs.validation.funnel is None:
        return None
    gates = inputs.confidence.calibration_by_regime
    regimes = [name for name, one in gates.items() if name != "all" and one.gate != "PASS"]
    return {"regimes": regimes, "of": len(gates) - ("all" in gates)} if regimes else None


def no_score(inputs: ReportInputs) -> Evidence | None:
    """Phases from 1 on without a model out of sample."""
    reason = inputs.confidence.reason
    selects = inputs.validation.funnel is not None
    return {"reason": reason} if selects and reason else None


def silent_exit_models(inputs: ReportInputs) -> Evidence | None:
    """No refit at which the exit models were allowed to act."""
    licences = inputs.exit_models.licences
    has_exits = inputs.validation.exits is not None
    if not has_exits or not licences or any(one.licensed for one in licences):
        return None
    return {"refits": len(licences), "auc": inputs.exit_models.exit_probability.auc}


def weightless_inputs(inputs: ReportInputs) -> Evidence | None:
    """Inputs of the exit calibrator with a coefficient of zero."""
    weights = inputs.exit_models.calibrator
    names = [name for name, weight in weights.items() if weight == 0.0]
    has_exits = inputs.validation.exits is not None
    return {"zero": len(names), "of": len(weights)} if has_exits and names else None


def garch_at_bound(inputs: ReportInputs) -> Evidence | None:
    """GARCH fits whose persistence alpha + beta is 1."""
    coins = inputs.volatility.garch.values()
    at_bound, fits = sum(one.integrated for one in coins), sum(one.fits for one in coins)
    return {"at_bound": at_bound, "fits": fits} if at_bound else None


def better_forecast(inputs: ReportInputs) -> Evidence | None:
    """A forecast of volatility with less loss than the one in use, where the test says so."""
    pooled = inputs.volatility.forecasts.pooled
    if not isinstance(pooled, PooledForecasts) or pooled.cost_of_choice.test.verdict != "worse":
        return None
    cost = pooled.cost_of_choice
    sizes = inputs.validation.sizing is not None
    return {"best": cost.best, "used": cost.used, "qlike": pooled.qlike, "sizes": sizes}


def regime_no_better_than_naive(inputs: ReportInputs) -> Evidence | None:
    """References against which the detector in use does not beat the naive one for certain."""
    regimes = inputs.volatility.regimes
    if not isinstance(regimes, RegimeResults):
        return None
    used: DetectorResults = getattr(regimes, regimes.detector_used)
    rows = [
        (words, own.accuracy, naive.accuracy)
        for name, words in REFERENCES.items()
        if isinstance(own := getattr(used, name), RegimeAccuracy)
        and isinstance(naive := getattr(regimes.naive, name), RegimeAccuracy)
        and not _exceeds(own.accuracy.low, naive.accuracy.value)
    ]
    return {"rows": rows} if rows else None


def _exceeds(low: float | None, value: float | None) -> bool:
    return low is not None and value is not None and low > value


def features_left_out(inputs: ReportInputs) -> Evidence | None:
    """Inputs that no model sees."""
    rows = inputs.confidence.features.left_out
    selects = inputs.validation.funnel is not None
    return {"rows": rows} if selects and rows else None
