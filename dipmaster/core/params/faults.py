"""What does not fit in params.yaml, in words."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails


def format_faults(error: ValidationError) -> str:
    """Say every fault of params.yaml, one a line: its path, what is allowed, what was found."""
    faults = [fault for fault in error.errors() if not _is_echo(fault, error.errors())]
    count = f"{len(faults)} value{'' if len(faults) == 1 else 's'}"
    return "\n".join(
        (
            f"params.yaml: {count} {'does' if len(faults) == 1 else 'do'} not fit:",
            *(_describe(fault, faults) for fault in faults),
            "  Fix: params.schema.json and the comments of params.yaml say what is allowed.",
        )
    )


def _is_echo(fault: ErrorDetails, faults: Sequence[ErrorDetails]) -> bool:
    """Whether a list is too short only because its items do not fit."""
    place = fault["loc"]
    below = (one for one in faults if len(one["loc"]) > len(place))
    return fault["type"] == "too_short" and any(one["loc"][: len(place)] == place for one in below)


def _describe(fault: ErrorDetails, faults: Sequence[ErrorDetails]) -> str:
    path = ".".join(str(part) for part in fault["loc"]) or "(top)"
    # A fault between sections names its values itself; its input is the whole file.
    names_values = fault["type"] == "missing" or (
        fault["type"] == "value_error" and not fault["loc"]
    )
    found = "" if names_values else f", found {_shorten(fault['input'])}"
    return f"  {path}: {_say(fault, faults)}{found}"


def _say(fault: ErrorDetails, faults: Sequence[ErrorDetails]) -> str:
    if fault["type"] == "tuple_type":
        return "expected a list in brackets, separated by commas"
    if fault["type"] != "extra_forbidden":
        return fault["msg"]
    missing = [one["loc"] for one in faults if one["type"] == "missing"]
    lacking = [str(loc[-1]) for loc in missing if loc[:-1] == fault["loc"][:-1]]
    hint = f" (missing beside it: {', '.join(lacking)})" if lacking else ""
    return f"there is no such key{hint}"


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
