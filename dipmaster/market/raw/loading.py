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
from dipmaster.market.raw.files import Source, bytes_of, check_checksum, unreadable
from dipmaster.market.raw.layout import NotBarsError, columns_of
from dipmaster.market.raw.naming import ENDINGS
from dipmaster.market.raw.textual import read_csv

_BROKEN = (
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
class Loaded:
    """Columns as the file holds them, `place` of a 0-based row, rows that did not fit."""

    columns: pa.Table
    place: Callable[[int], str]
    ragged_rows: int = 0


def load(source: Source, drop: bool) -> Loaded:
    """Read a file.

    Raises
    ------
    NotBarsError
        Where it can be read but holds something else than bars.
    DataError
        Where it cannot be read, is empty, or lacks columns.
    """
    check_checksum(source)
    ending = source.name.rsplit(".", 1)[-1].lower()
    if ending == "csv":
        return _csv(bytes_of(source), source.shown, drop)
    if ending == "zip":
        member, raw = _unzipped(source)
        return _csv(raw, f"{source.shown} ({member})", drop)
    return _columnar(source, ending)


def _csv(raw: bytes, where: str, drop: bool) -> Loaded:
    table = read_csv(raw, where, drop)
    return Loaded(table.columns, lambda row: f"{where}, {table.place(row)}", table.ragged_rows)


def _unzipped(source: Source) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(bytes_of(source))) as archive:
            members = [
                entry
                for entry in archive.infolist()
                if entry.filename.lower().endswith(".csv")
                and not entry.filename.startswith("__MACOSX")
            ]
            if not members:
                raise _without_csv(source, archive.namelist())
            if len(members) > 1:
                raise data_error(source.shown, "one csv in the zip", f"{len(members)}", "unpack it")
            return members[0].filename, archive.read(members[0])
    except _BROKEN as error:
        raise unreadable(source, "zip", error) from error


def _without_csv(source: Source, names: list[str]) -> Exception:
    bars = [name for name in names if naming.seems_bars(name) or name.lower().endswith(ENDINGS)]
    if not bars:
        return NotBarsError("a zip without a csv in it")
    return data_error(source.shown, "a csv in the zip", bars[0][:60], "unpack it")


def _columnar(source: Source, kind: str) -> Loaded:
    try:
        table = _read_columnar(source, kind)
        header = [str(name) for name in table.column_names]
    except _BROKEN as error:
        raise unreadable(source, kind, error) from error
    chosen = columns_of(header, source.shown)
    if table.num_rows == 0:
        raise data_error(source.shown, "rows of bars", "no row", "download it again or delete it")
    picked = table.select([header.index(name) for name in chosen.values()])
    return Loaded(picked.rename_columns(list(chosen)), lambda row: f"{source.shown}, row {row + 1}")


def _read_columnar(source: Source, kind: str) -> pa.Table:
    # Not pq.read_table: it would make columns of folders named like key=value.
    if kind == "feather":
        table = pa_feather.read_table(source.path, use_threads=False, memory_map=False)
    else:
        with pq.ParquetFile(source.path) as file:
            table = file.read(use_threads=False)
    table.validate(full=True)
    return table
