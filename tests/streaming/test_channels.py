"""Published values taken in bar by bar say of candidates what the batch says, to the last bit."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.altdata import (
    MARKET_WIDE,
    ChannelValues,
    build_channel,
    build_evidence,
    build_values,
)
from dipmaster.altdata.history import PublishedSeries, build_series
from dipmaster.altdata.layer import (
    LAYER_INPUTS,
    PAST_DAY,
    build_layer_inputs,
    find_largest_falls,
    measure_past_day,
)
from dipmaster.altdata.providers.simulated import build_provider_of_tables
from dipmaster.altdata.statistics import log_change_z
from dipmaster.core import catalog
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.features import FEATURE_NAMES
from dipmaster.streaming.candidates import BarCandidates
from dipmaster.streaming.channel_feed import StoredFeed
from dipmaster.streaming.channels import ChannelEvidence
from dipmaster.streaming.market import FEATURE_PLACES, MarketBar, MarketFacts
from tests.made.params import read_values
from tests.stages.small_market import simulated_market

pytestmark = pytest.mark.slow

BARS, CANDIDATES, ROWS_OF_A_WEEK = 12_000, 120, 2016


def make_bar(number: int, closes: Any, features: Any) -> MarketBar:
    nothing = np.full(closes.size, np.nan)
    return MarketBar(
        number, ~np.isnan(closes), np.full((4, closes.size), np.nan), nothing, closes, features,
        features, {}, np.nan, nothing,
    )  # fmt: skip


def make_candidates(coins: list[int], sigma: Any) -> BarCandidates:
    none, coin = np.zeros(len(coins)), np.array(coins, np.int64)
    return BarCandidates(coin, coin, none, sigma, none.astype(np.int8))


def test_stream_and_batch_agree_while_the_past_is_forgotten(project: Path) -> None:
    params = Params.parse(read_values(), ("alternative_data",)).alternative_data
    market, rng = simulated_market(project), np.random.default_rng(8)
    provider = build_provider_of_tables(
        {catalog.ORDER_BOOK: market.order_book, catalog.ON_CHAIN: market.on_chain,
         catalog.SENTIMENT: market.sentiment}, params,
    )  # fmt: skip
    symbols = tuple(sorted(market.bars))
    bars = {one: market.bars[one].iloc[:BARS].drop(index=range(700, 704)) for one in symbols}
    times = to_epoch_ms(market.bars[symbols[0]]["open_time"])[:BARS]
    chosen = np.sort(rng.choice(np.setdiff1d(np.arange(20, BARS), range(700, 704)), CANDIDATES))
    coin = rng.integers(0, len(symbols), CANDIDATES)
    sigma = rng.uniform(0.0, 0.02, CANDIDATES)
    chosen, first = np.unique(chosen, return_index=True)
    coin, sigma = coin[first], sigma[first]
    candidates = pd.DataFrame(
        {
            "candidate_id": np.arange(chosen.size),
            "symbol": pd.array([symbols[one] for one in coin], dtype="str"),
            "open_time": market.bars[symbols[0]]["open_time"].iloc[chosen].to_numpy(),
            "sigma_1h_frac": sigma,
        }
    )
    candidates["open_time"] = candidates["open_time"].astype("datetime64[ms, UTC]")
    values = rng.normal(0.0, 0.02, (len(symbols), BARS, len(FEATURE_NAMES)))
    features = {
        symbol: pd.DataFrame(
            {"open_time": market.bars[symbol]["open_time"].iloc[:BARS],
             **{name: values[place, :, FEATURE_PLACES[name]] for name in PAST_DAY}}
        )
        for place, symbol in enumerate(symbols)
    }  # fmt: skip
    batch = build_layer_inputs(
        provider, candidates, build_evidence(provider, candidates, params).scores,
        find_largest_falls(candidates, bars), measure_past_day(candidates, features),
        params.microstructure,
    )  # fmt: skip

    facts = MarketFacts(symbols, {}, 1.0, np.ones(len(symbols), np.bool_), int(times[0]))

    def begin() -> ChannelEvidence:
        return ChannelEvidence(facts, StoredFeed(provider, symbols), params)

    stream, said, published = begin(), [], []
    closes = np.array([market.bars[one]["close"].to_numpy()[:BARS] for one in symbols])
    closes[:, 700:704] = np.nan
    for place, time_ms in enumerate(times):
        bar = make_bar(int(time_ms) // BAR_MS, closes[:, place], values[:, place])
        stream.push(bar)
        if place % 3000 == 1:
            saved, stream = stream.save(), begin()
            stream.load(saved)
        for row in np.flatnonzero(chosen == place):
            found = stream.read(bar, make_candidates([int(coin[row])], sigma[[row]]))
            said.append(found.inputs.values[0])
            published.append(found.inputs.published_ms[0])
            assert found.news is None
    np.testing.assert_array_equal(np.array(said), batch.values)
    np.testing.assert_array_equal(published, batch.published_ms)
    for name in ("imbalance_ratio", "imbalance_step_at_fall", "net_flow_rise_z", "mood_rise",
                 "past_day_sigma", "largest_fall_sigma"):  # fmt: skip
        column = [one.name for one in LAYER_INPUTS].index(name)
        assert np.isfinite(batch.values[:, column]).sum() > CANDIDATES // 3, name
    kept = {name: one.size for name, one in stream.save().items() if name.endswith("/known")}
    assert kept["series/SIM01USDT/bid_depth_quote/known"] < 2 * ROWS_OF_A_WEEK
    assert max(kept.values()) < BARS


def test_growth_of_addresses_is_that_of_the_whole_past_while_it_is_forgotten() -> None:
    params = Params.parse(read_values(), ("alternative_data",)).alternative_data
    channel, span_ms = (
        build_channel("funded_addresses", params),
        params.on_chain.change_days * DAY_MS,
    )
    days, rng = np.arange(400), np.random.default_rng(5)
    event_ms = (days + 1) * DAY_MS
    addresses = np.exp(np.cumsum(rng.normal(0.0, 0.01, days.size)))
    values = ChannelValues(
        MARKET_WIDE, channel.name, event_ms, event_ms + channel.publication_lag_ms, addresses
    )
    provider: Any = SimpleNamespace(channels=(channel,), name="made")
    provider.read = lambda symbol: build_values([values])
    feed = StoredFeed(provider, ("AAA",))
    whole = build_series(values.known_ms, values.event_ms, values.value)
    expected = log_change_z(whole, span_ms)
    stream = ChannelEvidence(MarketFacts(("AAA",), {}, 1.0, np.ones(1, np.bool_), 0), feed, params)
    compared = 0
    for day in days[2:]:
        bar = make_bar(int(day) * DAY_MS // BAR_MS, np.ones(1), np.ones((1, len(FEATURE_NAMES))))
        stream.push(bar)
        saved = {name.rsplit("/", 1)[1]: one for name, one in stream.save().items()
                 if name.startswith("series/AAA/funded_addresses/")}  # fmt: skip
        kept = PublishedSeries(saved["known"], saved["event"], saved["value"])
        found, known = log_change_z(kept, span_ms), whole.known_ms <= bar.decided_ms
        last = int(np.searchsorted(expected.known_ms, whole.known_ms[known][-1], side="right"))
        if last:
            np.testing.assert_array_equal(found.value[-1], expected.value[last - 1])
            compared += int(np.isfinite(found.value[-1]))
    assert compared > 300
    assert kept.value.size < 120
