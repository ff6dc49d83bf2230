"""Published values to what was known at each decision, and how old it was.

A decision at `decision_ms` (the close of a candidate's bar) uses values with
``known_time <= decision_ms`` only, of them the one of the latest event. A value whose event
ended longer ago than the channel's staleness limit is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.altdata.channels import Channel
from dipmaster.altdata.history import PublishedSeries, build_series
from dipmaster.altdata.provider import MARKET_WIDE
from dipmaster.altdata.statistics import Transform, newest
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms


@dataclass(frozen=True)
class ChannelInput:
    """One number that an analyser is given: a statistic of a channel.

    Attributes
    ----------
    name
        Key of the number among an analyser's values.
    channel
        Of `CHANNEL_KINDS`.
    transform
        Of `dipmaster.altdata.statistics`.
    span_ms
        How far back it looks, in publication time.
    """

    name: str
    channel: str
    transform: Transform = newest
    span_ms: int = 0


def split_channels(values: pd.DataFrame, symbol: str) -> dict[str, PublishedSeries]:
    """Series by channel; where a coin has a channel, its market-wide values are left out.

    Parameters
    ----------
    values
        Frame of ALTERNATIVE_VALUES.
    """
    series = {}
    for name, rows in values.groupby("channel", sort=True, observed=True):
        coin_rows = rows[rows["symbol"] == symbol]
        used = coin_rows if len(coin_rows) else rows[rows["symbol"] == MARKET_WIDE]
        if len(used):
            series[str(name)] = build_series(
                to_epoch_ms(used["known_time"]),
                to_epoch_ms(used["event_time"]),
                used["value"].to_numpy(dtype=np.float64),
            )
    return series


def find_published(series: PublishedSeries, decision_ms: Ints) -> Ints:
    """Last row of the series that is published at each decision, -1 where none is.

    Parameters
    ----------
    decision_ms
        Shape (decisions,), in any order. The time of the decision, never that of the event:
        a value of yesterday that is published tomorrow is not known today.
    """
    return np.asarray(
        np.searchsorted(series.known_ms, decision_ms, side="right") - 1, dtype=np.int64
    )


def find_fresh(series: PublishedSeries, decision_ms: Ints, staleness_ms: int) -> tuple[Ints, Bools]:
    """As `find_published`, and whether the newest value is within its staleness limit."""
    row = find_published(series, decision_ms)
    if not series.event_ms.size:
        return row, np.zeros(row.size, dtype=np.bool_)
    event = series.event_ms[series.newest[np.maximum(row, 0)]]
    return row, np.asarray((row >= 0) & (decision_ms - event <= staleness_ms), dtype=np.bool_)


def values_at(series: PublishedSeries, decision_ms: Ints, staleness_ms: int) -> Floats:
    """Newest value known at each decision; NaN where none is known, or the newest is stale.

    Returns
    -------
    Shape (decisions,).
    """
    row, fresh = find_fresh(series, decision_ms, staleness_ms)
    if not series.value.size:
        return np.full(row.size, np.nan)
    return np.where(fresh, series.value[series.newest[np.maximum(row, 0)]], np.nan)


def collect_inputs(
    series: Mapping[str, PublishedSeries],
    channels: Sequence[Channel],
    inputs: Sequence[ChannelInput],
    decision_ms: Ints,
) -> dict[str, Floats]:
    """Inputs of analysers at each decision of one coin.

    Parameters
    ----------
    series
        Of `split_channels`.
    channels
        Of the provider; an input whose channel is not among them is NaN throughout.
    decision_ms
        Shape (decisions,).

    Returns
    -------
    Name of the input to shape (decisions,).
    """
    limits = {one.name: one.staleness_ms for one in channels if one.name in series}
    nothing = np.full(decision_ms.size, np.nan)
    nothing.flags.writeable = False
    earliest = decision_ms.min(keepdims=True) if decision_ms.size else decision_ms
    # Nobody looks at rows before the one that the first decision sees.
    first = {name: find_published(series[name], earliest).max(initial=0) for name in limits}

    def read(item: ChannelInput) -> Floats:
        if item.channel not in limits:
            return nothing
        known = item.transform(series[item.channel], item.span_ms, first[item.channel])
        return values_at(known, decision_ms, limits[item.channel])

    return {item.name: read(item) for item in inputs}
