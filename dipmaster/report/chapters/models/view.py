"""How good the models are: probabilities, volatility forecasts, regimes."""

from markupsafe import Markup

from dipmaster.core.params.roadmap import CALIBRATION_SLOPE_RANGE, ECE_MAX
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.models import classifiers, detectors, forecasts
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import reliability
from dipmaster.report.kit.table import table
from dipmaster.results.volatility.regimes import RegimesNotJudged

REGIMES = ("low", "normal", "high")
ACCURACY = "1.3.accuracy"  # the claim that the detector in use is compared with


def view(inputs: ReportInputs) -> Context:
    """Discrimination and calibration, forecasts, regimes."""
    rows = classifiers.list_classifiers(inputs)
    panels = _panels(inputs)
    return {
        "classifiers": table(classifiers.CLASSIFIERS, rows, "data short nw"),
        "reliability_chart": _draw(panels) if rows else "",
        "calibrated": table(classifiers.CALIBRATION, classifiers.by_regime(inputs.confidence))
        if _has_confidence(inputs)
        else None,
        "ece_max": ECE_MAX,
        "slopes": CALIBRATION_SLOPE_RANGE,
        "reasons": _reasons(inputs),
        "exit_rows": inputs.exit_models.rows if _has_exit_models(inputs) else None,
        "exit_models_act": any(one.licensed for one in inputs.exit_models.licences),
        **_show_forecasts(inputs),
        **_show_detectors(inputs),
    }


def _has_confidence(inputs: ReportInputs) -> bool:
    return inputs.validation.funnel is not None and not inputs.confidence.reason


def _has_exit_models(inputs: ReportInputs) -> bool:
    return inputs.validation.exits is not None and not inputs.exit_models.reason


def _reasons(inputs: ReportInputs) -> list[tuple[str, str]]:
    """Scores that a phase asks for and does not have."""
    validation = inputs.validation
    return [
        (words, reason)
        for words, section, reason in (
            ("confidence", validation.funnel, inputs.confidence.reason),
            ("exit probability", validation.exits, inputs.exit_models.reason),
        )
        if section is not None and reason
    ]


def _panels(inputs: ReportInputs) -> list[reliability.Diagram]:
    params, panels = inputs.params, []
    if _has_confidence(inputs):
        limits = params.confidence.thresholds
        histogram = inputs.confidence.distribution.confidence
        panels.append(
            reliability.Diagram(
                title="Confidence",
                points=reliability.score_points(inputs.confidence.reliability.confidence),
                counts=histogram.all.counts,
                edges=histogram.edges,
                thresholds=(
                    limits.low_volatility,
                    limits.normal_volatility,
                    limits.high_volatility,
                ),
                observed="observed win rate, per cent",
                counted="candidates",
            )
        )
    if _has_exit_models(inputs):
        decision, results = params.exits.decision, inputs.exit_models
        panels.append(
            reliability.Diagram(
                title="Exit probability",
                points=reliability.exit_points(results.reliability),
                counts=results.distribution.counts,
                edges=results.distribution.edges,
                thresholds=(decision.partial_probability, decision.full_probability),
                observed="selling beats holding, per cent",
                counted="closed bars",
            )
        )
    return panels


def _draw(panels: list[reliability.Diagram]) -> Markup:
    return reliability.diagrams(panels)


def _show_forecasts(inputs: ReportInputs) -> Context:
    results = inputs.volatility
    fits, integrated = forecasts.count_fits(results.garch)
    return {
        "forecasts": table(forecasts.COLUMNS, forecasts.forecasts(results)),
        "pooled": results.forecasts.pooled,
        "fits": fits,
        "integrated": integrated,
    }


def _show_detectors(inputs: ReportInputs) -> Context:
    regimes = inputs.volatility.regimes
    if isinstance(regimes, RegimesNotJudged):
        return {"regimes": regimes, "detectors": None}
    truth, rows = detectors.is_truth_known(regimes), detectors.detectors(regimes)
    return {
        "regimes": regimes,
        "truth": truth,
        "accuracies": table(detectors.accuracy_columns(), rows) if truth else None,
        "detectors": table(detectors.agreement_columns(truth=truth), rows),
        "in_use": detectors.compared_in_use(regimes),
        "claim": inputs.claim(ACCURACY),
    }


MODELS = Chapter(folder="models", title="Models", view=view)
