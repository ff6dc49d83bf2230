"""What the stages before wrote to what validation works on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core import store
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import Panel, aligned, epoch_ms
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import BARS, CANDIDATES, SCORES
from dipmaster.evaluation.phase_orders import SURROUNDINGS, surroundings_on
from dipmaster.evaluation.phases.exits.orders import ExitInputs
from dipmaster.evaluation.phases.exits.reading import MARKET_FEATURES, read_exits
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.signal_filter import INPUTS

BARS_FOLDER = Path("data/ingest/bars")
MARKET = Path("data/ingest/market.json")
TRUTH = Path("data/ingest/truth")
FEATURES = Path("data/features/panel")
CANDIDATES_FILE = Path("data/features/candidates.parquet")
SCORES_FILE = Path("data/confidence/scores.parquet")
CONFIDENCE = Path("reports/metrics/confidence.json")
VOLATILITY = Path("reports/metrics/volatility.json")
# Input of the admission to the column of the bars it needs; a spread is estimated where it lacks.
NEEDS = {"bars_since_volume_spike": "volume", "liquidity_score": "volume"}
DROPS = ["open_time", "jump_frac", "jump_mark"]


@dataclass(frozen=True)
class Seen:
    """Everything the stage reads beside params.

    Attributes
    ----------
    candidates, scores
        Tables CANDIDATES and SCORES, row by row the same candidates.
    inputs, absent
        For `admission.admit`: features at the candidates' bars, and those whose
        column no coin's source has.
    truth
        Where the simulator planted drops, by symbol; None on bars of an unknown truth.
    confidence, volatility
        What those stages measured, as in their JSON.
    exits
        What the stage of that name made of the candidates; None where nobody asks for
        the phases that need it.
    """

    panel: Panel
    around: MatchingCovariates
    candidates: pd.DataFrame
    scores: pd.DataFrame
    inputs: pd.DataFrame
    absent: frozenset[str]
    truth: Mapping[str, pd.DataFrame] | None
    confidence: Mapping[str, Any]
    volatility: Mapping[str, Any]
    exits: ExitInputs | None


def read_all() -> Seen:
    """Read what the stages before wrote.

    Raises
    ------
    DataError
        Where scores, or the plans of exits, are not those of the candidates.
    """
    panel = read_panel()
    candidates = store.read_table(CANDIDATES_FILE, CANDIDATES)
    features = read_features(panel.symbols)
    columns = store.read_json(MARKET)["columns"]
    return seen_of(
        panel,
        candidates,
        same_candidates(store.read_table(SCORES_FILE, SCORES), candidates),
        features,
        read_truth(panel.symbols),
        store.read_json(CONFIDENCE),
        store.read_json(VOLATILITY),
        read_exits(panel, candidates, features),
        absent_from(columns),
    )


def seen_of(
    panel: Panel,
    candidates: pd.DataFrame,
    scores: pd.DataFrame,
    features: Mapping[str, pd.DataFrame],
    truth: Mapping[str, pd.DataFrame] | None,
    confidence: Mapping[str, Any],
    volatility: Mapping[str, Any],
    exits: ExitInputs | None = None,
    absent: frozenset[str] = frozenset(),
) -> Seen:
    """What was read, or made in process, to what validation works on.

    Parameters
    ----------
    features
        By symbol, a frame with open_time, `SURROUNDINGS` and `INPUTS` of the admission.
    absent
        Of `absent_from`.
    """
    return Seen(
        panel,
        surroundings_on(panel, features),
        candidates,
        scores,
        inputs_at(candidates, features),
        absent,
        truth,
        confidence,
        volatility,
        exits,
    )


def read_panel() -> Panel:
    """Bars of all symbols on one grid."""
    symbols = store.symbols_in(BARS_FOLDER)
    paths = [BARS_FOLDER / f"{symbol}.parquet" for symbol in symbols]
    bars = in_threads(partial(store.read_table, table=BARS), paths, "reading bars")
    fallback = float(store.read_json(MARKET)["fallback_half_spread_bps"])
    return aligned(dict(zip(symbols, bars, strict=True)), fallback)


def read_features(symbols: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """What random entries are matched on, and what admission and exits look at, by symbol."""
    wanted = list(dict.fromkeys(("open_time", *SURROUNDINGS, *INPUTS, *MARKET_FEATURES)))
    paths = [FEATURES / f"{symbol}.parquet" for symbol in symbols]
    read = partial(store.read_table, columns=wanted)
    return dict(zip(symbols, in_threads(read, paths, "reading features"), strict=True))


def read_truth(symbols: tuple[str, ...]) -> dict[str, pd.DataFrame] | None:
    """The simulator's drops; None where the truth is not known."""
    if not store.read_json(TRUTH / "about.json")["known"]:
        return None
    paths = [TRUTH / f"{symbol}.parquet" for symbol in symbols]
    read = partial(store.read_table, columns=DROPS)
    return dict(zip(symbols, in_threads(read, paths, "reading truth"), strict=True))


def same_candidates(scores: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """The scores, if they are those of the candidates: number, coin and time, row by row."""
    ids = np.arange(len(candidates))
    numbered = np.array_equal(ids, candidates["candidate_id"].to_numpy())
    if not numbered or len(scores) != len(candidates):
        found = f"{len(scores)} rows, candidates {'' if numbered else 'not '}numbered from 0"
        raise _others(f"one row for each of {len(candidates)} candidates", found)
    for name in ("candidate_id", "symbol", "open_time"):
        other = np.flatnonzero((scores[name] != candidates[name]).to_numpy())
        if other.size:
            raise _others(
                f"the {name} of each candidate",
                f"{scores[name][other[0]]} for {candidates[name][other[0]]} in row {other[0]}",
            )
    sure = scores["confidence"].to_numpy(dtype=np.float64)
    outside = np.flatnonzero(~(np.isnan(sure) | ((sure >= 0.0) & (sure <= 1.0))))
    if outside.size:
        raise _others("confidence in 0..1", f"{sure[outside[0]]:g} in row {outside[0]}")
    return scores


def _others(expected: str, found: str) -> DataError:
    return data_error(str(SCORES_FILE), expected, found, "run the stages from `features` on again")


def inputs_at(candidates: pd.DataFrame, features: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Features at each candidate's own bar, which is known when its order is placed."""
    rows = {name: np.full(len(candidates), np.nan) for name in INPUTS}
    symbols = candidates["symbol"].to_numpy(dtype=str)
    times = epoch_ms(candidates["open_time"])
    for symbol, frame in features.items():
        own = symbols == symbol
        at = _positions(epoch_ms(frame["open_time"]), times[own], symbol)
        for name, values in rows.items():
            values[own] = frame[name].to_numpy(dtype=np.float64)[at]
    return pd.DataFrame(rows)


def _positions(have: Ints, wanted: Ints, symbol: str) -> Ints:
    at: Ints = np.minimum(np.searchsorted(have, wanted), have.size - 1)
    if np.array_equal(have[at], wanted):
        return at
    raise data_error(
        f"features of {symbol}",
        "a row at every candidate's bar",
        "none at some",
        "run the features stage again",
    )


def absent_from(columns: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Inputs of the admission that no coin's source can have.

    Columns decide, never values: a column whose first value comes late would else
    change, after the fact, which checks the candidates before it had to pass.

    Parameters
    ----------
    columns
        By symbol, the columns of its bars beside time and prices (market.json).
    """
    present = {name for names in columns.values() for name in names}
    return frozenset(name for name, source in NEEDS.items() if source not in present)
