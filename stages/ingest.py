"""Simulated market, or files under data/raw, to checked 5-minute bars and a quality report."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dipmaster.core import catalog, stage, store
from dipmaster.core.params import Ingest
from dipmaster.core.tables import BARS, FUNDING, ON_CHAIN, ORDER_BOOK, SENTIMENT, TRUTH, TableSchema
from dipmaster.market.description import describe_market
from dipmaster.market.jumps import refuse_jumps
from dipmaster.market.quality import build_quality_report
from dipmaster.market.raw import find_workspace_raw, read_raw
from dipmaster.market.simulator import simulate_market
from dipmaster.results.ingest import IngestResults
from dipmaster.results.market import Market
from dipmaster.results.serialisation import write_result


def main() -> None:
    """Write data/ingest whole, then the quality report."""
    ingest = store.read_params("ingest").ingest
    build = {"raw": _write_raw, "simulated": _write_simulated}[ingest.source]
    with store.atomic_folder(catalog.INGEST) as folder:
        quality = build(ingest, folder)
    write_result(quality, catalog.INGEST_METRICS)


def _write_raw(ingest: Ingest, folder: Path) -> IngestResults:
    market = read_raw(catalog.RAW, ingest, find_workspace_raw(catalog.RAW))
    refuse_jumps(market.bars, ingest.max_jump_factor)
    facts = describe_market(
        "raw", market.bars, market.funding, ingest.raw.half_spread_bps, market.log.selection
    )
    _write_bars(market.bars, market.funding, facts, folder)
    _write_about_truth(False, folder)
    return build_quality_report(market.bars, market.log)


def _write_simulated(ingest: Ingest, folder: Path) -> IngestResults:
    market = simulate_market(ingest.simulated)
    facts = describe_market("simulated", market.bars, (), ingest.raw.half_spread_bps)
    _write_bars(market.bars, {}, facts, folder)
    _write_tables(market.truth, TRUTH, folder / "truth")
    _write_about_truth(True, folder)
    _write_tables(market.order_book, ORDER_BOOK, folder / "order_book")
    _write_tables(market.on_chain, ON_CHAIN, folder / "on_chain")
    _write_tables(market.sentiment, SENTIMENT, folder / "sentiment")
    return build_quality_report(market.bars, None)


def _write_bars(
    bars: Mapping[str, pd.DataFrame],
    funding: Mapping[str, pd.DataFrame],
    facts: Market,
    folder: Path,
) -> None:
    """Bars, funding rates and facts on both; stages can depend on the folder of no rates too."""
    _write_tables(bars, BARS, folder / "bars")
    _write_tables(funding, FUNDING, folder / "funding")
    store.write_json({"charged": facts.funding}, folder / "funding" / "about.json")
    write_result(facts, folder / "market.json")


def _write_about_truth(known: bool, folder: Path) -> None:
    """So that stages can depend on the folder where there is no truth either."""
    store.write_json({"known": known}, folder / "truth" / "about.json")


def _write_tables(frames: Mapping[str, pd.DataFrame], table: TableSchema, folder: Path) -> None:
    for symbol in sorted(frames):
        store.write_table(frames[symbol], table, folder / f"{symbol}.parquet")


if __name__ == "__main__":
    stage.run("ingest", main)
