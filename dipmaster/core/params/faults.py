"""What does not fit in params.yaml, in words."""

from typing import Any

from pydantic import ValidationError


def format_faults(error: ValidationError) -> str:
    """Say every fault of params.yaml, one a line: its path, what is allowed, what was found."""
    lines = [f"params.yaml: {error.error_count()} value(s) do not fit:"]
    missing = [fault["loc"] for fault in error.errors() if fault["type"] == "missing"]
    for fault in error.errors():
        path = ".".join(str(part) for part in fault["loc"]) or "(top)"
        # A fault between sections names its values itself; its input is the whole file.
        names_values = fault["type"] == "missing" or (
            fault["type"] == "value_error" and not fault["loc"]
        )
        value_note = "" if names_values else f", found {_shorten(fault['input'])}"
        message = fault["msg"]
        if fault["type"] == "extra_forbidden":
            lacking = [str(loc[-1]) for loc in missing if loc[:-1] == fault["loc"][:-1]]
            hint = f" (missing beside it: {', '.join(lacking)})" if lacking else ""
            message = f"there is no such key{hint}"
        lines.append(f"  {path}: {message}{value_note}")
    lines.append("  Fix: edit params.yaml; params.schema.json lists what is allowed.")
    return "\n".join(lines)


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
