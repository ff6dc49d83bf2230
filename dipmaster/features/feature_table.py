"""Features as they are stored, and what a reader wants to know about them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core.params import Features
from dipmaster.core.tables import FEATURES, I8
from dipmaster.core.time_units import BARS_PER_DAY, ISO_UTC
from dipmaster.features.batch import FEATURE_NAMES, MarketBars, iterate_blocks
from dipmaster.features.candidates import CANDIDATE_COLUMNS

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


def summarize_coin(table: pd.DataFrame, rule_inputs: pd.DataFrame) -> dict[str, Any]:
    """Rows, unknown values by column, and the first bar with all the base signal needs.

    Parameters
    ----------
    table, rule_inputs
        From `build_feature_table`.
    """
    known = rule_inputs.notna().all(axis=1).to_numpy()
    first = rule_inputs["open_time"].iloc[int(known.argmax())] if known.any() else None
    return {
        "rows": len(table),
        "missing": {str(name): _count_missing(table[name]) for name in table.columns[1:]},
        "first_usable": None if first is None else first.strftime(ISO_UTC),
    }


def _count_missing(column: "pd.Series[Any]") -> int:
    values = column.to_numpy()
    unknown = values == -1 if values.dtype == np.int8 else np.isnan(values)
    return int(np.count_nonzero(unknown))


def summarize_features(
    coin_summaries: Mapping[str, dict[str, Any]], market: MarketBars, candidates: pd.DataFrame
) -> dict[str, Any]:
    """Facts of all coins as one report.

    Parameters
    ----------
    coin_summaries
        Symbol to `summarize_coin`.
    market
        For the features left out, with their reasons.
    candidates
        Table CANDIDATES.
    """
    rows = {symbol: int(coin_summary["rows"]) for symbol, coin_summary in coin_summaries.items()}
    total = sum(rows.values())
    counts = candidates["symbol"].value_counts().to_dict()
    names = [
        n
        for n in STORED_TYPES
        if any(n in coin_summary["missing"] for coin_summary in coin_summaries.values())
    ]
    return {
        "rows": total,
        "columns": names,
        "left_out": _list_left_out(market),
        "candidates": len(candidates),
        "candidates_per_coin_day": len(candidates) * BARS_PER_DAY / total if total else None,
        "candidates_by_symbol": {symbol: int(counts.get(symbol, 0)) for symbol in rows},
        "missing_frac": {name: _missing_share(name, coin_summaries) for name in names},
        "first_usable_time": {
            symbol: coin_summary["first_usable"] for symbol, coin_summary in coin_summaries.items()
        },
    }


def _list_left_out(market: MarketBars) -> dict[str, dict[str, Any]]:
    """Feature to the reason it is left out, and the coins concerned."""
    by_feature: dict[str, dict[str, Any]] = {}
    for symbol, coin in market.coins.items():
        for feature, reason in coin.left_out.items():
            by_feature.setdefault(feature, {"reason": reason, "symbols": []})["symbols"].append(
                symbol
            )
    return by_feature


def _missing_share(name: str, coin_summaries: Mapping[str, dict[str, Any]]) -> float | None:
    """Share of unknown values among the rows of the coins that have the column."""
    with_column = [
        coin_summary for coin_summary in coin_summaries.values() if name in coin_summary["missing"]
    ]
    rows = sum(coin_summary["rows"] for coin_summary in with_column)
    return (
        sum(coin_summary["missing"][name] for coin_summary in with_column) / rows if rows else None
    )
