"""Stage `validate`: candidates to trades, and trades to gates with their uncertainty."""

from dataclasses import asdict
from functools import partial
from pathlib import Path

import pandas as pd

from dipmaster import store
from dipmaster.backtest import Ledger
from dipmaster.foundation import stage
from dipmaster.foundation.panel import Panel, aligned
from dipmaster.foundation.parallel import in_threads
from dipmaster.tables import BARS, CANDIDATES, EQUITY, FILLS, TRADES
from dipmaster.validation.breakdowns import Record
from dipmaster.validation.figures import period_record, phase_record
from dipmaster.validation.overall import (
    csv_text,
    equity_by_day,
    gates_frame,
    overall_ruling,
    summary_record,
)
from dipmaster.validation.phase_0 import (
    PHASE,
    SURROUNDINGS,
    judge_phase_0,
    surroundings_on,
    trade_phase_0,
)
from dipmaster.validation.splits import split_period

BARS_FOLDER = Path("data/ingest/bars")
MARKET = Path("data/ingest/market.json")
FEATURES = Path("data/features/panel")
CANDIDATES_FILE = Path("data/features/candidates.parquet")
LEDGERS = Path("data/validate")
METRICS = Path("reports/metrics")
PLOTS = Path("reports/plots")


def main() -> None:
    """Trade and judge every phase that is built, and write what it shows."""
    params = store.read_params("execution", "exits", "split", "gates")
    panel = read_panel()
    candidates = store.read_table(CANDIDATES_FILE, CANDIDATES)
    first, last = int(panel.open_time[0]), int(panel.open_time[-1])
    period = split_period(first, last, params.split, params.gates.block_days)
    ledger = trade_phase_0(panel, candidates, period, params.execution, params.exits)
    with stage.telling("judging phase 0"):
        evaluation = judge_phase_0(
            panel,
            surroundings_on(panel, read_surroundings(panel.symbols)),
            ledger,
            period,
            params.execution,
            params.exits,
            params.gates,
        )
    ruling = overall_ruling([PHASE])
    figures = phase_record(
        evaluation, ledger, candidates, period, params.exits.cap_bars, params.gates
    )
    details = {
        "verdict": ruling.verdict,
        "verdict_reason": ruling.reason,
        "period": period_record(period),
        "built_phases": [PHASE],
        "phases": {str(PHASE): figures},
        "checks": [{"phase": PHASE, **asdict(check)} for check in evaluation.checks],
    }
    write_ledger(ledger)
    rows = evaluation.gates.rows
    write_metrics(
        [asdict(row) for row in rows], details, summary_record(evaluation, ruling, ledger, period)
    )
    write_plots(equity_by_day(ledger.equity, period), gates_frame(rows))


def read_panel() -> Panel:
    """Bars of all symbols on one grid."""
    symbols = store.symbols_in(BARS_FOLDER)
    paths = [BARS_FOLDER / f"{symbol}.parquet" for symbol in symbols]
    bars = in_threads(partial(store.read_table, table=BARS), paths, "reading bars")
    fallback = float(store.read_json(MARKET)["fallback_half_spread_bps"])
    return aligned(dict(zip(symbols, bars, strict=True)), fallback)


def read_surroundings(symbols: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """What random entries are matched on, by symbol."""
    read = partial(store.read_table, columns=["open_time", *SURROUNDINGS])
    paths = [FEATURES / f"{symbol}.parquet" for symbol in symbols]
    return dict(zip(symbols, in_threads(read, paths, "reading features"), strict=True))


def write_ledger(ledger: Ledger) -> None:
    """Three tables of the phase; the folder is never a mix of two runs."""
    with store.staged(LEDGERS) as folder:
        store.write_table(ledger.trades, TRADES, folder / f"trades_phase_{PHASE}.parquet")
        store.write_table(ledger.fills, FILLS, folder / f"fills_phase_{PHASE}.parquet")
        store.write_table(ledger.equity, EQUITY, folder / f"equity_phase_{PHASE}.parquet")


def write_metrics(gates: list[Record], details: Record, summary: Record) -> None:
    """Gates, everything behind them, and the few figures DVC shows."""
    store.write_json(gates, METRICS / "gates.json")
    store.write_json(details, METRICS / "validate.json")
    store.write_json(summary, METRICS / "summary.json")


def write_plots(equity: pd.DataFrame, gates: pd.DataFrame) -> None:
    """What `dvc plots` draws."""
    store.write_text(csv_text(equity), PLOTS / f"equity_phase_{PHASE}.csv")
    store.write_text(csv_text(gates), PLOTS / "gates.csv")


if __name__ == "__main__":
    stage.run("validate", main)
