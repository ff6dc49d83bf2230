"""One file to a table of columns under the file's own names, and the place of each row."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.feather as pa_feather
import pyarrow.parquet as pq

from dipmaster.core.errors import DataError, data_error
from dipmaster.market.raw.columns import KLINE_COLUMNS, NotBarsError, map_columns, normalize_name
from dipmaster.market.raw.csv_text import CsvTable
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
    text = raw.removeprefix(b"\xef\xbb\xbf")
    lines = text.decode("utf-8").splitlines()
    blank_lines = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    first = lines[blank_lines] if blank_lines < len(lines) else ""
    if not first:
        raise data_error(file.display_name, "rows of values", "an empty file", _FIX)
    fields = [field.strip() for field in next(csv.reader([first]))]
    has_header = not all(_NUMBER.fullmatch(field) for field in fields)
    if not has_header and len(fields) != len(KLINE_COLUMNS):
        raise data_error(
            f"{file.display_name}, line 1",
            f"a line that names the columns, or the archive's {len(KLINE_COLUMNS)} columns of bars",
            repr(first[:60]),
            "write the names of the columns into the first line",
        )
    names = fields if has_header else list(KLINE_COLUMNS)
    table = CsvTable(
        _parse_csv(file, text, names, blank_lines + int(has_header)), text, has_header, 0
    )
    columns = {name.lower(): table.columns.column(index) for index, name in enumerate(names)}
    return AlternativeTable(
        file, columns, lambda row: f"{file.display_name}, {table.locate_row(row)}"
    )


def _parse_csv(file: RawFile, text: bytes, names: list[str], skipped_lines: int) -> pa.Table:
    """All fields as text; a row with another number of fields is an error."""
    ragged: list[pa_csv.InvalidRow] = []

    def note_ragged(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    numbered = [f"{index} {name}" for index, name in enumerate(names)]
    table = pa_csv.read_csv(
        pa.BufferReader(text),
        pa_csv.ReadOptions(
            use_threads=False,
            column_names=numbered,
            skip_rows_after_names=skipped_lines,
            block_size=1 << 24,
        ),
        pa_csv.ParseOptions(invalid_row_handler=note_ragged),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(numbered, pa.string()),
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    if ragged:
        raise _field_count_error(file, text, ragged[0].text, len(names))
    return table


def _field_count_error(file: RawFile, text: bytes, row: str, expected: int) -> DataError:
    lines = text.decode("utf-8").splitlines()
    number = next((i for i, line in enumerate(lines, 1) if line.strip() == row.strip()), None)
    return data_error(
        f"{file.display_name}, line {number}" if number else file.display_name,
        f"{expected} fields",
        f"{len(row.split(','))}: {row[:60]!r}",
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
