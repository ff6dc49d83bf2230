"""No alternative data: no channel, no value."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dipmaster.altdata.channels import Channel
from dipmaster.altdata.provider import build_values
from dipmaster.core.params.alternative import AlternativeData


@dataclass(frozen=True)
class EmptyProvider:
    """A source without a channel."""

    name: str = "none"
    channels: tuple[Channel, ...] = ()

    @property
    def cleaning(self) -> Mapping[str, Mapping[str, int]]:
        """Nothing to clean."""
        return {}

    def read(self, symbol: str) -> pd.DataFrame:
        """No row, whatever the coin."""
        return build_values(())


def build_empty_provider(params: AlternativeData, project: Path) -> EmptyProvider:
    """Build the provider; neither params nor files play a part."""
    return EmptyProvider()
