"""What feeds, analysers, channels and inputs of alternative data are called in print."""

from collections.abc import Mapping

from dipmaster.report.kit import numbers

ALL_FEEDS = "all"
FEEDS: Mapping[str, str] = {
    "order_book": "order book",
    "on_chain": "on-chain data",
    "sentiment": "sentiment",
    ALL_FEEDS: "all feeds together",
}
ANALYZERS: Mapping[str, str] = {
    "on_chain": "on-chain analytics",
    "sentiment": "sentiment",
    "microstructure": "market microstructure",
}
SOURCES: Mapping[str, str] = {
    "simulated": "the simulated market",
    "files": "files",
    "none": "none",
}
UNITS = ("_frac", "_quote", "_usd", "_pct", "_ratio")
"""Endings that name a unit, which a table of channels has in a column of its own."""


def name_feed(feed: str) -> str:
    """A feed within a sentence."""
    return FEEDS.get(feed, numbers.spaced(feed))


def name_analyzer(analyzer: str) -> str:
    """An analyser within a sentence."""
    return ANALYZERS.get(analyzer, numbers.spaced(analyzer))


def name_channel(channel: str) -> str:
    """A channel in a table, without its unit."""
    ending = next((one for one in UNITS if channel.endswith(one)), "")
    return numbers.capital(numbers.spaced(channel.removesuffix(ending)))


def name_source(provider: str) -> str:
    """Where alternative data comes from, within a sentence."""
    return SOURCES.get(provider, numbers.spaced(provider))
