"""One file of any format to a table of columns under our names, and the place of each row."""

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.feather as pa_feather
import pyarrow.parquet as pq

from dipmaster.core.errors import data_error
from dipmaster.market.raw import naming
from dipmaster.market.raw.columns import NotBarsError, map_columns
from dipmaster.market.raw.csv_text import read_csv
from dipmaster.market.raw.files import RawFile, read_bytes, unreadable_error, verify_checksum
from dipmaster.market.raw.naming import ENDINGS

READ_ERRORS = (
    pa.ArrowException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # an encrypted zip, an unknown compression
    ValueError,  # text in a footer that is no UTF-8
    KeyError,
    MemoryError,  # a broken length asks for more memory than there is
    OverflowError,
)


@dataclass(frozen=True)
class LoadedFile:
    """Columns as the file holds them, `locate_row` of a 0-based row, rows that did not fit."""

    columns: pa.Table
    locate_row: Callable[[int], str]
    ragged_rows: int = 0


def load(source: RawFile, drop: bool) -> LoadedFile:
    """Read a file.

    Raises
    ------
    NotBarsError
        Where it can be read but holds something else than bars.
    DataError
        Where it cannot be read, is empty, or lacks columns.
    """
    verify_checksum(source)
    suffix = source.name.rsplit(".", 1)[-1].lower()
    if suffix == "csv":
        return _load_csv(read_bytes(source), source.display_name, drop)
    if suffix == "zip":
        member, raw = _read_zip(source)
        return _load_csv(raw, f"{source.display_name} ({member})", drop)
    return _load_columnar(source, suffix)


def _load_csv(raw: bytes, where: str, drop: bool) -> LoadedFile:
    table = read_csv(raw, where, drop)
    return LoadedFile(
        table.columns, lambda row: f"{where}, {table.locate_row(row)}", table.ragged_rows
    )


def _read_zip(source: RawFile) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(source))) as archive:
            members = [
                entry
                for entry in archive.infolist()
                if entry.filename.lower().endswith(".csv")
                and not entry.filename.startswith("__MACOSX")
            ]
            if not members:
                raise _no_csv_error(source, archive.namelist())
            if len(members) > 1:
                raise data_error(
                    source.display_name, "one csv in the zip", f"{len(members)}", "unpack it"
                )
            return members[0].filename, archive.read(members[0])
    except READ_ERRORS as error:
        raise unreadable_error(source, "zip", error) from error


def _no_csv_error(source: RawFile, names: list[str]) -> Exception:
    bar_files = [
        name for name in names if naming.may_hold_bars(name) or name.lower().endswith(ENDINGS)
    ]
    if not bar_files:
        return NotBarsError("a zip without a csv in it")
    return data_error(source.display_name, "a csv in the zip", bar_files[0][:60], "unpack it")


def _load_columnar(source: RawFile, kind: str) -> LoadedFile:
    try:
        table = _read_columnar(source, kind)
        header = [str(name) for name in table.column_names]
    except READ_ERRORS as error:
        raise unreadable_error(source, kind, error) from error
    columns = map_columns(header, source.display_name)
    if table.num_rows == 0:
        raise data_error(
            source.display_name, "rows of bars", "no row", "download it again or delete it"
        )
    selected = table.select([header.index(name) for name in columns.values()])
    return LoadedFile(
        selected.rename_columns(list(columns)), lambda row: f"{source.display_name}, row {row + 1}"
    )


def _read_columnar(source: RawFile, kind: str) -> pa.Table:
    # Not pq.read_table: it would make columns of folders named like key=value.
    if kind == "feather":
        table = pa_feather.read_table(source.path, use_threads=False, memory_map=False)
    else:
        with pq.ParquetFile(source.path) as file:
            table = file.read(use_threads=False)
    table.validate(full=True)
    return table
