"""How candidates are selected: funnel, scores, signal quality."""

from dipmaster.core.params.roadmap import SIGNAL_TARGETS
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.confidence import (
    components,
    funnel,
    funnel_chart,
    rejections,
    signals,
)
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import fits, importance, reliability
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.funnel import Funnel
from dipmaster.results.evaluation.signal_quality import SignalQuality

REGIMES = ("low", "normal", "high")


def view(inputs: ReportInputs) -> Context:
    """Funnel, checks, thresholds, reliability, models, importance, components, signal quality."""
    selection, confidence = inputs.validation.selection, inputs.confidence
    return {
        "confidence": confidence,
        **_show_funnel(selection.funnel),
        "fits": fits.by_layer(confidence.folds),
        "failed": fits.failed(confidence.folds),
        "extended": components.extended_calibrators(confidence),
        **({} if confidence.reason else _show_scores(inputs)),
        **_show_signals(selection.signal_quality),
    }


def _show_funnel(results: Funnel) -> Context:
    steps = funnel.steps(results)
    return {
        "funnel_chart": funnel_chart.funnel(steps),
        "steps": table(funnel.FUNNEL, steps),
        "candidates": results.out_of_sample[0].left,
        "most_selective": funnel.most_selective(steps),
        "checks": table(funnel.CHECKS, results.checks),
        "signals": table(funnel.SIGNALS, results.confirmation_signals),
        "comparable": len(funnel.list_comparable(results.confirmation_signals)),
        "informative": funnel.list_informative(results.confirmation_signals),
        "thresholds": table(funnel.THRESHOLDS, results.by_regime),
    }


def _show_scores(inputs: ReportInputs) -> Context:
    confidence = inputs.confidence
    panels = [
        reliability.Diagram(
            title=f"{regime.capitalize()} volatility",
            points=reliability.score_points(confidence.reliability.by_regime[regime]),
            observed="observed win rate, per cent",
        )
        for regime in REGIMES
    ]
    return {
        "regimes_chart": reliability.diagrams(panels),
        "families": table(components.FAMILY_COLUMNS, components.families(confidence)),
        "components": table(components.COMPONENT_COLUMNS, components.components(inputs)),
        "calibrators": table(components.CALIBRATOR_COLUMNS, components.calibrators(confidence)),
        "importance_chart": importance.bars(confidence.importance),
        "important": min(len(confidence.importance), importance.SHOWN),
    }


def _show_signals(quality: SignalQuality) -> Context:
    return {
        "quality": quality,
        "rejections": rejections.count_rejections(quality),
        "rates": table(signals.RATES, signals.rates(quality)),
        "win_rates": table(signals.WIN_RATES, quality.win_rate_by_regime),
        "consistency_target": SIGNAL_TARGETS["consistency"],
    }


CONFIDENCE = Chapter(
    folder="confidence",
    title="Signal filter and confidence",
    view=view,
    part="appendix",
    applies=lambda inputs: inputs.validation.funnel is not None,
)
