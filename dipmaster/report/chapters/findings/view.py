"""Findings, limits and assumptions, numbered, the most severe first."""

from markupsafe import Markup

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.findings.finding import Finding
from dipmaster.report.findings.rules import find
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import table
from dipmaster.report.kit.table import Column
from dipmaster.report.kit.verdicts import FILLED, HALF, OPEN

MARKS = {"high": FILLED, "medium": HALF, "low": OPEN}


def _severity(finding: Finding) -> Markup:
    return Markup('<span class="mark">{}</span> {}').format(
        MARKS[finding.severity], finding.severity
    )


def _words(finding: Finding) -> Markup:
    return Markup("<b>{}</b> {}").format(finding.sentence, finding.consequence)


def view(inputs: ReportInputs) -> Context:
    """The findings that apply."""
    numbered = list(enumerate(find(inputs), start=1))
    columns: list[Column[tuple[int, Finding]]] = [
        Column("No.", lambda row: str(row[0]), "l", "5%"),
        Column("Severity", lambda row: _severity(row[1]), "l n", "10%"),
        Column("Finding and its consequence", lambda row: _words(row[1]), "l"),
    ]
    return {"findings": table.table(columns, numbered, "data findings")}


FINDINGS = Chapter(folder="findings", title="Findings, limits and assumptions", view=view)
