"""How phase 1 chooses candidates: what it adds to its chapter, charts drawn."""

from markupsafe import Markup

from dipmaster.core.params.roadmap import CALIBRATION_SLOPE_RANGE, ECE_MAX, SIGNAL_TARGETS
from dipmaster.report.chapter import Context, PhasePart
from dipmaster.report.chapters.selection import calibration, funnel, funnel_chart, signals
from dipmaster.report.chapters.selection import reliability as charts
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import fits, importance
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.funnel import Funnel
from dipmaster.results.evaluation.record import SelectionResults
from dipmaster.results.evaluation.signal_quality import SignalQuality

REGIMES = ("low", "normal", "high")


def view(inputs: ReportInputs, number: int) -> Context:
    """Funnel, checks, thresholds, reliability, models, importance, components, signal quality."""
    results = inputs.results_of(number, SelectionResults)
    return {
        "confidence": inputs.confidence,
        **_show_funnel(results.funnel),
        "fits": fits.by_layer(inputs.confidence.folds),
        "failed": fits.failed(inputs.confidence.folds),
        "borrowed": calibration.borrowed_calibrators(inputs.confidence),
        **({} if inputs.confidence.reason else _show_scores(inputs)),
        **_show_signals(results.signal_quality),
    }


def _show_funnel(results: Funnel) -> Context:
    steps = funnel.steps(results)
    return {
        "funnel_chart": funnel_chart.funnel(steps),
        "steps": table(funnel.FUNNEL, steps),
        "candidates": results.out_of_sample[0].left,
        "largest_step": funnel.largest_step(results),
        "checks": table(funnel.CHECKS, results.checks),
        "signals": table(funnel.SIGNALS, results.confirmation_signals),
        "thresholds": table(funnel.THRESHOLDS, results.by_regime),
    }


def _show_scores(inputs: ReportInputs) -> Context:
    confidence = inputs.confidence
    return {
        "reliability_chart": _draw_reliability(inputs),
        "regimes_chart": charts.small(
            [(name, confidence.reliability.by_regime[name]) for name in REGIMES]
        ),
        "calibrated": table(calibration.CALIBRATION, calibration.by_regime(confidence)),
        "ece_max": ECE_MAX,
        "slopes": CALIBRATION_SLOPE_RANGE,
        "families": table(calibration.FAMILY_COLUMNS, calibration.families(confidence)),
        "models": table(calibration.MODEL_COLUMNS, calibration.models(confidence), "data short nw"),
        "components": table(calibration.COMPONENT_COLUMNS, calibration.components(inputs)),
        "importance_chart": importance.bars(confidence.importance),
        "important": min(len(confidence.importance), importance.SHOWN),
    }


def _draw_reliability(inputs: ReportInputs) -> Markup:
    bins, limits = inputs.confidence.reliability, inputs.params.confidence.thresholds
    return charts.diagram(
        [
            ("Confidence", bins.confidence, calibration.out_of_sample(inputs, "confidence")),
            (
                "Reference: plain logistic",
                bins.reference,
                calibration.out_of_sample(inputs, "p_reference"),
            ),
        ],
        [limits.low_volatility, limits.normal_volatility, limits.high_volatility],
    )


def _show_signals(quality: SignalQuality) -> Context:
    return {
        "quality": quality,
        "rates": table(signals.RATES, signals.rates(quality)),
        "win_rates": table(signals.WIN_RATES, quality.win_rate_by_regime),
        "consistency_target": SIGNAL_TARGETS["consistency"],
    }


SELECTION = PhasePart(folder="selection", title="confidence, filter, confirmation", view=view)
