"""Values of params by their path: all of them, their range, the same params with some changed."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dipmaster.core.errors import PipelineError

Range = tuple[float, float]


def read_value(values: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as ``filter.rsi_max`` of parsed params.

    Raises
    ------
    PipelineError
        Where there is none.
    """
    value: Any = values
    for key in path.split("."):
        if not (isinstance(value, Mapping) and key in value):
            raise _no_such(path)
        value = value[key]
    return value


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested sections as one mapping from `section.key` to a value."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def put_values(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of parsed params with other values at some paths.

    Raises
    ------
    PipelineError
        Where there is no such path.
    """
    changed = dict(values)
    for path, value in changes.items():
        read_value(changed, path)
        changed = _put(changed, path.split("."), value)
    return changed


def _put(values: Mapping[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    key, *rest = keys
    return {**values, key: _put(values[key], rest, value) if rest else value}


def find_range(model: type[BaseModel], path: str) -> Range:
    """Least and largest value that a number of params may have; infinite where nothing is said.

    Raises
    ------
    PipelineError
        Where there is no such path.
    """
    *sections, last = path.split(".")
    for name in sections:
        inner = _field(model, name, path).annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            raise _no_such(path)
        model = inner
    limits = _field(model, last, path).metadata
    return (
        max(_bounds(limits, "ge"), default=-float("inf")),
        min(_bounds(limits, "le"), default=float("inf")),
    )


def _bounds(limits: list[Any], side: str) -> list[float]:
    """Those of the limits that bound this side."""
    return [float(getattr(limit, side)) for limit in limits if hasattr(limit, side)]


def _field(model: type[BaseModel], name: str, path: str) -> FieldInfo:
    if name not in model.model_fields:
        raise _no_such(path)
    return model.model_fields[name]


def _no_such(path: str) -> PipelineError:
    return PipelineError(f"no such value in params.yaml: '{path}'.\n  Fix: correct the path.")
