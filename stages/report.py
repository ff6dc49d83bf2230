"""Stage `report`: metrics, equity and provenance to the PDF and its HTML twin."""

from pathlib import Path

import pandas as pd

from dipmaster.core import stage, store
from dipmaster.core.tables import EQUITY, SCORES
from dipmaster.report import pages, provenance
from dipmaster.report.inputs import FORECAST_COLUMNS, Inputs, ShownCoin
from dipmaster.report.kit import render

METRICS = Path("reports/metrics")
MARKET = Path("data/ingest/market.json")
LEDGERS = Path("data/validate")
BARS = Path("data/ingest/bars")
TRUTH = Path("data/ingest/truth")
VOLATILITY = Path("data/volatility")
SCORED = Path("data/confidence/scores.parquet")
LOCK = Path("dvc.lock")
PDF = Path("reports/phase_gate.pdf")
HTML = Path("reports/phase_gate.html")


def main() -> None:
    """Write both files, each whole or not at all."""
    inputs = read_inputs()
    with stage.telling("drawing the charts"):
        page = render.html(pages.context(inputs))
    with stage.telling("setting the pages"):
        document = render.pdf(page, inputs.gates_bytes)
    store.write_text(page, HTML)
    with store.whole_file(PDF) as partial:
        partial.write_bytes(document)


def read_inputs() -> Inputs:
    """Everything the report is made of."""
    gates_file = METRICS / "gates.json"
    validate = store.read_json(METRICS / "validate.json")
    market = store.read_json(MARKET)
    return Inputs(
        gates=store.read_json(gates_file),
        gates_bytes=gates_file.read_bytes(),
        validate=validate,
        ingest=store.read_json(METRICS / "ingest.json"),
        market=market,
        volatility=store.read_json(METRICS / "volatility.json"),
        confidence=store.read_json(METRICS / "confidence.json"),
        exits=store.read_json(METRICS / "exits.json"),
        equity={
            phase: store.read_table(LEDGERS / f"equity_phase_{phase}.parquet", EQUITY)
            for phase in validate["built_phases"]
        },
        scores=store.read_table(SCORED, SCORES),
        forecasts=read_forecasts(),
        shown=read_shown(sorted(market["symbols"])[0]),
        outputs=provenance.outputs(store.read_yaml(LOCK)),
        params=store.read_params(
            "ingest",
            "features",
            "volatility",
            "signal",
            "confidence",
            "filter",
            "confirmation",
            "execution",
            "exits",
            "split",
            "gates",
            "report",
        ),
        versions=provenance.package_versions(),
    )


def read_forecasts() -> dict[str, pd.DataFrame]:
    """What was forecast and what came, a frame a coin."""
    return {
        symbol: store.read_table(VOLATILITY / f"{symbol}.parquet", columns=list(FORECAST_COLUMNS))
        for symbol in store.symbols_in(VOLATILITY)
    }


def read_shown(symbol: str) -> ShownCoin:
    """Price and latent state of the coin whose regimes are drawn."""
    known = store.read_json(TRUTH / "about.json")["known"]
    states = ["open_time", "regime", "coin_regime"]
    truth = store.read_table(TRUTH / f"{symbol}.parquet", columns=states) if known else None
    bars = store.read_table(BARS / f"{symbol}.parquet", columns=["open_time", "close"])
    return ShownCoin(symbol, bars, truth)


if __name__ == "__main__":
    stage.run("report", main)
