"""What validation found to the files that others read."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.core import store
from dipmaster.core.tables import ADMISSION, EQUITY, FILLS, TRADES
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.figures.overall import csv_text, equity_by_day, gates_frame
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.gates import GateRow

LEDGERS = Path("data/validate")
METRICS = Path("reports/metrics")
PLOTS = Path("reports/plots")


def write_ledgers(ledgers: Mapping[int, Ledger], admission: pd.DataFrame) -> None:
    """Three tables a phase, and who was admitted; the folder is never a mix of two runs."""
    with store.staged(LEDGERS) as folder:
        store.write_table(admission, ADMISSION, folder / "admission.parquet")
        for phase, ledger in ledgers.items():
            store.write_table(ledger.trades, TRADES, folder / f"trades_phase_{phase}.parquet")
            store.write_table(ledger.fills, FILLS, folder / f"fills_phase_{phase}.parquet")
            store.write_table(ledger.equity, EQUITY, folder / f"equity_phase_{phase}.parquet")


def write_metrics(rows: list[GateRow], details: Record, summary: Record) -> None:
    """Gates of all phases, everything behind them, and the few figures DVC shows."""
    store.write_json([asdict(row) for row in rows], METRICS / "gates.json")
    store.write_json(details, METRICS / "validate.json")
    store.write_json(summary, METRICS / "summary.json")
    store.write_text(csv_text(gates_frame(rows)), PLOTS / "gates.csv")


def write_curves(ledgers: Mapping[int, Ledger], period: Period) -> None:
    """The account of each phase by day, for `dvc plots`."""
    for phase, ledger in ledgers.items():
        curve = csv_text(equity_by_day(ledger.equity, period))
        store.write_text(curve, PLOTS / f"equity_phase_{phase}.csv")
