"""Where published values of alternative data come from, bar by bar."""

from collections.abc import Sequence
from typing import Protocol

from dipmaster.altdata.asof import split_channels
from dipmaster.altdata.channels import Channel
from dipmaster.altdata.history import PublishedSeries
from dipmaster.altdata.provider import Provider, read_values

Series = dict[str, PublishedSeries]


class ChannelFeed(Protocol):
    """Where published values come from."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What there is, as of a provider."""

    def take(self, symbol: str, after_ms: int, until_ms: int) -> Series:
        """Channel to the rows of a coin published after one moment, up to another."""


class StoredFeed:
    """Values of a provider that has them all, handed out by their publication."""

    def __init__(self, provider: Provider, symbols: Sequence[str]) -> None:
        self.channels = provider.channels
        self._series = {one: split_channels(read_values(provider, one), one) for one in symbols}

    def take(self, symbol: str, after_ms: int, until_ms: int) -> Series:
        """Rows that were published in between."""
        out = {}
        for channel, one in self._series[symbol].items():
            first, end = (
                int(one.known_ms.searchsorted(at, "right")) for at in (after_ms, until_ms)
            )
            if first < end:
                out[channel] = PublishedSeries(
                    one.known_ms[first:end], one.event_ms[first:end], one.value[first:end]
                )
        return out
