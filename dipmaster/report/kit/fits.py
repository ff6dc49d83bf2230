"""Refits of models: how often each level was fitted, and what kept one from being fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Fold(Protocol):
    """One refit of one level; `reason` says why there is no model."""

    @property
    def level(self) -> str:
        """What was fitted."""

    @property
    def fitted_at(self) -> str:
        """When, UTC."""

    @property
    def reason(self) -> str:
        """Why there is no model; empty where there is one."""


AnyFold = TypeVar("AnyFold", bound=Fold)


@dataclass(frozen=True)
class Fits(Generic[AnyFold]):
    """One level, and its fits in order."""

    level: str
    folds: Sequence[AnyFold]


def by_level(folds: Sequence[AnyFold]) -> list[Fits[AnyFold]]:
    """Levels that were fitted, in the order of their first fit."""
    made = [fold for fold in folds if not fold.reason]
    levels = dict.fromkeys(fold.level for fold in made)
    return [Fits(level, [fold for fold in made if fold.level == level]) for level in levels]


def failed(folds: Sequence[AnyFold]) -> list[AnyFold]:
    """Fits that were not made."""
    return [fold for fold in folds if fold.reason]
