"""Files under data/raw/alt: on-chain, Fear & Greed, funding, options, futures, order book."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.altdata.channels import CHANNEL_KINDS, Channel, build_channel
from dipmaster.altdata.files.cleaning import FileValues, read_file_values
from dipmaster.altdata.files.join import join_files
from dipmaster.altdata.files.table import load_table
from dipmaster.altdata.provider import MARKET_WIDE, ChannelValues, build_values
from dipmaster.core import catalog
from dipmaster.core.errors import DataError, data_error, data_errors
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.market.raw.files import RawFile
from dipmaster.market.raw.tracking import check_tracked, list_files


@dataclass(frozen=True)
class FilesProvider:
    """Values of all files, read once.

    Attributes
    ----------
    rows
        Columns symbol, channel, event_ms and value, sorted by them.
    """

    channels: tuple[Channel, ...]
    rows: pd.DataFrame
    cleaning: Mapping[str, Mapping[str, int]]
    name: str = "files"

    def read(self, symbol: str) -> pd.DataFrame:
        """Values of one coin and of the market as a whole, each known a lag after its event."""
        lags = {channel.name: channel.publication_lag_ms for channel in self.channels}
        rows = self.rows[self.rows["symbol"].isin([symbol, MARKET_WIDE])]
        parts = []
        for (owner, channel), group in rows.groupby(
            ["symbol", "channel"], sort=True, observed=True
        ):
            event = group["event_ms"].to_numpy(dtype=np.int64)
            value = group["value"].to_numpy(dtype=np.float64)
            parts.append(
                ChannelValues(str(owner), str(channel), event, event + lags[str(channel)], value)
            )
        return build_values(parts)


def build_files_provider(params: AlternativeData, project: Path) -> FilesProvider:
    """Read all files under data/raw/alt.

    Raises
    ------
    DataError
        No file, or the faults of those that cannot be used, told at once.
    """
    folder = project / catalog.RAW_ALTERNATIVE
    files = _find_files(folder)
    if not files:
        raise data_error(
            str(folder),
            "files of alternative data",
            "none",
            "put files there (docs/alternative-data.md lists the formats), or set "
            "alternative_data.provider to none",
        )
    check_tracked(folder)
    return read_files(files, params)


def read_files(files: list[RawFile], params: AlternativeData) -> FilesProvider:
    """Read files; what they hold together is what the provider has.

    Raises
    ------
    DataError
        The faults of those that cannot be used, told at once.
    """
    rows, cleaning = join_files(_read_each(files))
    names = set(rows["channel"])
    channels = tuple(build_channel(name, params) for name in CHANNEL_KINDS if name in names)
    return FilesProvider(channels, rows, cleaning)


def _find_files(folder: Path) -> list[RawFile]:
    if not folder.is_dir():
        return []
    return sorted(
        RawFile(path.relative_to(folder).as_posix(), path)
        for path in list_files(folder)
        if path.name != "README.md" and path.suffix.upper() != ".CHECKSUM"
    )


def _read_each(files: list[RawFile]) -> list[FileValues]:
    values: list[FileValues] = []
    errors: list[DataError] = []
    for file in files:
        try:
            values.append(read_file_values(load_table(file)))
        except DataError as error:
            errors.append(error)
    if errors:
        raise data_errors(errors, "files")
    return values
