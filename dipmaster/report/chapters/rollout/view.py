"""What each step of the rollout asks for, what is met, and the calendar of the roadmap."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column, Table, table, texts, verdict
from dipmaster.results.monitoring.rollout import Criterion, RolloutStep

HEADINGS = (("Week", "l n", "10%"), ("Deployment plan", "l"), ("Phase under development", "l"))
CALENDAR = (
    ("1", "Development environment", "Phase 1: signals"),
    ("2", "Staging environment", "Phase 1: signals"),
    ("3", "Paper trading, full feature set", "Phase 2: exits"),
    ("4", "Limited capital, at most $10K", "Phase 2: exits"),
    ("5-6", "Gradual scaling", "Phase 3: volatility and size"),
    ("7-8", "Gradual scaling", "Phase 4: alternative data"),
)
"""Weeks, and what the roadmap's deployment plan and its phases do in them."""


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    steps = inputs.monitoring.rollout
    return {
        "steps": [(step, tabulate_criteria(step), name_capital(step)) for step in steps],
        "ready": [step.name for step in steps if step.is_ready],
        "missing": sum(not one.is_met for step in steps for one in step.criteria),
        "criteria": sum(len(step.criteria) for step in steps),
        "calendar": table(texts(*HEADINGS), CALENDAR),
    }


def tabulate_criteria(step: RolloutStep) -> Table:
    """A row a criterion."""
    columns: tuple[Column[Criterion], ...] = (
        Column("Criterion", lambda one: one.name, "l", "16%"),
        Column("Required", lambda one: _print(one.required), "l", "34%"),
        Column("Found", lambda one: _print(one.found), "l", "35%"),
        Column("", lambda one: verdict("met" if one.is_met else "not met"), "l n", "15%"),
    )
    return table(columns, step.criteria, "data readings")


def name_capital(step: RolloutStep) -> str:
    """What may be at risk."""
    return "no money" if step.capital is None else f"at most {numbers.money(step.capital)}"


def _print(text: str) -> str:
    return numbers.typeset(numbers.group_digits(numbers.capital(text)))


ROLLOUT = Chapter(folder="rollout", title="Rollout readiness", view=view, part="appendix")
