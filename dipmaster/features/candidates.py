"""Features to candidates: bars on which the base signal fires.

Candidates depend on no position, cash or score, so every phase trades a subset
of the same ones. All decisions use float64 features of closed bars.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Signal
from dipmaster.core.tables import CANDIDATES
from dipmaster.core.time_units import BAR_MS

CANDIDATE_COLUMNS = (
    "rsi14",
    "volume_ratio",
    "below_sma20",
    "red",
    "dip_z",
    "dip_depth_12_sigma",
    "dip_depth_36_sigma",
    "fall_3h_frac",
    "sigma_1h_frac",
    "volatility_class",
)


def find_candidates(features: Mapping[str, pd.DataFrame], params: Signal) -> pd.DataFrame:
    """Candidates of all coins, in order of (open_time, symbol).

    Parameters
    ----------
    features
        Symbol to a frame of `compute_features` that holds at least `CANDIDATE_COLUMNS`.
    params
        Section `signal`.

    Returns
    -------
    DataFrame
        Table CANDIDATES. A candidate whose next bar is missing is still one:
        at its close that was not known.
    """
    by_coin = [_find_in_coin(symbol, features[symbol], params) for symbol in sorted(features)]
    table = pd.concat([_empty_candidates(), *by_coin], ignore_index=True)
    table = table.sort_values(["open_time", "symbol"], kind="stable", ignore_index=True)
    table["candidate_id"] = np.arange(len(table), dtype=np.int64)
    return CANDIDATES.check(table, "candidates")


def matches_rule(column: Callable[[str], Floats], params: Signal) -> Bools:
    """Where the rule holds, cooldown apart; a missing value never fires.

    A known volatility class is required under every rule: without the sigma
    there is no depth, and no threshold by regime.

    Parameters
    ----------
    column
        Name of `CANDIDATE_COLUMNS` to its float64 values, shape (bars,).
    """
    known: Bools = column("volatility_class") >= 0.0
    return known & (
        _is_capitulation(column, params)
        if params.rule == "capitulation"
        else _is_dip(column, params)
    )


def _is_capitulation(column: Callable[[str], Floats], params: Signal) -> Bools:
    """A fall of 3 hours deep in size and in sigmas, or of 1 hour deep in sigmas."""
    limits = params.capitulation
    deep_3h: Bools = column("fall_3h_frac") > limits.fall_3h_frac
    deep_3h &= column("dip_depth_36_sigma") > limits.fall_3h_sigmas
    deep_1h: Bools = column("dip_depth_12_sigma") > limits.fall_1h_sigmas
    return deep_3h | deep_1h


def _is_dip(column: Callable[[str], Floats], params: Signal) -> Bools:
    """A red bar below its mean on high volume, and RSI with depth, or RSI in a band."""
    is_dip: Bools = (column("red") == 1.0) & (column("below_sma20") == 1.0)
    is_dip &= column("volume_ratio") >= params.volume_multiple
    is_dip &= column("rsi14") <= params.rsi_max
    if params.rule == "dipmaster_v4":
        is_dip &= column("rsi14") >= params.rsi_min_v4
    else:
        is_dip &= column("dip_z") >= params.z_min
    return is_dip


def apply_cooldown(times_ms: Ints, cooldown_bars: int) -> Ints:
    """Positions kept when none may follow another within `cooldown_bars` bars of time."""
    positions: list[int] = []
    free_from = -(2**62)
    for position, time in enumerate(times_ms.tolist()):
        if time >= free_from:
            positions.append(position)
            free_from = time + (cooldown_bars + 1) * BAR_MS
    return np.array(positions, dtype=np.int64)


def _find_in_coin(symbol: str, frame: pd.DataFrame, params: Signal) -> pd.DataFrame:
    def column(name: str) -> Floats:
        return frame[name].to_numpy(dtype=np.float64)

    signal_bars = np.flatnonzero(matches_rule(column, params))
    rows = frame.iloc[signal_bars]
    rows = rows.iloc[apply_cooldown(to_epoch_ms(rows["open_time"]), params.cooldown_bars)]
    return pd.DataFrame(
        {
            "candidate_id": np.zeros(len(rows), dtype=np.int64),
            "symbol": pd.Series([symbol] * len(rows), index=rows.index, dtype="str"),
            "open_time": rows["open_time"],
            "dip_z": rows["dip_z"],
            "sigma_1h_frac": rows["sigma_1h_frac"],
            "volatility_class": rows["volatility_class"].astype("int8"),
        }
    )


def _empty_candidates() -> pd.DataFrame:
    types = {
        "candidate_id": "int64",
        "symbol": "str",
        "open_time": "datetime64[ms, UTC]",
        "dip_z": "float64",
        "sigma_1h_frac": "float64",
        "volatility_class": "int8",
    }
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})
