"""What every number depends on besides the code: seeds, versions, and the files with the rest."""

from dipmaster.core.params.changes import flatten
from dipmaster.report.attachments import Attachment
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.table import Column, table

ATTACHMENTS: tuple[Column[Attachment], ...] = (
    Column("Attached file", lambda row: row.name, "l mono"),
    Column("Content", lambda row: row.description, "l"),
)


def view(inputs: ReportInputs) -> Context:
    """Seeds and versions; params and hashes are attached to the PDF."""
    values = flatten(inputs.params.values())
    return {
        "seeds": [pair for pair in values.items() if pair[0].endswith(".seed")],
        "versions": sorted(inputs.versions.items()),
        "attachments": table(ATTACHMENTS, inputs.attachments),
    }


PROVENANCE = Chapter(folder="provenance", title="Provenance", view=view, part="appendix")
