"""Readings of the roadmap, as readings.yaml beside this module has them."""

from functools import cache
from pathlib import Path
from typing import Any

from dipmaster.core import store

FILE = Path(__file__).with_name("readings.yaml")


@cache
def readings() -> Any:
    """Groups of entries; read once, nobody changes them."""
    return store.read_yaml(FILE)
