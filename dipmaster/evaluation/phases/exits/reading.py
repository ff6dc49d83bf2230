"""What the `exits` stage wrote, and what of the market its models look at."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core import store
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools
from dipmaster.core.panel import Panel, epoch_ms
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import EXIT_PLANS, EXIT_ROWS, Table
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phases.exits.inputs import READ_ROWS, ExitInputs
from dipmaster.evaluation.reading import read_features
from dipmaster.exits import FEATURE_COLUMNS, VOLATILITY_COLUMNS, market_of, read_models

VOLATILITY_FOLDER = Path("data/volatility")
PLANS_FILE = Path("data/exits/plans.parquet")
ROWS_FILE = Path("data/exits/rows.parquet")
MODELS_FOLDER = Path("data/exits/models")
EXITS = Path("reports/metrics/exits.json")
_ROWS = Table(EXIT_ROWS.name, tuple(c for c in EXIT_ROWS.columns if c.name in READ_ROWS))
_CLASSES = {"signal_strength": (0, 2), "regime": (-1, 2), "momentum_class": (-2, 2)}


def read_exits(panel: Panel, candidates: pd.DataFrame, cap_bars: int) -> ExitInputs:
    """Plans, rows and models of the candidates.

    Raises
    ------
    DataError
        Where plans, rows or record are not those of the candidates.
    """
    record = store.read_json(EXITS)
    rows = store.read_table(ROWS_FILE, _ROWS, list(READ_ROWS))
    features = read_features(panel.symbols, FEATURE_COLUMNS)
    return ExitInputs(
        market_of(panel, features, read_volatility(panel.symbols)),
        check_plans(store.read_table(PLANS_FILE, EXIT_PLANS), candidates),
        check_count(check_rows(rows, candidates), record),
        read_models(MODELS_FOLDER),
        record,
        cap_bars,
    )


def read_volatility(symbols: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """What the exit models look at, by symbol."""
    paths = [VOLATILITY_FOLDER / f"{symbol}.parquet" for symbol in symbols]
    read = partial(store.read_table, columns=["open_time", *VOLATILITY_COLUMNS])
    return dict(zip(symbols, in_threads(read, paths, "reading volatility"), strict=True))


def check_plans(plans: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """The plans, if they are those of the candidates, row by row."""
    if len(plans) != len(candidates):
        raise _others(PLANS_FILE, f"{len(candidates)} rows", f"{len(plans)}")
    for name in ("candidate_id", "symbol", "open_time"):
        _demand(PLANS_FILE, plans[name] == candidates[name], f"the {name} of each candidate")
    for name, (least, most) in _CLASSES.items():
        _demand(PLANS_FILE, plans[name].between(least, most), f"{name} in {least}..{most}")
    _demand(PLANS_FILE, plans["target_frac"].between(0.0, np.inf, "neither"), "targets above 0")
    return plans


def check_rows(rows: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """The rows, if each lies `bars_held` bars after its candidate's purchase, in their order."""
    for name in ("candidate_id", "bars_held"):
        _demand(ROWS_FILE, rows[name].notna(), f"{name} in every row")
    of, held = (rows[name].to_numpy(np.int64) for name in ("candidate_id", "bars_held"))
    _demand(ROWS_FILE, (of >= 0) & (of < len(candidates)), "rows of the candidates")
    bought = epoch_ms(candidates["open_time"])[of] + BAR_MS
    on_time = (held >= 0) & (epoch_ms(rows["open_time"]) == bought + BAR_MS * held)
    _demand(ROWS_FILE, on_time, "rows from the purchase on, in 5-minute steps")
    rising = (np.diff(of) > 0) | ((np.diff(of) == 0) & (np.diff(held) > 0))
    order = "rows in order of candidate_id and bars_held, none twice"
    _demand(ROWS_FILE, np.append(True, rising)[: len(rows)], order)
    probability = rows["exit_probability"]
    inside = probability.isna() | probability.between(0.0, 1.0)
    _demand(ROWS_FILE, inside, "exit_probability in 0..1")
    return rows


def check_count(rows: pd.DataFrame, record: Mapping[str, Any]) -> pd.DataFrame:
    """The rows, if the stage told of as many: without its rows a position would never sell."""
    if not {"rows", "folds"} <= set(record):
        raise _others(EXITS, "the parts `rows` and `folds`", f"{sorted(record)}")
    expected = record["rows"]["all"]
    if expected != len(rows):
        raise _others(ROWS_FILE, f"{expected} rows, as {EXITS} tells", f"{len(rows)}")
    return rows


def _demand(path: Path, holds: "Bools | pd.Series[bool]", expected: str) -> None:
    wrong = np.flatnonzero(~np.asarray(holds, dtype=np.bool_))
    if wrong.size:
        raise _others(path, expected, f"another in {wrong.size} rows, the first is row {wrong[0]}")


def _others(path: Path, expected: str, found: str) -> DataError:
    return data_error(str(path), expected, found, "run the stages from `features` on again")
