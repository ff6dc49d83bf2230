"""Exit rules and exit models, charts drawn."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.exits import (
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
from dipmaster.report.kit import fits, importance
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.exits import ExitResults

ROW_MM = 3.4  # a feature of the importance chart
FEWEST_MARKS = 10  # trades from which their excursions make a picture


def view(inputs: ReportInputs) -> Context:
    """Exit counts, MFE capture, holding periods, targets, excursions, exit models."""
    results = inputs.validation.adaptive_exits
    exit_rows = exit_counts.rows(results.exit_counts)
    return {
        "candidates": results.standalone.n,
        "exit_counts": table(exit_counts.COLUMNS, exit_rows),
        "never_taken": [exit_counts.name_of(row) for row in exit_rows if row.on and not row.fills],
        "probability": results.exit_probability_use,
        **(_show_entries(results) if results.standalone.n else {}),
        **_show_excursions(inputs, results),
        **_show_models(inputs),
    }


def _show_entries(results: ExitResults) -> Context:
    """What needs at least one candidate."""
    capture, held = results.mfe_capture, mfe_capture.held(results.holding)
    return {
        "capture": capture,
        "captured": table(mfe_capture.CAPTURE, mfe_capture.captured(capture)),
        "not_computable": mfe_capture.reasons(capture, is_known=False),
        "inconclusive": mfe_capture.reasons(capture, is_known=True),
        "held": table(mfe_capture.holding_columns(results.holding.band_minutes), held),
        "held_chart": holding_chart.means(held),
        "targets": table(targets.TARGETS, targets.by_set(results.targets), "data short nw"),
        "classes_chart": target_chart.classes(targets.classes(results.targets)),
        "trailing_traded": results.trailing.traded,
        "trailing": table(targets.TRAILING, targets.by_set(results.trailing), "data short nw"),
    }


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
        "coefficients": models.coefficients(results.calibrator),
        "importance_chart": importance.bars(results.importance, ROW_MM),
    }


EXITS = Chapter(
    folder="exits",
    title="Exit rules and exit models",
    view=view,
    part="appendix",
    applies=lambda inputs: inputs.validation.exits is not None,
)
