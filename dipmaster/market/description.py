"""The facts on a market that later stages and the report need: market.json."""

from collections.abc import Collection, Mapping
from typing import Literal

import pandas as pd

from dipmaster.core.tables import BARS
from dipmaster.core.time_units import BARS_PER_DAY, ISO_UTC
from dipmaster.results.common import RawSelection
from dipmaster.results.market import Market


def describe_market(
    source: Literal["simulated", "raw"],
    bars: Mapping[str, pd.DataFrame],
    charged: Collection[str],
    half_spread_bps: float,
    selection: RawSelection | None = None,
) -> Market:
    """Describe the bars of all coins.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol.
    charged
        Symbols that have funding rates.
    half_spread_bps
        For coins whose source has none; nothing depends on it where every coin brings its own,
        and 0 is written.
    selection
        What was read of data/raw.
    """
    first = min(frame["open_time"].iloc[0] for frame in bars.values())
    last = max(frame["open_time"].iloc[-1] for frame in bars.values())
    present = {name for frame in bars.values() for name in frame.columns}
    spread_known = all("half_spread_bps" in frame for frame in bars.values())
    return Market(
        source=source,
        symbols=tuple(sorted(bars)),
        first_open_time=first.strftime(ISO_UTC),
        last_open_time=last.strftime(ISO_UTC),
        days=((last - first) / pd.Timedelta(minutes=5) + 1) / BARS_PER_DAY,
        columns={symbol: tuple(bars[symbol].columns[5:]) for symbol in sorted(bars)},
        columns_left_out=tuple(c.name for c in BARS.columns if c.name not in present),
        fallback_half_spread_bps=0.0 if spread_known else half_spread_bps,
        funding={symbol: symbol in charged for symbol in sorted(bars)},
        selection=selection,
    )
