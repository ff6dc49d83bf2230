"""What each phase changed against the one before; exits on all candidates; ablation."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.changes import ablation, ablation_chart, effects
from dipmaster.report.chapters.changes.correction import (
    Adjusted,
    correct,
    find_adjusted,
    show_verdict,
)
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import comparison
from dipmaster.report.kit.comparison import Change, Contribution
from dipmaster.report.kit.table import Column, Table, table
from dipmaster.results.evaluation.exits import ExitResults


def view(inputs: ReportInputs) -> Context:
    """Paired differences of all phases, then what the phase with adaptive exits alone has."""
    every = [inputs.contribution(number) for number in inputs.built]
    contributions = [_adjust(inputs, one) for one in every if one is not None]
    exits = inputs.validation.exits
    return {
        "contributions": [
            (one, _table(one, adjusted)) for one, adjusted in contributions if one.traded
        ],
        "abstained": [one.number for one, _ in contributions if not one.traded],
        "exits": exits,
        **(_show_exits(exits) if exits is not None and exits.standalone.n else {}),
    }


def _adjust(inputs: ReportInputs, one: Contribution) -> tuple[Contribution, Adjusted]:
    """A phase's changes with their corrected verdicts, and what they were corrected by."""
    adjusted = find_adjusted(inputs.outcomes.added, one.number)
    return correct(one, adjusted), adjusted


def _table(change: Contribution, adjusted: Adjusted) -> Table:
    heading = f"Phase {change.number} versus phase {change.baseline_phase}"
    columns = comparison.columns(
        heading, f"Phase {change.baseline_phase}", f"Phase {change.number}"
    )
    verdict: Column[Change] = Column("Verdict", lambda row: show_verdict(row, adjusted), "l n")
    rows = [row for row in change.changes if row.metric.direction]
    return table([*columns[:-1], verdict], rows, "data short changes grouped")


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
