"""Features as they are stored, and what a reader wants to know about them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core.params import Features
from dipmaster.core.tables import FEATURES, I8
from dipmaster.core.time_units import BARS_PER_DAY, ISO_UTC
from dipmaster.features.batch import NAMES, AllCoins, blocks_of
from dipmaster.features.candidates import CANDIDATE_COLUMNS

STORED = {c.name: c.dtype for c in FEATURES.columns[1:]}
FLAGS = [place for place, name in enumerate(NAMES) if STORED[name] == I8]
BASE = [NAMES.index(name) for name in CANDIDATE_COLUMNS]


def panel_of(symbol: str, coins: AllCoins, params: Features) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features of one coin as they are stored, and those that candidates need, in full.

    Returns
    -------
    tuple
        Table FEATURES, an unknown flag or class is -1; and ``open_time`` with
        `CANDIDATE_COLUMNS` in float64, NaN where not known.
    """
    coin = coins.coins[symbol]
    bars = coin.times_ms.size
    floats = np.empty((len(NAMES), bars), dtype=np.float32)
    flags = np.empty((len(FLAGS), bars), dtype=np.int8)
    base = np.empty((len(BASE), bars))
    for start, end, rows in blocks_of(coin, coins, params):
        n = end - start
        floats[:, start:end] = rows[:, :n]
        flags[:, start:end] = np.fmax(rows[FLAGS, :n], -1.0)  # the one of the two that is known
        base[:, start:end] = rows[BASE, :n]
    stored: dict[str, npt.NDArray[Any]] = dict(zip(NAMES, floats, strict=True))
    stored |= {NAMES[place]: flag for place, flag in zip(FLAGS, flags, strict=True)}
    stored = {name: values for name, values in stored.items() if name not in coin.left_out}
    times = coin.open_time.reset_index(drop=True)
    return (
        pd.DataFrame({"open_time": times, **stored}, copy=False),
        pd.DataFrame(
            {"open_time": times, **dict(zip(CANDIDATE_COLUMNS, base, strict=True))}, copy=False
        ),
    )


def coin_facts(panel: pd.DataFrame, base: pd.DataFrame) -> dict[str, Any]:
    """Rows, unknown values by column, and the first bar with all the base signal needs.

    Parameters
    ----------
    panel, base
        From `panel_of`.
    """
    known = base.notna().all(axis=1).to_numpy()
    first = base["open_time"].iloc[int(known.argmax())] if known.any() else None
    return {
        "rows": len(panel),
        "missing": {str(name): _missing(panel[name]) for name in panel.columns[1:]},
        "first_usable": None if first is None else first.strftime(ISO_UTC),
    }


def _missing(column: "pd.Series[Any]") -> int:
    values = column.to_numpy()
    unknown = values == -1 if values.dtype == np.int8 else np.isnan(values)
    return int(np.count_nonzero(unknown))


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
