"""How phase 1 chooses candidates: what the template of its chapter prints, charts drawn."""

from typing import Any

from dipmaster.core.params.roadmap import ECE_MAX, SLOPES
from dipmaster.report.chapters.selection import calibration, funnel, reliability, signals
from dipmaster.report.chapters.selection import funnel_chart as funnel_chart
from dipmaster.report.inputs import Inputs
from dipmaster.report.kit import importance

Context = dict[str, Any]
REGIMES = ("low", "normal", "high")


def view(inputs: Inputs) -> Context:
    """Funnel, checks, thresholds, reliability, models, importance, components, signal quality."""
    return {**_funnel(inputs), **_scores(inputs), **_signals(inputs)}


def _funnel(inputs: Inputs) -> Context:
    steps = funnel.steps(inputs)
    return {
        "steps": steps,
        "funnel_chart": funnel_chart.funnel(steps),
        "largest_step": funnel.largest_step(inputs),
        "checks": funnel.checks(inputs),
        "signs": funnel.signs(inputs),
        "thresholds": funnel.thresholds(inputs),
    }


def _scores(inputs: Inputs) -> Context:
    found = inputs.confidence
    shown = found["importance"][: importance.SHOWN]
    return {
        "reason": found["reason"],
        "family": found["family"],
        "calibrator": found["calibrator"],
        "candidates": found["candidates"],
        "base_rate": found["base_rate"],
        "fits": calibration.fits(inputs),
        "left_out": calibration.left_out(inputs),
        "reliability_chart": _reliability(inputs) if not found["reason"] else "",
        "calibrated": calibration.by_regime(inputs),
        "regimes_chart": _reliability_by_regime(inputs) if not found["reason"] else "",
        "ece_max": ECE_MAX,
        "slopes": SLOPES,
        "models": calibration.models(inputs),
        "families": calibration.families(inputs),
        "carried": calibration.carried(inputs),
        "calibrators": calibration.calibrators(inputs),
        "components": calibration.components(inputs),
        "layer_words": calibration.layer_words(inputs),
        "importance_chart": importance.bars(shown) if shown else "",
        "important": len(shown),
        "features": len(found["importance"]),
    }


def _reliability(inputs: Inputs) -> Any:
    found = inputs.confidence["reliability"]
    limits = inputs.params.confidence.thresholds
    panels = [
        (
            "Confidence",
            found["confidence"],
            calibration.out_of_sample(inputs, "confidence"),
        ),
        (
            "Reference: plain logistic",
            found["reference"],
            calibration.out_of_sample(inputs, "p_reference"),
        ),
    ]
    return reliability.diagram(
        panels, [limits.low_volatility, limits.normal_volatility, limits.high_volatility]
    )


def _reliability_by_regime(inputs: Inputs) -> Any:
    found = inputs.confidence["reliability"]["by_regime"]
    return reliability.small([(name, found[name]) for name in REGIMES])


def _signals(inputs: Inputs) -> Context:
    return {
        "rates": signals.rates(inputs),
        "counted": signals.counted(inputs),
        "said": [
            words
            for words in (
                signals.said_and_done(inputs),
                signals.planted(inputs),
                signals.consistency(inputs),
                signals.mcnemar(inputs),
            )
            if words
        ],
        "regimes": signals.regimes(inputs),
        "heterogeneity": signals.heterogeneity(inputs),
    }
