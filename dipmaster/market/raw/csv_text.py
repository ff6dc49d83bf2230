"""CSV bytes to a table of text columns, with a way back to the line of every row.

All fields stay text here: what cannot be a number is told later, with the
words of the file.
"""

import csv
import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pa_csv

from dipmaster.core.errors import DataError, data_error
from dipmaster.market.raw.columns import (
    KLINE_COLUMNS,
    NotBarsError,
    column_error,
    map_columns,
    names_prices,
)

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.I | re.A)
_LINE_END = re.compile("\r\n|\n|\r")
_HEAD_BYTES = 65_536
_SEARCHED_LINES = 100
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class CsvTable:
    """Columns of a csv under our names; `ragged_rows` had another number of fields."""

    columns: pa.Table
    text: bytes
    has_header: bool
    ragged_rows: int

    def locate_row(self, row: int) -> str:
        """``line 17`` (from 1) of a 0-based row; blank lines hold no row.

        Where lines and rows do not match one to one (rows left out, a line end
        inside quotes) the row is counted among those that were read.
        """
        lines = [i for i, line in enumerate(_split_lines(self.text), 1) if line.strip()]
        if len(lines) - self.has_header != self.columns.num_rows:
            return f"row {row + 1} of those that could be read"
        return f"line {lines[row + self.has_header]}"


def read_csv(raw: bytes, where: str, drop: bool) -> CsvTable:
    """Read csv bytes.

    Parameters
    ----------
    raw
        The file, UTF-8 with or without a byte-order mark, any line ends.
    where
        Name for errors.
    drop
        Count rows with a wrong number of fields instead of raising.

    Raises
    ------
    NotBarsError
        Where the columns are not those of bars.
    DataError
        Where the file is empty, not text, or its rows do not fit its columns.
    """
    text = raw.removeprefix(_BOM)
    _check_encoding(text, where)
    head = _head(text)
    if not head:
        raise data_error(where, "rows of bars", "an empty file", "download it again or delete it")
    fields = _split_fields(head[0], where)
    if len(fields) == 1:
        raise column_error(where, f"no comma in {head[0][:60]!r}")
    has_header = not any(_is_number(field) for field in fields)
    if not has_header and len(fields) != len(KLINE_COLUMNS):
        raise column_error(where, f"{len(fields)} columns without a header line")
    header = fields if has_header else list(KLINE_COLUMNS)
    columns = _columns(header, head, where)
    table, ragged = _parse(text, header if not has_header else None, list(columns.values()), where)
    if ragged and not drop:
        raise _field_count_error(text, ragged[0], len(header), where)
    if table.num_rows == 0:
        raise data_error(where, "rows of bars", "no row", "download it again or delete it")
    return CsvTable(table.rename_columns(list(columns)), text, has_header, len(ragged))


def _head(text: bytes) -> list[str]:
    """First lines that are not blank, whole ones only."""
    lines = _split_lines(text[:_HEAD_BYTES])
    whole = lines[:-1] if len(text) > _HEAD_BYTES and len(lines) > 1 else lines
    return [line for line in whole if line.strip()][:_SEARCHED_LINES]


def _columns(header: list[str], head: list[str], where: str) -> dict[str, str]:
    """As `map_columns`; a file is no bars only where its first line names what lies below it."""
    try:
        return map_columns(header, where)
    except NotBarsError:
        below = [_split_fields(line, where) for line in head[1:]]
        bars = next((fields for fields in below if _begins_bars(fields)), None)
        if bars is None and "" not in header and all(len(f) == len(header) for f in below):
            raise
        raise data_error(
            where,
            "a first line that names the columns (or begins the archive's 12 columns)",
            f"{head[0][:60]!r}" + (f" above {','.join(bars)[:60]!r}" if bars else ""),
            "delete the lines above the header, or move the file out of data/raw",
        ) from None


def _begins_bars(fields: list[str]) -> bool:
    return names_prices(fields) or (
        len(fields) == len(KLINE_COLUMNS) and all(map(_is_number, fields))
    )


def _is_number(field: str) -> bool:
    return NUMBER.fullmatch(field.strip()) is not None


def _parse(
    text: bytes, names: list[str] | None, columns: list[str], where: str
) -> tuple[pa.Table, list[pa_csv.InvalidRow]]:
    ragged: list[pa_csv.InvalidRow] = []

    def skip_ragged(row: pa_csv.InvalidRow) -> str:
        if row.text.strip():
            ragged.append(row)
        return "skip"

    try:
        table = pa_csv.read_csv(
            pa.BufferReader(text),
            pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=1 << 24),
            pa_csv.ParseOptions(invalid_row_handler=skip_ragged),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                include_columns=columns,
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except (pa.ArrowException, ValueError, KeyError) as error:
        raise data_error(
            where, "lines of fields with commas between them", str(error), "download it again"
        ) from error
    return table, ragged


def _field_count_error(text: bytes, row: pa_csv.InvalidRow, expected: int, where: str) -> DataError:
    matching_lines = (
        i for i, line in enumerate(_split_lines(text), 1) if line.strip() == row.text.strip()
    )
    number = next(matching_lines, None)  # none where quotes hold a line end
    return data_error(
        f"{where}, line {number}" if number else where,
        f"{expected} fields",
        f"{row.actual_columns}: {row.text[:80]!r}",
        "download the file again (a cut-off download ends like this), "
        "or set ingest.on_bad_row to drop",
    )


def _split_fields(line: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line]))
    except csv.Error as error:
        raise column_error(where, f"{line[:60]!r} ({error})") from error


def _check_encoding(text: bytes, where: str) -> None:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(text[: error.start].decode("utf-8", errors="replace"))) + 1
        raise data_error(
            f"{where}, line {line}",
            "UTF-8 text",
            f"byte 0x{text[error.start]:02x}",
            "save the file as UTF-8, or download it again",
        ) from error


def _split_lines(text: bytes) -> list[str]:
    return _LINE_END.split(text.decode("utf-8", errors="replace"))
