"""What every number depends on besides the code: seeds, versions, and the files with the rest."""

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
    params = inputs.params
    return {
        "seeds": [
            ("ingest.simulated.seed", params.ingest.simulated.seed),
            ("volatility.evaluation.seed", params.volatility.evaluation.seed),
            ("confidence.trees.seed", params.confidence.trees.seed),
            ("confidence.evaluation.seed", params.confidence.evaluation.seed),
            ("exits.models.trees.seed", params.exits.models.trees.seed),
            ("exits.models.evaluation.seed", params.exits.models.evaluation.seed),
            ("gates.seed", params.gates.seed),
        ],
        "versions": sorted(inputs.versions.items()),
        "attachments": table(ATTACHMENTS, inputs.attachments),
    }


PROVENANCE = Chapter(folder="provenance", title="Provenance", view=view, part="appendix")
