"""Candidates to calibrated probabilities that their frozen phase-0 trade wins."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster import backtest, store
from dipmaster.backtest import ExitRules
from dipmaster.confidence import (
    VOLATILITY_COLUMNS,
    Events,
    Scores,
    events_of,
    joined,
    past_correlation,
    record_of,
    records_of,
    rows_at,
    schooling_of,
    scores_of,
    table_of,
    texts_of,
)
from dipmaster.foundation import stage
from dipmaster.foundation.numerics import Floats, Ints
from dipmaster.foundation.panel import Panel, aligned, epoch_ms
from dipmaster.foundation.parallel import in_threads
from dipmaster.learning.uniqueness import average_uniqueness
from dipmaster.params import Execution, Exits
from dipmaster.tables import BARS, CANDIDATES, FEATURES, SCORES, VOLATILITY, Table

BARS_FOLDER = Path("data/ingest/bars")
MARKET = Path("data/ingest/market.json")
FEATURES_FOLDER = Path("data/features/panel")
CANDIDATES_FILE = Path("data/features/candidates.parquet")
VOLATILITY_FOLDER = Path("data/volatility")
OUT = Path("data/confidence")
METRICS = Path("reports/metrics/confidence.json")


def main() -> None:
    """Write data/confidence whole, then how good every step was out of sample."""
    params = store.read_params(
        "confidence.family",
        "confidence.min_train",
        "confidence.trees",
        "confidence.correlation_days",
        "confidence.weights",
        "confidence.strength",
        "confidence.regime_scores",
        "confidence.prior_candidates",
        "confidence.calibrator",
        "confidence.judging",
        "execution",
        "exits",
        "split",
        "volatility.regime",
    )
    panel = read_panel()
    events = read_events(panel, params.execution, params.exits)
    first, last = int(panel.open_time[0]), int(panel.open_time[-1])
    school = schooling_of(
        events,
        uniqueness_of(events, panel, params.confidence.correlation_days),
        (first, last),
        params.split,
        params.exits.cap_bars,
        params.confidence.min_train,
    )
    scores = scores_of(
        school,
        read_rows(FEATURES_FOLDER, FEATURES, None, events, panel),
        read_rows(VOLATILITY_FOLDER, VOLATILITY, VOLATILITY_COLUMNS, events, panel),
        params.confidence,
        params.volatility.regime.no_new_trades_daily_frac,
    )
    write(scores)
    with stage.telling("judging the scores"):
        record = record_of(scores, (first, last), params.split, params.confidence.judging)
    store.write_json(record, METRICS)


def read_panel() -> Panel:
    """Bars of all symbols on one grid."""
    symbols = store.symbols_in(BARS_FOLDER)
    paths = [BARS_FOLDER / f"{symbol}.parquet" for symbol in symbols]
    bars = in_threads(partial(store.read_table, table=BARS), paths, "reading bars")
    fallback = float(store.read_json(MARKET)["fallback_half_spread_bps"])
    return aligned(dict(zip(symbols, bars, strict=True)), fallback)


def read_events(panel: Panel, execution: Execution, exits: Exits) -> Events:
    """Candidates and their labels: each traded alone by phase 0's rules, without limits."""
    candidates = store.read_table(CANDIDATES_FILE, CANDIDATES)
    symbol = np.searchsorted(panel.symbols, candidates["symbol"].to_numpy(dtype=str))
    found = backtest.outcomes(
        panel,
        symbol.astype(np.int64),
        panel.index_of(epoch_ms(candidates["open_time"])),
        execution,
        ExitRules.phase_0(exits),
        exits.target_frac,
        exits.stop_frac,
        exits.cap_bars,
    )
    return events_of(
        candidates,
        found.symbol_index,
        panel.open_time,
        found.entry_index,
        found.exit_index,
        found.net_frac,
        found.open_at_end,
    )


def uniqueness_of(events: Events, panel: Panel, correlation_days: int) -> Floats:
    """How much of its own each label says."""
    rho = past_correlation(panel.close, panel.open_time, events.decision_ms, correlation_days)
    return average_uniqueness(events.entry_bar, events.exit_bar, events.symbol_index, rho)


def read_rows(
    folder: Path, table: Table, columns: list[str] | None, events: Events, panel: Panel
) -> pd.DataFrame:
    """Rows of a table at the candidates' bars, in their order."""

    def of(index: int) -> pd.DataFrame:
        path = folder / f"{panel.symbols[index]}.parquet"
        wanted = None if columns is None else ["open_time", *columns]
        times: Ints = events.signal_ms[events.symbol_index == index]
        return rows_at(store.read_table(path, columns=wanted), times, table, str(path))

    rows = in_threads(of, range(len(panel.symbols)), f"reading {table.name}")
    return joined(rows, events.symbol_index, table)


def write(scores: Scores) -> None:
    """Scores, and every fitted model in a format that other programs read."""
    with store.staged(OUT) as folder:
        store.write_table(table_of(scores), SCORES, folder / "scores.parquet")
        for name, text in texts_of(scores).items():
            store.write_text(text, folder / "models" / name)
        for name, record in records_of(scores).items():
            store.write_json(record, folder / "models" / name)


if __name__ == "__main__":
    stage.run("confidence", main)
