"""What the stages before wrote to what every phase is evaluated on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core import catalog, store
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.tables import CANDIDATES, SCORES
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.market import Market
from dipmaster.results.serialisation import read_result
from dipmaster.results.volatility.record import VolatilityResults
from dipmaster.signal_filter import INPUT_COLUMNS

# Input of the signal filter to the column of the bars it needs; a spread can be estimated.
NEEDS = {"bars_since_volume_spike": "volume", "liquidity_score": "volume"}
DROPS = ("jump_frac", "jump_mark")


MATCHED_ON = ("volatility_class", "volatility_5m_daily_frac")


@dataclass(frozen=True)
class EvaluationInputs:
    """What evaluation reads beside params, whatever the phases; theirs they read themselves.

    Attributes
    ----------
    covariates
        What random entries are matched on.
    candidates, scores
        Tables CANDIDATES and SCORES, row by row the same candidates.
    filter_inputs, absent
        For `signal_filter.admit`: features at the candidates' bars, and those whose
        column no coin's source has.
    truth
        Where the simulator planted drops, by symbol; None on bars of an unknown truth.
    confidence, volatility
        What those stages measured; None where nobody asks for the claims on volatility.
    """

    panel: Panel
    covariates: MatchingCovariates
    candidates: pd.DataFrame
    scores: pd.DataFrame
    filter_inputs: pd.DataFrame
    absent: frozenset[str]
    truth: Mapping[str, pd.DataFrame] | None
    confidence: ConfidenceResults
    volatility: VolatilityResults | None


def read_inputs() -> EvaluationInputs:
    """Read what the stages before wrote.

    Raises
    ------
    DataError
        Where the scores are not those of the candidates.
    """
    market = read_result(catalog.MARKET, Market)
    panel = catalog.read_panel(market.fallback_half_spread_bps)
    candidates = store.read_table(catalog.CANDIDATES, CANDIDATES)
    columns = (*MATCHED_ON, *INPUT_COLUMNS)
    return build_inputs(
        panel,
        candidates,
        catalog.check_scores(store.read_table(catalog.SCORES, SCORES), candidates),
        catalog.read_symbols(catalog.FEATURE_PANEL, panel.symbols, columns),
        read_truth(panel.symbols),
        read_result(catalog.CONFIDENCE_METRICS, ConfidenceResults),
        read_result(catalog.VOLATILITY_METRICS, VolatilityResults),
        find_absent(market.columns),
    )


def build_inputs(
    panel: Panel,
    candidates: pd.DataFrame,
    scores: pd.DataFrame,
    features: Mapping[str, pd.DataFrame],
    truth: Mapping[str, pd.DataFrame] | None,
    confidence: ConfidenceResults,
    volatility: VolatilityResults | None,
    absent: frozenset[str] = frozenset(),
) -> EvaluationInputs:
    """What was read, or made in process, to what evaluation works on.

    Parameters
    ----------
    features
        By symbol, a frame with open_time, `MATCHED_ON` and `INPUT_COLUMNS` of the signal filter.
    absent
        Of `find_absent`.
    """
    return EvaluationInputs(
        panel,
        build_covariates(panel, features),
        candidates,
        scores,
        select_filter_inputs(candidates, features),
        absent,
        truth,
        confidence,
        volatility,
    )


def build_covariates(panel: Panel, features: Mapping[str, pd.DataFrame]) -> MatchingCovariates:
    """What random entries are matched on, for every bar of the panel.

    Parameters
    ----------
    features
        By symbol, a frame with open_time and `MATCHED_ON`.
    """
    columns = {name: np.full(panel.open.shape, np.nan) for name in MATCHED_ON}
    for row, symbol in enumerate(panel.symbols):
        at = panel.index_of(to_epoch_ms(features[symbol]["open_time"]))
        for name, values in columns.items():
            values[row, at] = features[symbol][name].to_numpy(dtype=np.float64)
    classes, recent = (columns[name] for name in MATCHED_ON)
    return MatchingCovariates(np.nan_to_num(classes, nan=-1.0).astype(np.int8), recent)


def read_truth(symbols: tuple[str, ...]) -> dict[str, pd.DataFrame] | None:
    """The simulator's drops; None where the truth is not known."""
    if not store.read_json_key(catalog.TRUTH_ABOUT, "known", bool):
        return None
    return catalog.read_symbols(catalog.TRUTH, symbols, DROPS)


def select_filter_inputs(
    candidates: pd.DataFrame, features: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Features at each candidate's own bar, which is known when its order is placed."""
    columns = {name: np.full(len(candidates), np.nan) for name in INPUT_COLUMNS}
    symbols = candidates["symbol"].to_numpy(dtype=str)
    times = to_epoch_ms(candidates["open_time"])
    for symbol, frame in features.items():
        rows_of_it = symbols == symbol
        at = _positions(to_epoch_ms(frame["open_time"]), times[rows_of_it], symbol)
        for name, values in columns.items():
            values[rows_of_it] = frame[name].to_numpy(dtype=np.float64)[at]
    return pd.DataFrame(columns)


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


def find_absent(columns: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Inputs of the signal filter that no coin's source can have.

    Columns decide, never values: a column whose first value comes late would else
    change, after the fact, which checks the candidates before it had to pass.

    Parameters
    ----------
    columns
        By symbol, the columns of its bars beside time and prices (market.json).
    """
    present = {name for names in columns.values() for name in names}
    return frozenset(name for name, source in NEEDS.items() if source not in present)
