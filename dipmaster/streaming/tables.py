"""Tables that the batch wrote, as arrays by column, for comparisons bar by bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core import catalog, store
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS
from dipmaster.features import FEATURE_NAMES
from dipmaster.streaming.market import FEATURE_PLACES, MarketFacts

Table = Mapping[str, npt.NDArray[Any]]
LEDGERS = ("fills", "trades", "equity")


@dataclass(frozen=True)
class FeatureTables:
    """Table FEATURES of all coins on the grid.

    Attributes
    ----------
    places
        Of `names` among the stream's features.
    values
        Shape (features, coins, bars), single precision; NaN where a coin has no bar or its
        source lacks the column.
    """

    names: tuple[str, ...]
    places: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]


@dataclass(frozen=True)
class BatchTables:
    """Everything that a stream is compared with.

    Attributes
    ----------
    by_candidate
        Name to table, a row a candidate.
    ledgers
        Name of `LEDGERS` and phase to table.
    features
        None where they are not compared: two years of ten coins take half a gigabyte.
    """

    by_candidate: Mapping[str, Table]
    exit_rows: Table
    ledgers: Mapping[tuple[str, int], Table]
    features: FeatureTables | None


def read_tables(
    facts: MarketFacts, phases: Sequence[int], *, with_features: bool = False
) -> BatchTables:
    """Read what the stages wrote."""
    by_candidate = {
        "candidates": read_columns(catalog.CANDIDATES),
        "scores": read_columns(catalog.SCORES),
        "filter_results": read_columns(catalog.VALIDATE / "filter_results.parquet"),
        "exit_plans": read_columns(catalog.EXIT_PLANS),
    }
    if catalog.EVIDENCE_SCORES.is_file():
        by_candidate["evidence_scores"] = read_columns(catalog.EVIDENCE_SCORES)
    ledgers = {
        (name, phase): read_columns(catalog.VALIDATE / f"{name}_phase_{phase}.parquet")
        for name in LEDGERS
        for phase in phases
    }
    features = read_features(facts, ledgers["equity", phases[0]]) if with_features else None
    return BatchTables(by_candidate, read_columns(catalog.EXIT_ROWS), ledgers, features)


def read_columns(path: Path) -> Table:
    """Columns of a table; times in milliseconds since 1970, -1 where missing."""
    frame = store.read_table(path)
    return {str(name): _to_array(frame[name]) for name in frame}


def read_features(facts: MarketFacts, equity: Table) -> FeatureTables:
    """Features of all coins on the grid of the accounts' marks."""
    shape = (len(FEATURE_NAMES), len(facts.symbols), len(equity["time"]))
    values = np.full(shape, np.nan, dtype=np.float32)
    for coin, symbol in enumerate(facts.symbols):
        frame = store.read_table(catalog.FEATURE_PANEL / f"{symbol}.parquet")
        bar = (to_epoch_ms(frame["open_time"]) - facts.first_ms) // BAR_MS
        for place, name in enumerate(FEATURE_NAMES):
            if name in frame:
                values[place, coin, bar] = frame[name].to_numpy(np.float32)
    places = np.array([FEATURE_PLACES[name] for name in FEATURE_NAMES])
    return FeatureTables(FEATURE_NAMES, places, values)


def _to_array(column: "pd.Series[Any]") -> npt.NDArray[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        times = to_epoch_ms(column)
        return np.where(column.isna().to_numpy(), -1, times)
    if pd.api.types.is_string_dtype(column.dtype):
        return column.to_numpy(dtype=object)
    return column.to_numpy()
