"""State of a stream as named arrays: what a snapshot holds, and nothing that needs code to read."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy.typing as npt

Saved = dict[str, npt.NDArray[Any]]
"""Name to array; a part's names follow its own name and a slash."""


class Stateful(Protocol):
    """A part of a stream that remembers something from bar to bar."""

    def save(self) -> Saved:
        """Everything that the next bars depend on."""

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""


def join_saved(parts: Mapping[str, Saved]) -> Saved:
    """The states of several parts under their names."""
    return {f"{part}/{name}": one for part, saved in parts.items() for name, one in saved.items()}


def select_saved(saved: Mapping[str, npt.NDArray[Any]], part: str) -> Saved:
    """The state of one part of what `join_saved` gave."""
    prefix = f"{part}/"
    return {
        name.removeprefix(prefix): one for name, one in saved.items() if name.startswith(prefix)
    }
