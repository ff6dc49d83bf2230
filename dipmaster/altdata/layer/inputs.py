"""Channels at each candidate to the inputs of the second layer, all known at the close of its bar.

The list is written down, not discovered. A source has some of the inputs, and the others are
missing throughout; a channel that is published within the hour takes the place of the analysers'
components of its feed, which say the same more coarsely.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dipmaster.altdata.asof import ChannelInput, collect_inputs, find_published, split_channels
from dipmaster.altdata.channels import Channel
from dipmaster.altdata.history import PublishedSeries
from dipmaster.altdata.layer.price_context import LargestFalls
from dipmaster.altdata.microstructure import MarketMicrostructureAnalyzer
from dipmaster.altdata.provider import Provider, read_values
from dipmaster.altdata.statistics import mean_z, newest, rise_over_earlier, rise_over_earlier_z
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params.alternative import Microstructure
from dipmaster.core.time_units import BAR_MS, HOUR_MS, MINUTE_MS

FEEDS = ("order_book", "on_chain", "sentiment")
FLOW, MOOD = "net_exchange_flow_frac", "social_score"


@dataclass(frozen=True)
class LayerInput:
    """One column beside the log odds of phase 1.

    Attributes
    ----------
    feed
        Of `FEEDS`; "" for what is known from the bars, which is no evidence.
    sign
        1: trees may only raise the probability with it, -1: only lower it, 0: free.
    linear
        Whether the logistic sees it.
    """

    name: str
    feed: str
    sign: int
    linear: bool = True


LAYER_INPUTS = (
    LayerInput("imbalance_ratio", "order_book", 1),
    LayerInput("imbalance_step_at_fall", "order_book", 1),
    LayerInput("price_impact", "order_book", 0),
    LayerInput("support_resistance", "order_book", 0),
    LayerInput("net_flow_z", "on_chain", -1),
    LayerInput("net_flow_1h_z", "on_chain", -1),
    LayerInput("net_flow_3h_z", "on_chain", -1),
    LayerInput("net_flow_rise_z", "on_chain", -1),
    LayerInput("whale_accumulation", "on_chain", 0),
    LayerInput("exchange_flows", "on_chain", 0),
    LayerInput("holder_distribution", "on_chain", 0),
    LayerInput("network_activity", "on_chain", 0),
    LayerInput("mood", "sentiment", 1),
    LayerInput("mood_rise", "sentiment", 1),
    LayerInput("social_media", "sentiment", 0),
    LayerInput("news_sentiment", "sentiment", 0),
    LayerInput("options_flow", "sentiment", 0),
    LayerInput("technical_sentiment", "sentiment", 0),
    # Mood follows the past day, and evidence weighs more beside a larger and more recent fall.
    LayerInput("past_day_sigma", "", 0),
    LayerInput("largest_fall_sigma", "", 0, linear=False),
    LayerInput("bars_since_fall", "", 0, linear=False),
)
CHANNEL_INPUTS = (
    ChannelInput("net_flow_z", FLOW, mean_z, 0),
    ChannelInput("net_flow_1h_z", FLOW, mean_z, HOUR_MS),
    ChannelInput("net_flow_3h_z", FLOW, mean_z, 3 * HOUR_MS),
    ChannelInput("net_flow_rise_z", FLOW, rise_over_earlier_z, 4 * HOUR_MS),
    ChannelInput("mood", MOOD, newest),
    ChannelInput("mood_rise", MOOD, rise_over_earlier, 12 * HOUR_MS),
)
# Components that stand back where the provider has the channel.
COARSER = {
    FLOW: ("whale_accumulation", "exchange_flows", "holder_distribution", "network_activity"),
    MOOD: ("social_media", "options_flow", "technical_sentiment"),
}


@dataclass(frozen=True)
class LayerInputs:
    """Inputs of the second layer at all candidates, in their order.

    Attributes
    ----------
    values
        Shape (candidates, `LAYER_INPUTS`); NaN where nothing fresh was known.
    published_ms
        Shape (candidates,), latest publication among the values used; -1 where there is none.
    """

    values: Floats
    published_ms: Ints

    @property
    def has_evidence(self) -> Bools:
        """Shape (candidates,): some feed says something."""
        known = np.isfinite(self.values[:, is_evidence()]).any(axis=1)
        return np.asarray(known, dtype=np.bool_)

    def feed_known(self, feed: str) -> Bools:
        """Shape (candidates,): the feed says something."""
        known = np.isfinite(self.values[:, find_columns(feed)]).any(axis=1)
        return np.asarray(known, dtype=np.bool_)

    def without(self, feed: str) -> "LayerInputs":
        """The same with one feed missing throughout."""
        values = self.values.copy()
        values[:, find_columns(feed)] = np.nan
        return replace(self, values=values)


def is_evidence() -> Bools:
    """Which of `LAYER_INPUTS` come from a feed."""
    return np.array([bool(one.feed) for one in LAYER_INPUTS])


def find_columns(feed: str) -> Ints:
    """Places of a feed's inputs among `LAYER_INPUTS`."""
    return np.flatnonzero([one.feed == feed for one in LAYER_INPUTS]).astype(np.int64)


