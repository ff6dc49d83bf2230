"""Published values of alternative data, as they come, to the inputs of the second layer.

Each channel of each coin keeps what its windows reach and the running sums of what came before,
so that statistics are those of the batch to the last bit while memory does not grow.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from dipmaster.altdata.asof import ChannelInput, split_channels
from dipmaster.altdata.channels import Channel
from dipmaster.altdata.evidence import analyze_series, build_analyzers
from dipmaster.altdata.history import (
    WEEK_MS,
    PublishedSeries,
    RunningSums,
    Transform,
    build_series,
    extend,
    forget,
    log_change_z,
    rise_over_earlier,
    rise_over_earlier_z,
)
from dipmaster.altdata.layer import LAYER_INPUTS, PAST_DAY, LayerInputs
from dipmaster.altdata.layer.inputs import CHANNEL_INPUTS, hide_coarser, is_evidence, join_channels
from dipmaster.altdata.layer.price_context import FALL_BARS, divide_by_sigma, find_falls
from dipmaster.altdata.provider import Provider, read_values
from dipmaster.core.kernels import Floats
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.time_units import HOUR_MS
from dipmaster.streaming.candidates import BarCandidates
from dipmaster.streaming.evidence import NEWS_INPUT, EvidenceAtBar
from dipmaster.streaming.market import MarketBar, MarketFacts
from dipmaster.streaming.state import Saved, select_saved

_NOTHING = build_series(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
_FORGET_EVERY_BARS = 288
_MARGIN_MS = 3 * HOUR_MS  # the imbalance is asked for up to an hour before the close
_SPANS: dict[Transform, int] = {rise_over_earlier: 9, rise_over_earlier_z: 9, log_change_z: 44}
"""Quarters of a span that a window reaches back, where they are not four."""

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
            first, end = np.searchsorted(one.known_ms, (after_ms, until_ms), side="right")
            if first < end:
                part = slice(int(first), int(end))
                out[channel] = PublishedSeries(
                    one.known_ms[part], one.event_ms[part], one.value[part]
                )
        return out


class ChannelEvidence:
    """An evidence source over a feed of published values."""

    def __init__(self, facts: MarketFacts, feed: ChannelFeed, params: AlternativeData) -> None:
        self._symbols, self._feed, self._params = facts.symbols, feed, params
        self._analyzers = build_analyzers(params)
        asked = [*CHANNEL_INPUTS, *(i for one in self._analyzers.values() for i in one.inputs)]
        self._keep_ms = {one.name: _reach_ms(one, asked) for one in feed.channels}
        self._series: dict[str, Series] = {symbol: {} for symbol in self._symbols}
        self._new: dict[str, list[Series]] = {symbol: [] for symbol in self._symbols}
        self._closes: dict[str, deque[tuple[int, float]]] = {
            symbol: deque(maxlen=FALL_BARS + 1) for symbol in self._symbols
        }
        self._until_ms = np.iinfo(np.int64).min

    def push(self, bar: MarketBar) -> None:
        """Take in what was published by the close of a bar, and its closes."""
        for coin in np.flatnonzero(bar.has_bar):
            self._closes[self._symbols[coin]].append((bar.time_ms, float(bar.last[coin])))
        for symbol, new in self._new.items():
            rows = self._feed.take(symbol, self._until_ms, bar.decided_ms)
            if rows:
                new.append(rows)
            if bar.number % _FORGET_EVERY_BARS == 0:
                self._forget(symbol, bar.decided_ms)
        self._until_ms = bar.decided_ms

    def _forget(self, symbol: str, now_ms: int) -> None:
        series = self._join_new(symbol)
        for channel, one in series.items():
            series[channel] = forget(one, now_ms - self._keep_ms[channel])

    def _join_new(self, symbol: str) -> Series:
        """The coin's series with the rows that have come since they were last asked for."""
        series, new = self._series[symbol], self._new[symbol]
        for channel in dict.fromkeys(name for rows in new for name in rows):
            parts = [rows[channel] for rows in new if channel in rows]
            columns = ("known_ms", "event_ms", "value")
            joined = (np.concatenate([getattr(one, name) for one in parts]) for name in columns)
            series[channel] = extend(series.get(channel, _NOTHING), *joined)
        new.clear()
        return series

    def read(self, bar: MarketBar, candidates: BarCandidates) -> EvidenceAtBar:
        """What was known at the close of the bar that was pushed last."""
        rows = [
            self._read_one(bar, int(coin), float(sigma))
            for coin, sigma in zip(candidates.coin, candidates.sigma_1h_frac, strict=True)
        ]
        values = np.array([one for one, _, _ in rows])
        published = np.array([latest for _, latest, _ in rows], np.int64)
        known = np.isfinite(values[:, is_evidence()]).any(axis=1)
        has_news = any(one.name == NEWS_INPUT for one in self._feed.channels)
        return EvidenceAtBar(
            LayerInputs(values, np.where(known, published, -1)),
            np.array([news for _, _, news in rows]) if has_news else None,
        )

    def _read_one(self, bar: MarketBar, coin: int, sigma: float) -> tuple[list[float], int, float]:
        """Inputs of a candidate, the latest publication among them, and the impact of news."""
        series, channels = self._join_new(self._symbols[coin]), self._feed.channels
        decided_ms = np.array([bar.decided_ms], np.int64)
        times, closes = zip(*self._closes[self._symbols[coin]], strict=True)
        fall_ms, fall, since = find_falls(
            np.array(times, np.int64), np.array(closes), np.array([len(times) - 1])
        )
        said = analyze_series(series, channels, decided_ms, self._analyzers)
        news = float(said[NEWS_INPUT][0])
        said |= hide_coarser(channels, 1)
        joined, latest = join_channels(
            series, channels, decided_ms, fall_ms, self._params.microstructure
        )
        past, sigma_daily = (bar.feature(name)[[coin]] for name in PAST_DAY)
        said |= joined | {
            "past_day_sigma": divide_by_sigma(past, sigma_daily),
            "largest_fall_sigma": divide_by_sigma(fall, np.array([sigma])),
            "bars_since_fall": since,
        }
        values = [float(said[one.name][0]) if one.name in said else np.nan for one in LAYER_INPUTS]
        return values, int(latest[0]), news

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        saved: Saved = {"until": np.array(self._until_ms)}
        for symbol in self._symbols:
            recent = list(self._closes[symbol])
            saved[f"closes/{symbol}"] = np.array(recent, np.float64).reshape(-1, 2)
            for channel, one in self._join_new(symbol).items():
                saved |= {
                    f"series/{symbol}/{channel}/{name}": values
                    for name, values in _save_series(one).items()
                }
        return saved

    def load(self, saved: Mapping[str, Floats]) -> None:
        """Go on where `save` was called."""
        self._until_ms = int(saved["until"])
        for symbol in self._symbols:
            recent = saved[f"closes/{symbol}"].tolist()
            self._closes[symbol].clear()
            self._closes[symbol].extend((int(time), close) for time, close in recent)
            stored = select_saved(saved, f"series/{symbol}")
            channels = dict.fromkeys(name.rsplit("/", 1)[0] for name in stored)
            self._series[symbol] = {
                one: _load_series(select_saved(stored, one)) for one in channels
            }


def _save_series(series: PublishedSeries) -> Saved:
    sums = {
        name: np.array(one)
        for name, one in (("before", series.before), ("logs_before", series.logs_before))
        if one is not None
    }
    rows = {"known": series.known_ms, "event": series.event_ms, "value": series.value}
    return rows | sums


def _load_series(saved: Saved) -> PublishedSeries:
    before, logs_before = (
        RunningSums(*saved[name].tolist()) if name in saved else None
        for name in ("before", "logs_before")
    )
    return PublishedSeries(saved["known"], saved["event"], saved["value"], before, logs_before)


def _reach_ms(channel: Channel, asked: Sequence[ChannelInput]) -> int:
    """How far back windows reach that end with the oldest value that may still be used."""
    reaches = [
        one.span_ms * _SPANS.get(one.transform, 4) // 4
        for one in asked
        if one.channel == channel.name
    ]
    return max(WEEK_MS, *reaches, 0) + channel.staleness_ms + _MARGIN_MS
