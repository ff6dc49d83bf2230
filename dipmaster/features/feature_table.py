"""Features as they are stored, and a summary of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Features
from dipmaster.core.tables import FEATURES, I8
from dipmaster.core.time_units import BARS_PER_DAY, ISO_UTC
from dipmaster.features.batch import FEATURE_NAMES, MarketBars, iterate_blocks
from dipmaster.features.candidates import CANDIDATE_COLUMNS
from dipmaster.results.features import FeatureLeftOut, FeatureResults

STORED_TYPES = {c.name: c.dtype for c in FEATURES.columns[1:]}
FLAG_ROWS = [place for place, name in enumerate(FEATURE_NAMES) if STORED_TYPES[name] == I8]
RULE_INPUT_ROWS = [FEATURE_NAMES.index(name) for name in CANDIDATE_COLUMNS]


def build_feature_table(
    symbol: str, market: MarketBars, params: Features
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features of one coin as they are stored, and those that candidates need, in full.

    Returns
    -------
    tuple
        Table FEATURES, an unknown flag or class is -1; and ``open_time`` with
        `CANDIDATE_COLUMNS` in float64, NaN where not known.
    """
    coin = market.coins[symbol]
    bars = coin.times_ms.size
    floats = np.empty((len(FEATURE_NAMES), bars), dtype=np.float32)
    flags = np.empty((len(FLAG_ROWS), bars), dtype=np.int8)
    rule_inputs = np.empty((len(RULE_INPUT_ROWS), bars))
    for start, end, rows in iterate_blocks(coin, market, params):
        n = end - start
        floats[:, start:end] = rows[:, :n]
        flags[:, start:end] = np.fmax(rows[FLAG_ROWS, :n], -1.0)  # the one of the two that is known
        rule_inputs[:, start:end] = rows[RULE_INPUT_ROWS, :n]
    stored: dict[str, npt.NDArray[Any]] = dict(zip(FEATURE_NAMES, floats, strict=True))
    stored |= {FEATURE_NAMES[row]: flag for row, flag in zip(FLAG_ROWS, flags, strict=True)}
    stored = {name: values for name, values in stored.items() if name not in coin.left_out}
    times = coin.open_time.reset_index(drop=True)
    return (
        pd.DataFrame({"open_time": times, **stored}, copy=False),
        pd.DataFrame(
            {"open_time": times, **dict(zip(CANDIDATE_COLUMNS, rule_inputs, strict=True))},
            copy=False,
        ),
    )


def to_stored_precision(rows: Floats) -> Floats:
    """Rows of features as table FEATURES would give them back.

    Parameters
    ----------
    rows
        Shape (..., features), in the order of `FEATURE_NAMES`, as `FeatureStream` gives them.

    Returns
    -------
    Floats
        Same shape: single precision; a flag or class that is not known is -1.
    """
    stored = rows.astype(np.float32).astype(np.float64)
    stored[..., FLAG_ROWS] = np.fmax(rows[..., FLAG_ROWS], -1.0).astype(np.int8)
    return stored


@dataclass(frozen=True)
class CoinSummary:
    """Rows, unknown values by column, and the first bar with all the base signal needs, or None."""

    rows: int
    missing: Mapping[str, int]
    first_usable: str | None


def summarize_coin(table: pd.DataFrame, rule_inputs: pd.DataFrame) -> CoinSummary:
    """Count what `build_feature_table` gave."""
    known = rule_inputs.notna().all(axis=1).to_numpy()
    first = rule_inputs["open_time"].iloc[int(known.argmax())] if known.any() else None
    return CoinSummary(
        rows=len(table),
        missing={str(name): _count_missing(table[name]) for name in table.columns[1:]},
        first_usable=None if first is None else first.strftime(ISO_UTC),
    )


def _count_missing(column: "pd.Series[Any]") -> int:
    values = column.to_numpy()
    unknown = values == -1 if values.dtype == np.int8 else np.isnan(values)
    return int(np.count_nonzero(unknown))


def summarize_features(
    coins: Mapping[str, CoinSummary], market: MarketBars, candidates: pd.DataFrame
) -> FeatureResults:
    """Facts of all coins as one report.

    Parameters
    ----------
    coins
        Symbol to `summarize_coin`.
    market
        For the features left out, with their reasons.
    candidates
        Table CANDIDATES.
    """
    total = sum(coin.rows for coin in coins.values())
    counts = candidates["symbol"].value_counts()
    names = [n for n in STORED_TYPES if any(n in coin.missing for coin in coins.values())]
    return FeatureResults(
        rows=total,
        columns=tuple(names),
        left_out=_list_left_out(market),
        candidates=len(candidates),
        candidates_per_coin_day=len(candidates) * BARS_PER_DAY / total if total else None,
        candidates_by_symbol={symbol: int(counts.get(symbol, 0)) for symbol in coins},
        missing_frac={name: _missing_share(name, coins.values()) for name in names},
        first_usable_time={symbol: coin.first_usable for symbol, coin in coins.items()},
    )


def _list_left_out(market: MarketBars) -> dict[str, FeatureLeftOut]:
    """Feature to the reason it is left out, the same for every coin, and the coins concerned."""
    reasons = {f: why for coin in market.coins.values() for f, why in coin.left_out.items()}
    return {
        feature: FeatureLeftOut(
            reason=reason,
            symbols=tuple(s for s, coin in market.coins.items() if feature in coin.left_out),
        )
        for feature, reason in reasons.items()
    }


def _missing_share(name: str, coins: Iterable[CoinSummary]) -> float | None:
    """Share of unknown values among the rows of the coins that have the column."""
    with_column = [coin for coin in coins if name in coin.missing]
    rows = sum(coin.rows for coin in with_column)
    return sum(coin.missing[name] for coin in with_column) / rows if rows else None