def build_layer_inputs(
    provider: Provider,
    candidates: pd.DataFrame,
    evidence: pd.DataFrame,
    falls: LargestFalls,
    past_day_sigma: Floats,
    params: Microstructure,
    delay_minutes: int = 0,
) -> LayerInputs:
    """Join everything at the close of each candidate's bar.

    Parameters
    ----------
    candidates
        Frame of table CANDIDATES.
    evidence
        Frame of table EVIDENCE of the same candidates.
    past_day_sigma
        Shape (candidates,), return of the past day over the daily sigma.
    delay_minutes
        Channels as they were known so long before the close, for information coefficients; the
        analysers' components stay as they are.
    """
    columns = copy_components(evidence, provider.channels)
    published = np.full(len(candidates), -1, dtype=np.int64)
    for rows, joined, latest in _join_coins(provider, candidates, falls, params, delay_minutes):
        published[rows] = latest
        for name, values in joined.items():
            columns[name][rows] = values
    columns |= {
        "past_day_sigma": past_day_sigma,
        "largest_fall_sigma": falls.size_sigma,
        "bars_since_fall": falls.bars_since,
    }
    values = np.column_stack([columns[one.name] for one in LAYER_INPUTS])
    known = np.isfinite(values[:, is_evidence()]).any(axis=1)
    return LayerInputs(values, np.where(known, published, -1))


def copy_components(evidence: pd.DataFrame, channels: Sequence[Channel]) -> dict[str, Floats]:
    """A column for each of `LAYER_INPUTS`: the analysers' where they have it, else NaN."""
    size = len(evidence)
    columns = {
        one.name: evidence[one.name].to_numpy(np.float64, copy=True)
        if one.name in evidence
        else np.full(size, np.nan)
        for one in LAYER_INPUTS
    }
    return columns | hide_coarser(channels, size)


def _join_coins(
    provider: Provider,
    candidates: pd.DataFrame,
    falls: LargestFalls,
    params: Microstructure,
    delay_minutes: int,
) -> Iterator[tuple[Ints, dict[str, Floats], Ints]]:
    """Rows of each coin's candidates, then what `join_channels` says of them."""
    delay_ms = delay_minutes * MINUTE_MS
    decision_ms = to_epoch_ms(candidates["open_time"]) + BAR_MS - delay_ms
    analyzer = MarketMicrostructureAnalyzer.of_channels(params, provider.channels)
    symbols = sorted(set(candidates["symbol"]))
    rows = {one: np.flatnonzero(candidates["symbol"] == one) for one in symbols}

    def join(symbol: str) -> tuple[dict[str, Floats], Ints]:
        close_ms = falls.close_ms[rows[symbol]]
        fall_ms = np.where(close_ms >= 0, close_ms - delay_ms, -1)
        series = split_channels(read_values(provider, symbol), symbol)
        moments = decision_ms[rows[symbol]]
        return join_channels(series, provider.channels, moments, fall_ms, analyzer)

    coins = map_in_threads(join, symbols, "joining channels")
    for symbol, (joined, latest) in zip(symbols, coins, strict=True):
        yield rows[symbol], joined, latest


def hide_coarser(channels: Sequence[Channel], candidates: int) -> dict[str, Floats]:
    """Components that stand back because the provider has a channel that says more, all NaN."""
    present = {one.name for one in channels}
    return {
        name: np.full(candidates, np.nan)
        for channel, components in COARSER.items()
        if channel in present
        for name in components
    }


def join_channels(
    series: Mapping[str, PublishedSeries],
    channels: Sequence[Channel],
    decision_ms: Ints,
    fall_ms: Ints,
    analyzer: MarketMicrostructureAnalyzer,
) -> tuple[dict[str, Floats], Ints]:
    """Inputs that come from the channels of one coin, and the latest publication among them.

    Parameters
    ----------
    decision_ms, fall_ms
        Shape (candidates,), the close of each candidate's bar and of the bar of its largest fall,
        -1 where nothing fell.
    """
    columns = collect_inputs(series, channels, CHANNEL_INPUTS, decision_ms)
    if series:
        moments = np.concatenate([decision_ms, fall_ms, fall_ms - BAR_MS])
        inputs = collect_inputs(series, channels, analyzer.imbalance_inputs, moments)
        now, at_fall, before = np.split(analyzer.measure_imbalance(inputs), 3)
        columns["imbalance_ratio"] = now
        columns["imbalance_step_at_fall"] = np.where(fall_ms >= 0, at_fall - before, np.nan)
    return columns, _find_latest(series, decision_ms)


def _find_latest(series: Mapping[str, PublishedSeries], decision_ms: Ints) -> Ints:
    """Publication of the newest row that the join uses, over all channels."""
    latest = np.full(decision_ms.size, -1, dtype=np.int64)
    for one in series.values():
        row = find_published(one, decision_ms)
        if one.known_ms.size:
            latest = np.maximum(latest, np.where(row >= 0, one.known_ms[np.maximum(row, 0)], -1))
    return latest
