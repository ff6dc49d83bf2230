"""What the `exits` stage wrote, and what of the market its models look at."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.exits import FEATURE_COLUMNS, VOLATILITY_COLUMNS, market_of, read_models
from dipmaster.foundation import store
from dipmaster.foundation.errors import DataError, data_error
from dipmaster.foundation.panel import Panel, epoch_ms
from dipmaster.foundation.parallel import in_threads
from dipmaster.foundation.periods import BAR_MS
from dipmaster.foundation.tables import EXIT_PLANS
from dipmaster.validation.adaptive import READ_ROWS, ExitInputs

MARKET_FEATURES = FEATURE_COLUMNS  # of the features: what random entries are scored on
VOLATILITY_FOLDER = Path("data/volatility")
PLANS_FILE = Path("data/exits/plans.parquet")
ROWS_FILE = Path("data/exits/rows.parquet")
MODELS_FOLDER = Path("data/exits/models")
EXITS = Path("reports/metrics/exits.json")


def read_exits(
    panel: Panel, candidates: pd.DataFrame, features: Mapping[str, pd.DataFrame]
) -> ExitInputs:
    """Plans, rows and models of the candidates.

    Parameters
    ----------
    features
        By symbol, a frame with open_time and `MARKET_FEATURES`.

    Raises
    ------
    DataError
        Where plans or rows are not those of the candidates.
    """
    rows = store.read_table(ROWS_FILE, columns=list(READ_ROWS))
    return ExitInputs(
        market_of(panel, features, read_volatility(panel.symbols)),
        planned(store.read_table(PLANS_FILE, EXIT_PLANS), candidates),
        followed(rows, candidates),
        read_models(MODELS_FOLDER),
        store.read_json(EXITS),
    )


def read_volatility(symbols: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """What the exit models look at, by symbol."""
    paths = [VOLATILITY_FOLDER / f"{symbol}.parquet" for symbol in symbols]
    read = partial(store.read_table, columns=["open_time", *VOLATILITY_COLUMNS])
    return dict(zip(symbols, in_threads(read, paths, "reading volatility"), strict=True))


def planned(plans: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """The plans, if they are those of the candidates, row by row."""
    if len(plans) != len(candidates):
        raise _others(PLANS_FILE, f"{len(candidates)} rows", f"{len(plans)}")
    for name in ("candidate_id", "symbol", "open_time"):
        if not (plans[name] == candidates[name]).all():
            raise _others(PLANS_FILE, f"the {name} of each candidate", "another in some row")
    return plans


def followed(rows: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """The rows, if each lies `bars_held` bars after its candidate's purchase."""
    of, held = (rows[name].to_numpy(np.int64) for name in ("candidate_id", "bars_held"))
    known = (of >= 0) & (of < len(candidates))
    if not known.all():
        raise _others(ROWS_FILE, "rows of the candidates", "rows of others")
    bought = epoch_ms(candidates["open_time"])[of] + BAR_MS
    if not np.array_equal(epoch_ms(rows["open_time"]), bought + BAR_MS * held):
        raise _others(ROWS_FILE, "rows from the purchase on, in 5-minute steps", "another time")
    return rows


def _others(path: Path, expected: str, found: str) -> DataError:
    return data_error(str(path), expected, found, "run the stages from `features` on again")
