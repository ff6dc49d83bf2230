"""Stage `report`: metrics, equity and provenance to the PDF and its HTML twin."""

from pathlib import Path

from dipmaster import store
from dipmaster.foundation import stage
from dipmaster.report import pages, provenance, render
from dipmaster.report.inputs import Inputs
from dipmaster.tables import EQUITY

METRICS = Path("reports/metrics")
TEMPLATES = Path("reports/templates")
STYLE = Path("reports/style")
MARKET = Path("data/ingest/market.json")
LEDGERS = Path("data/validate")
LOCK = Path("dvc.lock")
PDF = Path("reports/phase_gate.pdf")
HTML = Path("reports/phase_gate.html")


def main() -> None:
    """Write both files, each whole or not at all."""
    inputs = read_inputs()
    with stage.telling("drawing the charts"):
        page = render.html(TEMPLATES, pages.context(inputs, STYLE))
    with stage.telling("setting the pages"):
        document = render.pdf(page, inputs.gates_bytes)
    store.write_text(page, HTML)
    with store.whole_file(PDF) as partial:
        partial.write_bytes(document)


def read_inputs() -> Inputs:
    """Everything the report is made of."""
    gates_file = METRICS / "gates.json"
    validate = store.read_json(METRICS / "validate.json")
    return Inputs(
        gates=store.read_json(gates_file),
        gates_bytes=gates_file.read_bytes(),
        validate=validate,
        ingest=store.read_json(METRICS / "ingest.json"),
        market=store.read_json(MARKET),
        equity={
            phase: store.read_table(LEDGERS / f"equity_phase_{phase}.parquet", EQUITY)
            for phase in validate["built_phases"]
        },
        outputs=provenance.outputs(store.read_yaml(LOCK)),
        readings=store.read_yaml(TEMPLATES / "readings.yaml"),
        params=store.read_params(
            "ingest", "features", "signal", "execution", "exits", "split", "gates", "report"
        ),
        versions=provenance.package_versions(),
    )


if __name__ == "__main__":
    stage.run("report", main)
