"""One file to a table of columns under the file's own names, and the place of each row."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa
import pyarrow.feather as pa_feather
import pyarrow.parquet as pq

from dipmaster.core.errors import DataError, data_error
from dipmaster.market.raw.columns import KLINE_COLUMNS, NotBarsError, map_columns, normalize_name
from dipmaster.market.raw.files import RawFile, read_bytes, unreadable_error, verify_checksum
from dipmaster.market.raw.loading import READ_ERRORS

JSON_COLUMNS = ("time", "value")
ENDINGS = (".csv", ".zip", ".json", ".parquet", ".feather")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_FIX = "download the file again, or move it out of data/raw/alt"


@dataclass(frozen=True)
class AlternativeTable:
    """Columns of a file, names in lower case, and `locate_row` of a 0-based row."""

    file: RawFile
    columns: Mapping[str, pa.ChunkedArray]
    locate_row: Callable[[int], str]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))


def load_table(file: RawFile) -> AlternativeTable:
    """Read a file.

    Raises
    ------
    DataError
        Where it cannot be read, is cut off, holds no row, or is of another kind.
    """
    verify_checksum(file)
    suffix = file.path.suffix.lower()
    load = {
        ".csv": lambda: _load_csv(file, read_bytes(file)),
        ".zip": lambda: _load_csv(file, _read_member(file)),
        ".json": lambda: _load_json(file),
        ".parquet": lambda: _load_columnar(file, pq.ParquetFile(file.path).read()),
        ".feather": lambda: _load_columnar(file, pa_feather.read_table(file.path)),
    }.get(suffix)
    if load is None:
        raise data_error(
            file.display_name, f"a file that ends in {', '.join(ENDINGS)}", suffix or "none", _FIX
        )
    try:
        table = load()
    except READ_ERRORS as error:
        raise unreadable_error(file, suffix[1:], error) from error
    if not table.columns or table.rows == 0:
        raise data_error(file.display_name, "rows of values", "no row", _FIX)
    return _name_bar_columns(table)


def _name_bar_columns(table: AlternativeTable) -> AlternativeTable:
    """Bars get the names of table BARS, whatever the file's spelling; other files stay."""
    try:
        names = map_columns(list(table.columns), table.file.display_name)
    except (NotBarsError, DataError):
        return table
    return replace(table, columns={ours: table.columns[name] for ours, name in names.items()})


def _read_member(file: RawFile) -> bytes:
    with zipfile.ZipFile(io.BytesIO(read_bytes(file))) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        members = [name for name in names if not name.startswith("__MACOSX")]
        if len(members) != 1:
            raise data_error(
                file.display_name, "one csv in the zip", f"{len(members)}", "unpack it"
            )
        return archive.read(members[0])


def _load_csv(file: RawFile, raw: bytes) -> AlternativeTable:
    text = raw.decode("utf-8-sig")
    first = text.lstrip("\r\n").partition("\n")[0].strip()
    if not first:
        raise data_error(file.display_name, "rows of values", "an empty file", _FIX)
    fields = [field.strip() for field in first.split(",")]
    has_header = not all(_NUMBER.fullmatch(field) for field in fields)
    if not has_header and len(fields) != len(KLINE_COLUMNS):
        raise data_error(
            f"{file.display_name}, line 1",
            f"a line that names the columns, or the archive's {len(KLINE_COLUMNS)} columns of bars",
            repr(first[:60]),
            "write the names of the columns into the first line",
        )
    table = pd.read_csv(
        io.StringIO(text),
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
        header=0 if has_header else None,
        names=None if has_header else list(KLINE_COLUMNS),
        index_col=False,
        on_bad_lines="error",
    )
    table.columns = pd.Index([str(name).strip().lower() for name in table.columns])
    rows = table[table.fillna("").map(len).any(axis=1)]
    _refuse_short_rows(file, rows, has_header)
    lines = rows.index.to_numpy() + 1 + int(has_header)
    columns = {str(name): _text_column(rows[name].tolist()) for name in rows.columns}
    return AlternativeTable(file, columns, lambda row: f"{file.display_name}, line {lines[row]}")


def _refuse_short_rows(file: RawFile, rows: pd.DataFrame, has_header: bool) -> None:
    short = rows.isna().any(axis=1)
    if short.any():
        row = rows[short].iloc[0]
        line = int(str(row.name)) + 1 + int(has_header)
        raise data_error(
            f"{file.display_name}, line {line}",
            f"{rows.shape[1]} fields",
            f"{int(row.notna().sum())}: {','.join(row.dropna())[:60]!r}",
            "download the file again: a cut-off download ends like this",
        )


def _load_json(file: RawFile) -> AlternativeTable:
    """A list of [time, value]."""
    entries = json.loads(read_bytes(file).decode("utf-8-sig"))
    if not isinstance(entries, list):
        raise _json_error(file, "", f"{type(entries).__name__}")
    for index, entry in enumerate(entries):
        if not isinstance(entry, list) or len(entry) != len(JSON_COLUMNS):
            raise _json_error(file, f", entry {index + 1}", repr(entry)[:60])
    texts = [["" if cell is None else str(cell) for cell in entry] for entry in entries]
    columns = {
        name: _text_column([entry[i] for entry in texts]) for i, name in enumerate(JSON_COLUMNS)
    }
    return AlternativeTable(file, columns, lambda row: f"{file.display_name}, entry {row + 1}")


def _json_error(file: RawFile, where: str, found: str) -> DataError:
    return data_error(
        f"{file.display_name}{where}", "a list of [time, value]", found, "save it in this form"
    )


def _load_columnar(file: RawFile, table: pa.Table) -> AlternativeTable:
    table.validate(full=True)
    columns = {normalize_name(str(name)): table.column(name) for name in table.column_names}
    return AlternativeTable(file, columns, lambda row: f"{file.display_name}, row {row + 1}")


def _text_column(texts: list[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.string())])
