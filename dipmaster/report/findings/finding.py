"""What a finding is: a rule over the results, a severity, a sentence, a consequence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.html import environment

Severity = Literal["high", "medium", "low"]
Evidence = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One possible finding.

    Attributes
    ----------
    name
        Of its macros in sentences.html.j2 and consequences.html.j2.
    evidence
        What these print; None where the finding does not apply.
    """

    name: str
    severity: Severity
    evidence: Callable[[ReportInputs], Evidence | None]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that applies, in print."""

    name: str
    severity: Severity
    sentence: Markup
    consequence: Markup


def print_finding(rule: Rule, evidence: Evidence) -> Finding:
    """A rule's sentence and consequence, filled with its evidence."""
    return Finding(
        name=rule.name,
        severity=rule.severity,
        sentence=_print("sentences", rule.name, evidence),
        consequence=_print("consequences", rule.name, evidence),
    )


def _print(file: str, macro: str, evidence: Evidence) -> Markup:
    module = environment().get_template(f"findings/{file}.html.j2").module
    return Markup(str(getattr(module, macro)(evidence)).strip())
