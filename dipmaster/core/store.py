"""The storage layer: params, tables, JSON, arrays and text, written whole or not at all.

Parquet is written with BYTE_STREAM_SPLIT and without dictionaries for floats
(smaller and several times faster for prices than the default), JSON with
sorted keys and numbers of ten significant digits, so that equal results are
equal bytes.
"""

import inspect
import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from dipmaster.core.errors import PipelineError, TableError
from dipmaster.core.params import Params, ParamsFile
from dipmaster.core.stream_files import extend_text as extend_text
from dipmaster.core.stream_files import open_lines as open_lines
from dipmaster.core.tables import TableSchema
from dipmaster.core.whole_files import atomic_file as atomic_file
from dipmaster.core.whole_files import atomic_folder as atomic_folder
from dipmaster.core.yaml_text import parse_yaml_file

Value = TypeVar("Value")

PARAMS_FILE = Path("params.yaml")
SIGNIFICANT_DIGITS = 10
_RUN_PIPELINE = "run the whole pipeline with `dvc repro`"
_REMOVE_FILE = "remove the file and run `dvc repro`"


def read_params(*sections: str) -> Params:
    """Read and check params.yaml; only the named sections can be used afterwards.

    DVC re-runs a stage when a section it declares changes, so a stage must not
    see any other: `Params` refuses them.
    """
    return _read_sections(PARAMS_FILE, sections)


def check_params(path: Path = PARAMS_FILE) -> Params:
    """Read and check a whole params file, rules between sections included.

    Returns
    -------
    Params
        All sections can be used.

    Raises
    ------
    ParamsError
        Every fault of the file at once, with path, value and what is allowed.
    PipelineError
        Where the file is not there or no YAML.
    """
    return _read_sections(path, tuple(ParamsFile.model_fields))


def _read_sections(path: Path, sections: tuple[str, ...]) -> Params:
    if not path.is_file():
        raise PipelineError(
            f"{path} is not in {Path.cwd()}.\n  Fix: start stages from the project folder."
        )
    return Params.parse(parse_yaml_file(path, "correct the line it names"), sections)


def write_table(frame: pd.DataFrame, table: TableSchema, path: Path) -> None:
    """Write a frame as parquet after checking it against its schema."""
    ordered_frame = table.check(frame, str(path))
    schema = table.schema([str(name) for name in ordered_frame.columns])
    write_arrow(pa.Table.from_pandas(ordered_frame, schema=schema, preserve_index=False), path)


def write_arrow(data: pa.Table, path: Path) -> None:
    """Write an arrow table with the project's one set of parquet options."""
    float_columns = [field.name for field in data.schema if pa.types.is_floating(field.type)]
    text_columns = [field.name for field in data.schema if pa.types.is_string(field.type)]
    with atomic_file(path) as partial:
        pq.write_table(
            data.replace_schema_metadata(None),
            partial,
            compression="zstd",
            compression_level=1,
            use_dictionary=text_columns,
            use_byte_stream_split=float_columns,
            write_statistics=False,
        )


def read_table(
    path: Path, table: TableSchema | None = None, columns: list[str] | None = None
) -> pd.DataFrame:
    """Read one parquet file, or some of its columns; check it against `table` where given."""
    try:
        # Row labels that another program left in the file would decide what is compared with what.
        frame = pq.read_table(path, columns=columns).to_pandas(ignore_metadata=True)
    except FileNotFoundError as error:
        raise PipelineError(f"{path} is not there.\n  Fix: {_RUN_PIPELINE}.") from error
    except pa.ArrowInvalid as error:
        message = str(error).splitlines()[0][:200]
        raise TableError(
            f"{path} is damaged or lacks a column: {message}\n  Fix: {_REMOVE_FILE}."
        ) from error
    return frame if table is None else table.check(frame, str(path))


def list_columns(path: Path) -> list[str]:
    """Names of the columns of one parquet file, in its order."""
    try:
        return list(pq.read_schema(path).names)
    except FileNotFoundError as error:
        raise PipelineError(f"{path} is not there.\n  Fix: {_RUN_PIPELINE}.") from error
    except pa.ArrowInvalid as error:
        raise TableError(f"{path} is damaged: {error}\n  Fix: {_REMOVE_FILE}.") from error


