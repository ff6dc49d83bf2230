"""What validation found to the files that others read."""

from collections.abc import Mapping

import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.core import catalog, store
from dipmaster.core.tables import EQUITY, FILLS, FILTER_RESULTS, TRADES
from dipmaster.evaluation.figures.overall import build_daily_equity, build_gates_frame, to_csv_text
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.serialisation import write_result
from dipmaster.results.summary import summarize


def write_ledgers(ledgers: Mapping[int, Ledger], filter_results: pd.DataFrame) -> None:
    """Three tables a phase, and who was admitted; the folder is never a mix of two runs."""
    with store.atomic_folder(catalog.VALIDATE) as folder:
        store.write_table(filter_results, FILTER_RESULTS, folder / "filter_results.parquet")
        for phase, ledger in ledgers.items():
            store.write_table(ledger.trades, TRADES, folder / f"trades_phase_{phase}.parquet")
            store.write_table(ledger.fills, FILLS, folder / f"fills_phase_{phase}.parquet")
            store.write_table(ledger.equity, EQUITY, folder / f"equity_phase_{phase}.parquet")


def write_metrics(rows: GateRows, results: ValidationResults) -> None:
    """Gates of all phases, everything behind them, and the few figures DVC shows."""
    write_result(rows, catalog.GATES)
    write_result(results, catalog.VALIDATE_METRICS)
    write_result(summarize(results, rows), catalog.SUMMARY)
    store.write_text(to_csv_text(build_gates_frame(rows)), catalog.PLOTS / "gates.csv")


def write_curves(ledgers: Mapping[int, Ledger], period: Period) -> None:
    """The account of each phase by day, for `dvc plots`."""
    for phase, ledger in ledgers.items():
        curve = to_csv_text(build_daily_equity(ledger.equity, period))
        store.write_text(curve, catalog.PLOTS / f"equity_phase_{phase}.csv")
