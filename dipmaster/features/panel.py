"""Features as they are stored, and what a reader wants to know about them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dipmaster.features.batch import AllCoins
from dipmaster.features.candidates import CANDIDATE_COLUMNS
from dipmaster.foundation.periods import BARS_PER_DAY, ISO_UTC
from dipmaster.tables import FEATURES, I8

STORED = {c.name: c.dtype for c in FEATURES.columns[1:]}


def panel_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Cast features to the types of table FEATURES; an unknown flag or class is -1.

    Parameters
    ----------
    frame
        One coin's frame of `compute`.
    """
    stored = {name: _stored(frame[name], STORED[str(name)]) for name in frame.columns[1:]}
    return pd.DataFrame({"open_time": frame["open_time"].array, **stored})


def _stored(column: "pd.Series[float]", kind: pa.DataType) -> "pd.Series[Any]":
    values = column.to_numpy(dtype=np.float64)
    if kind == I8:
        return pd.Series(np.where(np.isnan(values), -1.0, values).astype(np.int8))
    return pd.Series(values.astype(np.float32))


def coin_facts(frame: pd.DataFrame) -> dict[str, Any]:
    """Rows, unknown values by column, and the first bar with all the base signal needs."""
    known = frame[list(CANDIDATE_COLUMNS)].notna().all(axis=1).to_numpy()
    first = frame["open_time"].iloc[int(known.argmax())] if known.any() else None
    return {
        "rows": len(frame),
        "missing": {str(name): int(np.isnan(frame[name]).sum()) for name in frame.columns[1:]},
        "first_usable": None if first is None else first.strftime(ISO_UTC),
    }


def summary(
    facts: Mapping[str, dict[str, Any]], coins: AllCoins, found: pd.DataFrame
) -> dict[str, Any]:
    """Facts of all coins as one report.

    Parameters
    ----------
    facts
        Symbol to `coin_facts`.
    coins
        For the features left out, with their reasons.
    found
        Table CANDIDATES.
    """
    rows = {symbol: int(fact["rows"]) for symbol, fact in facts.items()}
    total = sum(rows.values())
    counts = found["symbol"].value_counts().to_dict()
    names = [n for n in STORED if any(n in fact["missing"] for fact in facts.values())]
    return {
        "rows": total,
        "columns": names,
        "left_out": _left_out(coins),
        "candidates": len(found),
        "candidates_per_coin_day": len(found) * BARS_PER_DAY / total if total else None,
        "candidates_by_symbol": {symbol: int(counts.get(symbol, 0)) for symbol in rows},
        "missing_frac": {name: _missing_frac(name, facts) for name in names},
        "first_usable_time": {symbol: fact["first_usable"] for symbol, fact in facts.items()},
    }


def _left_out(coins: AllCoins) -> dict[str, dict[str, Any]]:
    """Feature to the reason it is left out, and the coins concerned."""
    out: dict[str, dict[str, Any]] = {}
    for symbol, coin in coins.coins.items():
        for feature, reason in coin.left_out.items():
            out.setdefault(feature, {"reason": reason, "symbols": []})["symbols"].append(symbol)
    return out


def _missing_frac(name: str, facts: Mapping[str, dict[str, Any]]) -> float | None:
    """Share of unknown values among the rows of the coins that have the column."""
    having = [fact for fact in facts.values() if name in fact["missing"]]
    rows = sum(fact["rows"] for fact in having)
    return sum(fact["missing"][name] for fact in having) / rows if rows else None
