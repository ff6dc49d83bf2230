"""Params that tests were worked out with: those of params.yaml, with the values of their own file.

Figures worked out by hand hang on values; a default that is changed must not touch them. What
the file here does not name, a new param, comes from the project's own params.yaml.
"""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dipmaster.core.params import Params

DEFAULTS = Path(__file__).parents[2] / "params.yaml"
WORKED_WITH = Path(__file__).with_name("params.yaml")


def read_values() -> dict[str, Any]:
    """All sections as parsed YAML, to be changed and written."""
    return override(parse(DEFAULTS), parse(WORKED_WITH))


def read_params(*sections: str) -> Params:
    """As `store.read_params`, whatever the project's defaults are today."""
    return _params(sections)


@cache
def _params(sections: tuple[str, ...]) -> Params:
    return Params.parse(read_values(), sections)


def override(defaults: Any, worked_with: Any) -> Any:
    """`worked_with` where `defaults` have the key; keys that are gone from there are left out."""
    if not (isinstance(defaults, dict) and isinstance(worked_with, dict)):
        return worked_with
    return {
        key: override(value, worked_with[key]) if key in worked_with else value
        for key, value in defaults.items()
    }


def parse(path: Path) -> Any:
    """A copy that may be changed; the file is parsed once."""
    return deepcopy(_parsed(path))


@cache
def _parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
