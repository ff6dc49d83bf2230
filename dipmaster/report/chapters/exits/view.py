"""How phase 2 leaves positions: what it adds to its chapter, charts drawn."""

from collections.abc import Sequence

from dipmaster.report.chapter import Context, PhasePart
from dipmaster.report.chapters.exits import (
    ablation,
    ablation_chart,
    effects,
    excursions,
    exit_counts,
    holding_chart,
    mfe_capture,
    models,
    probability_chart,
    target_chart,
    targets,
)
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import comparison, comparison_chart, fits, importance
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.breakdowns import HoldingBin
from dipmaster.results.evaluation.exits import ExitResults

ROW_MM = 3.2  # a feature of the importance chart
FEWEST_MARKS = 10  # trades from which their excursions make a picture


def view(inputs: ReportInputs, number: int) -> Context:
    """Effects, exit counts, capture, holding times, targets, excursions, exit models."""
    results = inputs.results_of(number, ExitResults)
    exit_rows = exit_counts.rows(results.exit_counts)
    return {
        "every": results.standalone,
        **_show_effects(results),
        "exit_counts": table(exit_counts.COLUMNS, exit_rows),
        "never_taken": [exit_counts.name_of(row) for row in exit_rows if row.on and not row.fills],
        "off": [exit_counts.name_of(row) for row in exit_rows if not row.on],
        "probability": results.exit_probability_use,
        **(_show_entries(inputs, number, results) if results.standalone.n else {}),
        **_show_excursions(inputs, results),
        **_show_models(inputs),
    }


def has_candidates(inputs: ReportInputs, number: int) -> bool:
    """Whether there is an entry whose exits can be told."""
    return bool(inputs.results_of(number, ExitResults).standalone.n)


def _show_effects(results: ExitResults) -> Context:
    every = results.standalone
    rows = effects.rows(every)
    columns = comparison.columns("Phase 1’s exits", "Phase 2’s exits", "n")
    return {
        "changes": rows,
        "changes_table": table(columns, rows, "data short nw"),
        "gross": effects.gross(every),
        "names_by_verdict": effects.names_by_verdict(rows),
        "changes_chart": comparison_chart.forest(rows, columns=len(rows))
        if comparison.is_any_computed(rows)
        else "",
        "reasons": [reason for reason in dict.fromkeys(row.reason for row in rows) if reason],
    }


def _show_entries(inputs: ReportInputs, number: int, results: ExitResults) -> Context:
    """What needs at least one candidate."""
    return {
        **_show_ablation(results),
        "capture": results.mfe_capture,
        "captured": table(mfe_capture.CAPTURE, mfe_capture.captured(results.mfe_capture)),
        "not_computed": mfe_capture.reasons(results.mfe_capture, is_known=False),
        "inconclusive": mfe_capture.reasons(results.mfe_capture, is_known=True),
        **_show_holding(inputs, number, results),
        "targets": table(targets.TARGETS, targets.by_set(results.targets), "data short nw"),
        "classes_chart": target_chart.classes(targets.classes(results.targets)),
        "trailing": table(targets.TRAILING, targets.by_set(results.trailing), "data short nw"),
    }


def _show_ablation(results: ExitResults) -> Context:
    switched = ablation.variants(results.ablation)
    of_all = [ablation.Variant(row.rule, row.state, row.all) for row in results.ablation]
    return {
        "switched": switched,
        "switched_rows": list(zip(*(entries.variants for entries in switched), strict=True)),
        "switched_reasons": ablation.reasons(switched),
        "switched_chart": ablation_chart.forest(switched) if switched else "",
        "rules": len(results.ablation),
        "rules_by_effect": ablation.rules_by_effect(of_all),
        "models_row": next((row for row in of_all if row.rule == "models"), None),
    }


def _show_holding(inputs: ReportInputs, number: int, results: ExitResults) -> Context:
    rows = mfe_capture.held(results.holding)
    before = [phase for phase in inputs.built if phase < number][-1]
    earlier, later = _traded_bins(inputs, before), _traded_bins(inputs, number)
    names = (f"phase {before}", f"phase {number}")
    columns = mfe_capture.holding_columns(results.holding.band_minutes)
    return {
        "holding": results.holding,
        "held": table(columns, rows),
        "in_accounts": bool(earlier or later),
        "held_chart": holding_chart.compared(earlier, later, names, rows),
    }


def _traded_bins(inputs: ReportInputs, number: int) -> Sequence[HoldingBin]:
    """A phase's histogram of holding times; empty where it opened nothing."""
    phase = inputs.phase(number)
    return phase.holding.histogram if phase.counts.trades else ()


def _show_excursions(inputs: ReportInputs, results: ExitResults) -> Context:
    dots, exits = results.excursions, inputs.params.exits
    if len(dots) < FEWEST_MARKS:
        return {"scatter": ""}
    activation = exits.trailing.activation_frac if exits.trailing.enabled else None
    return {
        "marks": len(dots),
        "scatter": excursions.scatter(dots, exits.stop_frac, activation),
    }


def _show_models(inputs: ReportInputs) -> Context:
    results, decision = inputs.exit_models, inputs.params.exits.decision
    if results.reason:
        return {"models": results}
    thresholds = (decision.partial_probability, decision.full_probability)
    return {
        "models": results,
        "scores_chart": probability_chart.panels(results, thresholds),
        "highest_gain": models.highest_gain(results.gain_by_score),
        "fits": fits.by_layer(results.folds),
        "failed": fits.failed(results.folds),
        "licences": table(models.LICENCES, results.licences),
        "judged": table(models.JUDGED, models.judged(results)),
        "coefficients": models.coefficients(results.calibrator),
        "importance_chart": importance.bars(results.importance, ROW_MM),
    }


ADAPTIVE_EXITS = PhasePart(
    folder="exits", title="adaptive exits", view=view, draws_holding_times=has_candidates
)
