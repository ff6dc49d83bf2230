"""Values of several files to one table, sorted, each value once."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dipmaster.altdata.files.cleaning import FileValues
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools
from dipmaster.core.panel import format_time

DOUBLED = "doubled value"
COLUMNS = ["symbol", "channel", "event_ms", "value"]


def join_files(
    files: Sequence[FileValues],
) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    """Values of all files by symbol, channel and time; doubled ones that agree are dropped.

    Returns
    -------
    Rows with columns symbol, channel, event_ms and value, sorted by the first three; and file
    to reason to count.

    Raises
    ------
    DataError
        Two values of one channel and time that disagree.
    """
    rows = _sort_rows(pd.concat([part.rows.assign(file=i) for i, part in enumerate(files)]))
    repeated = _equals_previous(rows, COLUMNS[:3])
    differs = np.flatnonzero(repeated & ~_equals_previous(rows, ["value"]))
    if differs.size:
        raise _disagreement(rows, int(differs[0]), files)
    cleaning = _count(files, rows["file"].to_numpy(dtype=np.int64)[repeated].tolist())
    return rows.loc[~repeated, COLUMNS].reset_index(drop=True), cleaning


def _sort_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """By symbol, channel and time; of doubled values that of the first file comes first."""
    rows = rows.astype({"symbol": "category", "channel": "category"})
    names = (rows[name].cat.codes.to_numpy() for name in ("channel", "symbol"))
    return rows.iloc[np.lexsort([rows["event_ms"].to_numpy(), *names])].reset_index(drop=True)


def _equals_previous(rows: pd.DataFrame, names: list[str]) -> Bools:
    """Rows whose columns are those of the row before, shape (rows,)."""
    equal = np.ones(len(rows), dtype=np.bool_)
    equal[:1] = False
    for name in names:
        column = rows[name]
        is_name = isinstance(column.dtype, pd.CategoricalDtype)
        values = column.cat.codes.to_numpy() if is_name else column.to_numpy()
        equal[1:] &= values[1:] == values[:-1]
    return equal


def _count(files: Sequence[FileValues], doubled: list[int]) -> dict[str, dict[str, int]]:
    counts = [Counter(part.counts) for part in files]
    for index in doubled:
        counts[index][DOUBLED] += 1
    return {
        part.file: {reason: n for reason, n in sorted(count.items()) if n}
        for part, count in zip(files, counts, strict=True)
    }


def _disagreement(rows: pd.DataFrame, position: int, files: Sequence[FileValues]) -> DataError:
    first, second = rows.iloc[position - 1], rows.iloc[position]
    return data_error(
        f"{files[second['file']].file}, row {second['row'] + 1}, {second['channel']} of "
        f"{format_time(int(second['event_ms']))}",
        "one value at a time",
        f"{second['value']:g}, and {first['value']:g} in {files[first['file']].file}, "
        f"row {first['row'] + 1}",
        "keep one vintage of the series, or the files of one source",
    )
