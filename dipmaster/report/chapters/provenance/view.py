"""What every number depends on besides the code: hashes, seeds, versions, params."""

from collections.abc import Mapping
from typing import Any

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.table import Column, table
from dipmaster.report.provenance import Output

OUTPUTS: tuple[Column[Output], ...] = (
    Column("Stage", lambda row: row.stage, "l"),
    Column("Output", lambda row: row.path, "l mono"),
    Column("md5 in dvc.lock", lambda row: row.md5, "l mono"),
)
PARAMS: tuple[Column[tuple[str, str]], ...] = (
    Column("Name", lambda pair: pair[0], "l mono", "39%"),
    Column("Value", lambda pair: pair[1], "mono"),
)


def view(inputs: ReportInputs) -> Context:
    """Tables and lists of it all."""
    params = inputs.params
    return {
        "outputs": table(OUTPUTS, inputs.outputs),
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
        "all_params": table(PARAMS, flat(params.values()), "data halves"),
    }


def flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Params as (dotted name, value in words), in the file's order."""
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows += flat(value, f"{name}.")
        else:
            rows.append((name, _in_words(value)))
    return rows


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


PROVENANCE = Chapter(
    folder="provenance", anchor="provenance", title="Provenance", view=view, part="appendix"
)
