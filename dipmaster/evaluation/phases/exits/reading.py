"""What the `exits` stage wrote, and what of the market its models look at."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.tables import EXIT_PLANS, EXIT_ROWS, TableSchema
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phases.exits.inputs import READ_ROWS, ExitInputs
from dipmaster.exits import FEATURE_COLUMNS, VOLATILITY_COLUMNS, build_exit_market, read_models
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.serialisation import read_result

_ROWS = TableSchema(EXIT_ROWS.name, tuple(c for c in EXIT_ROWS.columns if c.name in READ_ROWS))


def read_exits(panel: Panel, candidates: pd.DataFrame, max_holding_bars: int) -> ExitInputs:
    """Plans, rows and models of the candidates.

    Raises
    ------
    DataError
        Where plans, rows or record are not those of the candidates.
    """
    measured = read_result(catalog.EXITS_METRICS, ExitModelResults)
    rows = store.read_table(catalog.EXIT_ROWS, _ROWS, list(READ_ROWS))
    features, volatility = (
        catalog.read_symbols(folder, panel.symbols, columns)
        for folder, columns in (
            (catalog.FEATURE_PANEL, FEATURE_COLUMNS),
            (catalog.VOLATILITY, VOLATILITY_COLUMNS),
        )
    )
    return ExitInputs(
        build_exit_market(panel, features, volatility),
        check_plans(store.read_table(catalog.EXIT_PLANS, EXIT_PLANS), candidates),
        check_count(check_rows(rows, candidates), measured),
        partial(read_models, catalog.EXIT_MODELS),
        measured.folds,
        measured.licences,
        max_holding_bars,
    )


def check_plans(plans: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """The plans, if they are those of the candidates, row by row."""
    path = catalog.EXIT_PLANS
    if len(plans) != len(candidates):
        raise _others(path, f"{len(candidates)} rows", f"{len(plans)}")
    for name in ("candidate_id", "symbol", "open_time"):
        _demand(path, plans[name] == candidates[name], f"the {name} of each candidate")
    _demand(path, np.isfinite(plans["target_frac"]), "targets above 0")
    return plans


def check_rows(rows: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """The rows, if each lies `bars_held` bars after its candidate's purchase, in their order."""
    path = catalog.EXIT_ROWS
    for name in ("candidate_id", "bars_held"):
        _demand(path, rows[name].notna(), f"{name} in every row")
    of, held = (rows[name].to_numpy(np.int64) for name in ("candidate_id", "bars_held"))
    _demand(path, (of >= 0) & (of < len(candidates)), "rows of the candidates")
    bought = to_epoch_ms(candidates["open_time"])[of] + BAR_MS
    on_time = (held >= 0) & (to_epoch_ms(rows["open_time"]) == bought + BAR_MS * held)
    _demand(path, on_time, "rows from the purchase on, in 5-minute steps")
    rising = (np.diff(of) > 0) | ((np.diff(of) == 0) & (np.diff(held) > 0))
    order = "rows in order of candidate_id and bars_held, none twice"
    _demand(path, np.append(True, rising)[: len(rows)], order)
    return rows


def check_count(rows: pd.DataFrame, measured: ExitModelResults) -> pd.DataFrame:
    """The rows, if the stage wrote as many: without its rows a position would never sell."""
    expected = measured.rows.all
    if expected != len(rows):
        words = f"{expected} rows, as {catalog.EXITS_METRICS} tells"
        raise _others(catalog.EXIT_ROWS, words, f"{len(rows)}")
    return rows


def _demand(path: Path, holds: "Bools | pd.Series[bool]", expected: str) -> None:
    wrong = np.flatnonzero(~np.asarray(holds, dtype=np.bool_))
    if wrong.size:
        raise _others(path, expected, f"another in {wrong.size} rows, the first is row {wrong[0]}")


def _others(path: Path, expected: str, found: str) -> DataError:
    return data_error(str(path), expected, found, "run the stages from `features` on again")