def list_symbols(folder: Path) -> list[str]:
    """Symbols of a folder with one parquet file a symbol, sorted."""
    names = sorted(path.stem for path in folder.glob("*.parquet"))
    if not names:
        raise PipelineError(
            f"{folder} holds no parquet file.\n  Fix: run the whole pipeline with `dvc repro`."
        )
    return names


def write_json(value: Any, path: Path) -> None:
    """Write JSON: sorted keys, rounded numbers, no NaN."""
    write_text(
        json.dumps(to_json_value(value), indent=2, sort_keys=True, allow_nan=False) + "\n", path
    )


def write_exact_json(value: Any, path: Path) -> None:
    """Write JSON whose numbers read back to the last bit: for models, where digits decide."""
    write_text(
        json.dumps(to_json_value(value, None), indent=2, sort_keys=True, allow_nan=False) + "\n",
        path,
    )


def read_json(path: Path) -> Any:
    """Read a JSON file that a stage wrote."""
    _refuse_missing(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PipelineError(
            f"{path} is damaged, no valid JSON: {error}.\n  Fix: {_REMOVE_FILE}."
        ) from error


def read_json_key(path: Path, key: str, kind: type[Value]) -> Value:
    """Read one value of a JSON object that a stage wrote.

    Parameters
    ----------
    kind
        Of the value, e.g. ``bool`` or ``dict[str, bool]``; nothing is converted but a whole
        number to a float.

    Raises
    ------
    PipelineError
        Where the file is not there, is no JSON, or has no such value.
    """
    value = read_json(path)
    found = f"no key '{key}'" if isinstance(value, dict) else f"no object: {value!r:.60}"
    if isinstance(value, dict) and key in value:
        try:
            return TypeAdapter(kind).validate_python(value[key], strict=True)
        except ValidationError:
            found = f"{value[key]!r:.60}"
    raise PipelineError(
        f"{path}: expected key '{key}' of type {inspect.formatannotation(kind)}, found {found}.\n"
        f"  Fix: {_REMOVE_FILE}."
    )


def write_arrays(arrays: Mapping[str, npt.NDArray[Any]], path: Path) -> None:
    """Write named arrays as one npz file, in the order of their names; no objects, no pickles."""
    with atomic_file(path) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read what `write_arrays` wrote."""
    _refuse_missing(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise PipelineError(
            f"{path} is damaged, no npz file: {error}.\n  Fix: remove it and start anew."
        ) from error


def read_yaml(path: Path) -> Any:
    """Read a YAML file of the project, such as dvc.lock."""
    _refuse_missing(path)
    return parse_yaml_file(path, "restore it from git")


def write_text(text: str, path: Path) -> None:
    """Write a text file whole or not at all."""
    with atomic_file(path) as partial:
        partial.write_text(text, encoding="utf-8")


def read_text(path: Path) -> str:
    """Read a text file that a stage wrote."""
    _refuse_missing(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PipelineError(
            f"{path} is damaged, no text in UTF-8: {error}.\n  Fix: {_REMOVE_FILE}."
        ) from error


def read_bytes(path: Path) -> bytes:
    """Read a file of the project as it is."""
    _refuse_missing(path)
    return path.read_bytes()


def to_json_value(value: Any, digits: int | None = SIGNIFICANT_DIGITS) -> Any:
    """Turn numpy values and nested containers into what JSON knows, floats rounded.

    Parameters
    ----------
    digits
        Significant ones that floats keep; None: all.
    """
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json_value(item, digits) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return to_json_value(value.item(), digits)
    if isinstance(value, float) and digits is not None:
        return round_significant(value, digits)
    return value


def round_significant(value: float, digits: int = SIGNIFICANT_DIGITS) -> float:
    """Round to a number of digits, by default those that outputs keep.

    Raises
    ------
    ValueError
        For NaN or infinity: a value that cannot be computed is null with a reason.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written: use None and give the reason")
    return float(f"{value:.{digits}g}")


def _refuse_missing(path: Path) -> None:
    if not path.is_file():
        raise PipelineError(f"{path} is not there.\n  Fix: {_RUN_PIPELINE}.")
