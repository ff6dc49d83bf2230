"""Every claim of the roadmap beside what was measured, a table a phase."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.numbers import NBSP
from dipmaster.report.kit.table import Column, Table
from dipmaster.results.evaluation.claims import RoadmapClaim

VERDICTS = ("met", "inconclusive", "insufficient data", "not met", "not measured")
NOT_MEASURED = "not measured"
SECTIONS = {
    "SignalQualityValidator": "Signal validation",
    "ROI by phase": "Plan",
    "Success probability": "Plan",
    "Deployment plan": "Plan",
    "Implementation priority": "Plan",
}
"""Sections that are named after a class of the roadmap's code, by what it does."""


TERMS = {"latent state": "true state", "calibration error": "ECE"}
"""Terms of reasons, by what the other chapters call the same."""


@dataclass(frozen=True)
class Group:
    """Claims that were measured, or those that no evaluated phase measures."""

    title: str
    table: Table


def view(inputs: ReportInputs) -> Context:
    """A table a phase built, then one of all that is not measured, in the order of the file."""
    claims = inputs.claims
    tally = Counter(str(claim.verdict) for claim in claims)
    return {
        "groups": group(claims),
        "total": len(claims),
        "tally": {verdict: tally[verdict] for verdict in VERDICTS if tally[verdict]},
    }


def group(claims: Sequence[RoadmapClaim]) -> list[Group]:
    """Tables with their titles."""
    measured = [claim for claim in claims if claim.verdict != NOT_MEASURED]
    waiting = [claim for claim in claims if claim.verdict == NOT_MEASURED]
    groups = [
        Group(
            f"Phase {phase}" if phase else "Whole plan",
            table.table(MEASURED, [one for one in measured if one.phase == phase], "data claims"),
        )
        for phase in sorted(
            {claim.phase for claim in measured}, key=lambda phase: (not phase, phase)
        )
    ]
    if waiting:
        groups.append(Group("Not measured", table.table(WAITING, waiting, "data claims")))
    return groups


def _section(claim: RoadmapClaim) -> str:
    return SECTIONS.get(claim.section, claim.section)


def _words(claim: RoadmapClaim) -> str:
    return numbers.typeset(numbers.capital(claim.claim))


def _show(value: float | None, unit: str) -> str:
    """A number in its unit; one without a format of its own has its unit behind it."""
    if value is None:
        return numbers.MISSING
    kind = {"frac": "percent"}.get(unit, unit)
    if kind in ("points", "ratio", "percent"):
        return numbers.show(value, kind)
    return numbers.plain(value, 0 if float(value).is_integer() else 1) + NBSP + unit


def target_of(claim: RoadmapClaim) -> str:
    """What the roadmap wants, in print."""
    if isinstance(claim.target, tuple):
        low, high = claim.target
        return numbers.pair(_show(low, claim.unit), _show(high, claim.unit))
    return _show(claim.target, claim.unit)


def value_of(claim: RoadmapClaim) -> str:
    """What was measured, in print."""
    return _show(claim.value, claim.unit)


def _bounds(claim: RoadmapClaim) -> str:
    if claim.low is None and claim.high is None:
        return numbers.MISSING
    return numbers.pair(_show(claim.low, claim.unit), _show(claim.high, claim.unit))


def _explain(claim: RoadmapClaim) -> str:
    """The reason in the terms of the other chapters."""
    reason = claim.reason
    for written, printed in TERMS.items():
        reason = reason.replace(written, printed)
    return reason


def _explain_missing(claim: RoadmapClaim) -> str:
    why = f": {numbers.typeset(_explain(claim))}" if claim.reason else ""
    return Markup("<b>{}</b>{}").format(claim.verdict, why)


MEASURED: tuple[Column[RoadmapClaim], ...] = (
    Column("Section", _section, "l", "9%"),
    Column("Claim", _words, "l", "17%"),
    Column("Target", target_of, width="11%"),
    Column("Measured", lambda claim: table.bold(value_of(claim)), width="13%"),
    Column("Interval", _bounds, width="13%"),
    Column("n", lambda claim: numbers.count(claim.n or None), width="5%"),
    Column("Verdict and reason", lambda claim: table.verdict(claim.verdict, _explain(claim)), "l"),
)
WAITING: tuple[Column[RoadmapClaim], ...] = (
    Column("Section", _section, "l", "10%"),
    Column("Claim", _words, "l", "40%"),
    Column("Target", target_of, width="14%"),
    Column("Verdict and reason", _explain_missing, "l"),
)
CLAIMS = Chapter(
    folder="claims",
    title="Roadmap claims",
    view=view,
    part="appendix",
    applies=lambda inputs: bool(inputs.claims),
)
