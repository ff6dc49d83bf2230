"""Results to JSON and back: exact keys, strict types, nothing unknown, nothing missing."""

import dataclasses
import json
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from dipmaster.core import store
from dipmaster.core.errors import DataError, data_error
from dipmaster.results.fields import is_omitted, key_of

Result = TypeVar("Result")

_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
_SHOWN_FAULTS = 5
_WORDS = {"missing": "missing", "unexpected_keyword_argument": "unknown key"}


def to_json(result: Any) -> Any:
    """Turn a result, or a tuple of results, into what JSON knows.

    Parameters
    ----------
    result
        A dataclass of this package; numpy values in it are left to the store.

    Returns
    -------
    dict or list
        Without the keys of fields that are omitted.
    """
    if dataclasses.is_dataclass(result):
        values = ((field, getattr(result, field.name)) for field in dataclasses.fields(result))
        return {key_of(f): to_json(value) for f, value in values if not is_omitted(f, value)}
    if isinstance(result, Mapping):
        return {key: to_json(value) for key, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [to_json(value) for value in result]
    return result


def from_json(kind: type[Result], value: Any, where: str = "the result") -> Result:
    """Build a result from parsed JSON.

    Parameters
    ----------
    kind
        A dataclass of this package, or ``tuple`` of one.
    value
        As `json.loads` gives it; a whole number counts as a float, nothing else is converted.
    where
        The file, for the error.

    Raises
    ------
    DataError
        For an unknown key, a missing key, or a value of another type; the message names the
        path of keys of each.
    """
    try:
        # In a tuple: pydantic hands its settings down to dataclasses, but takes none for one.
        built: tuple[Result] = _adapter(cast(Hashable, kind)).validate_json(json.dumps([value]))
    except ValidationError as error:
        raise _refused(error, value, where) from error
    return built[0]


def read_result(path: Path, kind: type[Result]) -> Result:
    """Read a result that a stage wrote.

    Raises
    ------
    PipelineError
        Where the file is not there or no JSON.
    DataError
        Where it does not hold a `kind`.
    """
    return from_json(kind, store.read_json(path), str(path))


def write_result(result: Any, path: Path) -> None:
    """Write a result as the store writes JSON: sorted keys, rounded numbers, no NaN."""
    store.write_json(to_json(result), path)


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(tuple[kind], config=_STRICT)  # type: ignore[valid-type]


def _refused(error: ValidationError, value: Any, where: str) -> DataError:
    faults: dict[str, str] = {}
    for fault in error.errors(include_url=False):
        faults.setdefault(_path(fault["loc"][1:], fault["type"], value), _words(fault))
    shown = [f"{path}: {words}" for path, words in list(faults.items())[:_SHOWN_FAULTS]]
    more = len(faults) - len(shown)
    return data_error(
        where,
        "the keys and types that this version writes",
        "; ".join(shown) + (f"; {more} more" if more else ""),
        "run `dvc repro`: another version of the project wrote the file, or it was edited",
    )


def _path(location: Sequence[int | str], kind: str, value: Any) -> str:
    """Keys and places down to the fault; names of union members among them are passed over."""
    path = []
    for step in location:
        if step in _steps(value):
            value = value[step]
        elif kind != "missing" or step != location[-1]:
            continue
        path.append(str(step))
    return ".".join(path) or "the whole"


def _steps(value: Any) -> Collection[Any]:
    return (
        range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
    )


def _words(fault: Mapping[str, Any]) -> str:
    given = f"{fault['msg']}, found {fault['input']!r:.60}"
    return _WORDS.get(str(fault["type"]), given)
