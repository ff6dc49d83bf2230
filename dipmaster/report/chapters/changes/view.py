"""What each phase changed against the one before; exits on all candidates; ablation."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.changes import ablation, ablation_chart, effects
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import comparison
from dipmaster.report.kit.comparison import Contribution
from dipmaster.report.kit.table import Table, table
from dipmaster.results.evaluation.exits import ExitResults


def view(inputs: ReportInputs) -> Context:
    """Paired differences of all phases, then what the phase with adaptive exits alone has."""
    every = [inputs.contribution(number) for number in inputs.built]
    contributions = [one for one in every if one is not None]
    exits = inputs.validation.exits
    return {
        "contributions": [(one, _table(one)) for one in contributions if one.traded],
        "abstained": [one.number for one in contributions if not one.traded],
        "exits": exits,
        **(_show_exits(exits) if exits is not None and exits.standalone.n else {}),
    }


def _table(change: Contribution) -> Table:
    heading = f"Phase {change.number} versus phase {change.baseline_phase}"
    columns = comparison.columns(
        heading, f"Phase {change.baseline_phase}", f"Phase {change.number}"
    )
    rows = [row for row in change.changes if row.metric.direction]
    return table(columns, rows, "data short changes grouped")


def _show_exits(results: ExitResults) -> Context:
    effect = effects.rows(results.standalone)
    columns = comparison.columns("All candidates", "Exits of phase 1", "Exits of phase 2")
    switched = ablation.variants(results.ablation)
    return {
        "effect": table(columns, effect, "data short nw grouped"),
        "gross": effects.gross(results.standalone),
        "effect_reasons": effects.reasons(effect),
        "ablation_chart": ablation_chart.forest(switched) if switched else "",
        "ablation_reasons": ablation.reasons(switched),
        "rules": len(results.ablation),
        "rules_by_effect": ablation.rules_by_effect(switched),
        "models_row": next((row for row in switched if row.rule == "models"), None),
    }


CHANGES = Chapter(folder="changes", title="Change by phase", view=view, part="appendix")
