"""What `ingest` wrote beside the simulated bars: order book, exchange flows, sentiment.

How much each channel knows is `ingest.simulated.informativeness` (d'); at 0 it is noise. A
market made of files has none of it: the provider has no channel then, which is "no data".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.altdata.channels import Channel, build_channel
from dipmaster.altdata.provider import ChannelValues, build_values
from dipmaster.core import catalog, store
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.tables import ON_CHAIN, ORDER_BOOK, SENTIMENT, TableSchema
from dipmaster.core.time_units import BAR_MS, MINUTE_MS

ReadFrame = Callable[[Path, TableSchema, str], pd.DataFrame]


@dataclass(frozen=True)
class _Source:
    """A table of `ingest`.

    Attributes
    ----------
    columns
        Column to channel.
    time
        Column whose time plus `length_ms` is the end of what a row describes.
    """

    folder: Path
    table: TableSchema
    columns: Mapping[str, str]
    time: str
    length_ms: int


SOURCES = (
    _Source(
        catalog.ORDER_BOOK,
        ORDER_BOOK,
        {"bid_depth_quote": "bid_depth_quote", "ask_depth_quote": "ask_depth_quote"},
        "open_time",
        BAR_MS,
    ),
    _Source(
        catalog.ON_CHAIN,
        ON_CHAIN,
        {
            "net_exchange_flow_frac": "net_exchange_flow_frac",
            "whale_notional": "whale_value_usd",
        },
        "event_time",
        BAR_MS,
    ),
    _Source(
        catalog.SENTIMENT,
        SENTIMENT,
        {"score": "social_score", "mentions": "social_mentions"},
        "event_time",
        0,
    ),
)


@dataclass(frozen=True)
class SimulatedProvider:
    """Tables of the simulated market.

    Attributes
    ----------
    read_frame
        Folder, table and symbol to the frame of one coin.
    """

    read_frame: ReadFrame
    delay_ms: int
    channels: tuple[Channel, ...]
    name: str = "simulated"

    @property
    def cleaning(self) -> Mapping[str, Mapping[str, int]]:
        """Nothing to clean."""
        return {}

    def read(self, symbol: str) -> pd.DataFrame:
        """Values of one coin; the simulated market has none of the market as a whole.

        A value is known when its table says so, but never before the lag of its feed and the
        delay of the params.
        """
        return build_values(
            [part for source in SOURCES for part in self._read_source(source, symbol)]
        )

    def _read_source(self, source: _Source, symbol: str) -> list[ChannelValues]:
        lags = {channel.name: channel.publication_lag_ms for channel in self.channels}
        columns = {old: new for old, new in source.columns.items() if new in lags}
        if not columns:
            return []
        frame = self.read_frame(source.folder, source.table, symbol)
        event = to_epoch_ms(frame[source.time]) + source.length_ms
        return [
            ChannelValues(
                symbol,
                channel,
                event,
                self._publication(frame, event, lags[channel]),
                frame[column].to_numpy(dtype=np.float64),
            )
            for column, channel in columns.items()
        ]

    def _publication(self, frame: pd.DataFrame, event_ms: Ints, lag_ms: int) -> Ints:
        if "known_time" not in frame:
            return event_ms + lag_ms
        return np.maximum(to_epoch_ms(frame["known_time"]) + self.delay_ms, event_ms + lag_ms)


def build_simulated_provider(params: AlternativeData, project: Path) -> SimulatedProvider:
    """Build the provider; a channel whose table is not there is not provided."""
    names = [
        channel
        for source in SOURCES
        if (project / source.folder).is_dir()
        for channel in source.columns.values()
    ]
    return _build(names, params, partial(_read_file, project))


def build_provider_of_tables(
    tables: Mapping[Path, Mapping[str, pd.DataFrame]], params: AlternativeData
) -> SimulatedProvider:
    """As `build_simulated_provider`, of tables in memory, for markets that are never written.

    Parameters
    ----------
    tables
        Folder of the catalog to frames by symbol.
    """
    names = [name for one in SOURCES if one.folder in tables for name in one.columns.values()]
    return _build(names, params, lambda folder, _, symbol: tables[folder][symbol])


def _build(
    names: Sequence[str], params: AlternativeData, read_frame: ReadFrame
) -> SimulatedProvider:
    channels = tuple(build_channel(name, params) for name in names)
    return SimulatedProvider(read_frame, params.delay_minutes * MINUTE_MS, channels)


def _read_file(project: Path, folder: Path, table: TableSchema, symbol: str) -> pd.DataFrame:
    return store.read_table(project / folder / f"{symbol}.parquet", table)
