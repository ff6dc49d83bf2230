"""How phase 2 leaves positions: what the template of its chapter prints, charts drawn."""

from collections.abc import Sequence
from typing import Any

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.report.chapters.exits import ablation_chart as switch_charts
from dipmaster.report.chapters.exits import (
    effects,
    excursions,
    exit_counts,
    holding_chart,
    mfe_capture,
    models,
    probability_chart,
    targets,
)
from dipmaster.report.chapters.exits import target_chart as target_charts
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import comparison_chart, importance

Context = dict[str, Any]
NUMBER = 2
ROW_MM = 3.2  # a feature of the importance chart
FEWEST_MARKS = 10  # trades from which their best and worst moments make a picture


def view(inputs: Inputs) -> Context:
    """Effects, rules that fired, capture, holding times, targets, excursions, exit models."""
    return {
        **_effects(inputs),
        **_fired(inputs),
        **_held(inputs),
        **_aims(inputs),
        **_excursions(inputs),
        **_models(inputs),
    }


def _effects(inputs: Inputs) -> Context:
    rows = effects.rows(inputs)
    shown = any(row.found["value"] is not None for row in rows)
    switched = [
        (words, variants)
        for name, words in _SETS
        if _any_change(variants := effects.variants(inputs, name))
    ]
    return {
        "candidates": has_candidates(inputs),
        "effect": effects.effect(inputs),
        "effect_words": effects.effect_words(inputs),
        "changes": rows,
        "reasons": list(dict.fromkeys(row.reason for row in rows if row.verdict == "NOT SHOWN")),
        "gross": effects.gross(inputs),
        "changes_chart": comparison_chart.forest(rows, columns=len(rows)) if shown else "",
        "switched": switched,
        "switched_rows": list(zip(*(variants for _, variants in switched), strict=True)),
        "switched_reasons": effects.reasons(switched),
        "switched_chart": switch_charts.forest(switched) if switched else "",
        "models_words": effects.models_words(inputs),
        "switched_words": effects.switched_words(inputs),
        "switched_alone": effects.alone_words(inputs),
    }


_SETS = (("all", "Every candidate alone"), ("traded", "What phase 2 traded"))


def _any_change(variants: list[effects.Variant]) -> bool:
    return any(row.found["value"] is not None for row in variants)


def has_candidates(inputs: Inputs) -> bool:
    """Whether there is an entry whose exits can be told."""
    return bool(effects.every_candidate(inputs)["n"])


def _fired(inputs: Inputs) -> Context:
    return {
        "fired": exit_counts.rows(inputs),
        "fired_words": exit_counts.fired_words(inputs),
        "passed": exit_counts.passed_words(inputs),
    }


def _held(inputs: Inputs) -> Context:
    rows = mfe_capture.held(inputs)
    before = [phase for phase in inputs.built if phase < NUMBER][-1]
    histograms = [_traded_bins(inputs, number) for number in (before, NUMBER)]
    names = (f"phase {before}", f"phase {NUMBER}")
    return {
        "captured": mfe_capture.capture_rows(inputs),
        "capture_words": mfe_capture.capture_words(inputs),
        "held": rows,
        "in_accounts": any(histograms),
        "held_chart": holding_chart.compared(histograms[0], histograms[1], names, rows),
        "held_words": mfe_capture.holding_words(inputs),
        "band": HOLDING_BAND_MINUTES,
    }


def _traded_bins(inputs: Inputs, number: int) -> Sequence[Json]:
    """A phase's histogram of holding times; empty where it opened nothing."""
    bins: Sequence[Json] = inputs.phase(number)["holding"]["histogram"]
    return bins if inputs.phase(number)["counts"]["trades"] else ()


def _aims(inputs: Inputs) -> Context:
    return {
        "targets": targets.targets(inputs),
        "classes_chart": target_charts.classes(targets.classes(inputs)),
        "trailed": targets.trailing(inputs),
    }


def _excursions(inputs: Inputs) -> Context:
    trades = inputs.validate["exits"]["scatter"]
    trailing = inputs.params.exits.trailing
    activation = trailing.activation_frac if trailing.enabled else None
    return {
        "marks": len(trades),
        "scatter": excursions.scatter(trades, inputs.params.exits.stop_frac, activation)
        if has_scatter(inputs)
        else "",
    }


def has_scatter(inputs: Inputs) -> bool:
    """Whether there are trades enough for a picture of their best and worst moments."""
    return len(inputs.validate["exits"]["scatter"]) >= FEWEST_MARKS


def _models(inputs: Inputs) -> Context:
    found, decision = inputs.exits, inputs.params.exits.decision
    reason = found["reason"]
    common: Context = {"reason": reason, "fits": models.fits(inputs)}
    if reason:
        return common
    return {
        **common,
        "made_of": models.made_of(inputs),
        "scores_chart": probability_chart.panels(
            found, (decision.partial_probability, decision.full_probability)
        ),
        "distribution": models.distribution_words(inputs),
        "gain_words": models.gain_words(inputs),
        "judged": models.judged(inputs),
        "timing": models.timing_words(inputs),
        "calibrator": models.calibrator_words(inputs),
        "importance_chart": importance.bars(found["importance"], ROW_MM)
        if found["importance"]
        else "",
    }
