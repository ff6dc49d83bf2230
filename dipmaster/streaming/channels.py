"""Published values of alternative data, as they come, to the inputs of the second layer.

Each channel of each coin keeps what its windows reach and the running sums of what came before,
so that statistics are those of the batch to the last bit while memory does not grow.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dipmaster.altdata.analyzer import Analyzer
from dipmaster.altdata.asof import ChannelInput, collect_inputs
from dipmaster.altdata.channels import Channel
from dipmaster.altdata.evidence import build_analyzers, list_components
from dipmaster.altdata.history import (
    WEEK_MS,
    PublishedSeries,
    RunningSums,
    build_series,
    extend,
    forget,
)
from dipmaster.altdata.layer import LAYER_INPUTS, PAST_DAY, LayerInputs
from dipmaster.altdata.layer.inputs import CHANNEL_INPUTS, hide_coarser, is_evidence, join_channels
from dipmaster.altdata.layer.price_context import FALL_BARS, divide_by_sigma, find_falls
from dipmaster.altdata.microstructure import MarketMicrostructureAnalyzer
from dipmaster.altdata.statistics import (
    Transform,
    log_change_z,
    rise_over_earlier,
    rise_over_earlier_z,
)
from dipmaster.core.kernels import Floats
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.time_units import BAR_MS, HOUR_MS
from dipmaster.streaming.candidates import BarCandidates
from dipmaster.streaming.channel_feed import ChannelFeed, Series
from dipmaster.streaming.evidence import NEWS_INPUT, EvidenceAtBar
from dipmaster.streaming.market import MarketBar, MarketFacts
from dipmaster.streaming.state import Saved, select_saved

_NOTHING = build_series(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
_FORGET_EVERY_BARS = 288
_JOIN_EVERY_BARS = 12
_MARGIN_MS = 3 * HOUR_MS  # the imbalance is asked for up to an hour before the close
_IS_EVIDENCE = is_evidence()
_SPANS: dict[Transform, int] = {rise_over_earlier: 9, rise_over_earlier_z: 9, log_change_z: 44}
"""Quarters of a span that a window reaches back, where they are not four."""


class _CoinEvidence(NamedTuple):
    """What is known of one candidate.

    Inputs of each analyser, columns that come from channels and closes, the latest publication.
    """

    inputs: Mapping[str, Mapping[str, Floats]]
    joined: Mapping[str, Floats]
    latest_ms: int


class ChannelEvidence:
    """An evidence source over a feed of published values."""

    def __init__(self, facts: MarketFacts, feed: ChannelFeed, params: AlternativeData) -> None:
        self._symbols, self._feed = facts.symbols, feed
        self._analyzers = _choose_analyzers(params, feed.channels)
        self._microstructure = MarketMicrostructureAnalyzer.of_channels(
            params.microstructure, feed.channels
        )
        asked = [*CHANNEL_INPUTS, *(i for one in self._analyzers.values() for i in one.inputs)]
        self._keep_ms = {one.name: _reach_ms(one, asked) for one in feed.channels}
        self._series: dict[str, Series] = {symbol: {} for symbol in self._symbols}
        self._new: dict[str, list[Series]] = {symbol: [] for symbol in self._symbols}
        self._closes: dict[str, deque[tuple[int, float]]] = {
            symbol: deque(maxlen=FALL_BARS + 1) for symbol in self._symbols
        }
        self._until_ms, self._must_forget = np.iinfo(np.int64).min, False

    def push(self, bar: MarketBar) -> None:
        """Take in what was published by the close of a bar, and its closes."""
        if self._must_forget:
            self._forget()
        for coin in np.flatnonzero(bar.has_bar):
            self._closes[self._symbols[coin]].append((bar.time_ms, float(bar.last[coin])))
        for symbol, new in self._new.items():
            rows = self._feed.take(symbol, self._until_ms, bar.decided_ms)
            if rows:
                new.append(rows)
        self._must_forget = bar.number % _FORGET_EVERY_BARS == 0
        self._until_ms = bar.decided_ms

    def prepare(self) -> None:
        """Between two bars: join what has come of some coins; once a day drop what is past use."""
        if self._must_forget:
            self._forget()
        for symbol in self._symbols[
            self._until_ms // BAR_MS % _JOIN_EVERY_BARS :: _JOIN_EVERY_BARS
        ]:
            self._join_new(symbol)

    def _forget(self) -> None:
        for symbol in self._symbols:
            series = self._join_new(symbol)
            for channel, one in series.items():
                series[channel] = forget(one, self._until_ms - self._keep_ms[channel])
        self._must_forget = False

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
        coin, channels = candidates.coin, self._feed.channels
        rows = [self._read_coin(self._symbols[one], bar.decided_ms) for one in coin]
        columns: dict[str, Any] = {}
        for name, analyzer in self._analyzers.items():
            columns.update(analyzer.analyze(_stack([one.inputs[name] for one in rows])))
        news = columns[NEWS_INPUT]
        past, sigma_daily = (bar.feature(name)[coin] for name in PAST_DAY)
        columns |= hide_coarser(channels, coin.size) | _stack([one.joined for one in rows])
        columns["past_day_sigma"] = divide_by_sigma(past, sigma_daily)
        columns["largest_fall_sigma"] = divide_by_sigma(columns["fall"], candidates.sigma_1h_frac)
        nothing = np.full(coin.size, np.nan)
        values = np.column_stack([columns.get(one.name, nothing) for one in LAYER_INPUTS])
        known = np.isfinite(values[:, _IS_EVIDENCE]).any(axis=1)
        has_news = any(one.name == NEWS_INPUT for one in channels)
        latest = np.array([one.latest_ms for one in rows], np.int64)
        return EvidenceAtBar(
            LayerInputs(values, np.where(known, latest, -1)), news if has_news else None
        )

    def _read_coin(self, symbol: str, decided_ms: int) -> _CoinEvidence:
        series, channels = self._join_new(symbol), self._feed.channels
        at = np.array([decided_ms], np.int64)
        times, closes = zip(*self._closes[symbol], strict=True)
        fall_ms, fall, since = find_falls(
            np.array(times, np.int64), np.array(closes), np.array([len(times) - 1])
        )
        joined, latest = join_channels(series, channels, at, fall_ms, self._microstructure)
        return _CoinEvidence(
            {
                name: collect_inputs(series, channels, one.inputs, at)
                for name, one in self._analyzers.items()
            },
            joined | {"fall": fall, "bars_since_fall": since},
            int(latest[0]),
        )

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


def _choose_analyzers(params: AlternativeData, channels: Sequence[Channel]) -> dict[str, Analyzer]:
    """Those of which the second layer takes something, or that tell the impact of news."""
    wanted = {one.name for one in LAYER_INPUTS} - hide_coarser(channels, 0).keys()
    components = list_components(params)
    return {
        name: analyzer
        for name, analyzer in build_analyzers(params, channels).items()
        if wanted.intersection(components[name]) or _tells_news(analyzer)
    }


def _tells_news(analyzer: Analyzer) -> bool:
    return any(one.name == NEWS_INPUT for one in analyzer.inputs)


def _stack(parts: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Columns of several candidates, one after the other; NaN where one lacks a column."""
    if len(parts) == 1:
        return dict(parts[0])
    nothing = np.full(1, np.nan)
    names = dict.fromkeys(name for one in parts for name in one)
    return {name: np.concatenate([one.get(name, nothing) for one in parts]) for name in names}


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
