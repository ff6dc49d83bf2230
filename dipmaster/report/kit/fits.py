"""Refits of models: how often each layer was fitted, and what kept one from being fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Fold(Protocol):
    """One refit of one layer; `reason` says why there is no model."""

    @property
    def layer(self) -> str:
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
    """One layer, and its fits in order."""

    layer: str
    folds: Sequence[AnyFold]


def by_layer(folds: Sequence[AnyFold]) -> list[Fits[AnyFold]]:
    """Layers that were fitted, in the order of their first fit."""
    made = [fold for fold in folds if not fold.reason]
    layers = dict.fromkeys(fold.layer for fold in made)
    return [Fits(layer, [fold for fold in made if fold.layer == layer]) for layer in layers]


def failed(folds: Sequence[AnyFold]) -> list[AnyFold]:
    """Fits that were not made."""
    return [fold for fold in folds if fold.reason]
