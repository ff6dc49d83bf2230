"""Provider and candidates to evidence: a row a candidate, no look-ahead, coverage that adds up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.altdata import (
    ChannelInput,
    ChannelValues,
    Evidence,
    Provider,
    build_evidence,
    build_inputs,
    build_provider,
)
from dipmaster.altdata.statistics import trailing_mean
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.results.altdata import AlternativeDataResults
from dipmaster.results.serialisation import from_json, to_json
from tests.altdata.conftest import START_MS, MadeProvider, make_candidates, make_provider, times

COINS = ("AUSDT", "BUSDT")
HOURS = 30


def make_channel(
    symbol: str, channel: str, step: int, lag: int, rng: np.random.Generator
) -> ChannelValues:
    """A value every `step` minutes, published `lag` minutes later or up to 20 more."""
    event = times(*range(0, 60 * HOURS, step))
    known = event + (lag + rng.integers(0, 20, event.size)) * MINUTE_MS
    value = np.exp(rng.normal(0.0, 1.0, event.size))
    bounded = np.tanh(value - 1.0) if channel == "social_score" else value
    return ChannelValues(symbol, channel, event, known, bounded)


@pytest.fixture
def provider(params: AlternativeData) -> MadeProvider:
    rng = np.random.default_rng(5)
    return make_provider(
        params,
        *(
            make_channel(coin, channel, step, lag, rng)
            for coin in COINS
            for channel, step, lag in (
                ("bid_depth_quote", 5, 0),
                ("ask_depth_quote", 5, 0),
                ("net_exchange_flow_frac", 5, 30),
                ("whale_value_usd", 5, 30),
                ("social_score", 60, 15),
            )
        ),
        make_channel("", "fear_greed", 240, 60, rng),
    )


@pytest.fixture
def candidates() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    decisions = START_MS + BAR_MS * np.sort(rng.integers(12, 12 * HOURS, 60))
    coins = rng.choice(COINS, 60)
    return make_candidates(*zip(coins, (int(time) for time in decisions), strict=True))


def compare(first: pd.DataFrame, second: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        first.reset_index(drop=True), second.reset_index(drop=True), check_exact=True
    )


def test_rows_are_those_of_the_candidates(
    provider: MadeProvider, candidates: pd.DataFrame, params: AlternativeData
) -> None:
    scores = build_evidence(provider, candidates, params).scores
    for name in ("candidate_id", "symbol", "open_time"):
        assert scores[name].tolist() == candidates[name].tolist()
    assert scores["imbalance_ratio"].notna().mean() > 0.8  # a few are stale
    alone = candidates["symbol"] == COINS[1]
    part = build_evidence(provider, candidates[alone].reset_index(drop=True), params).scores
    compare(scores[alone], part)


def test_no_value_is_used_before_its_publication(
    provider: MadeProvider, candidates: pd.DataFrame, params: AlternativeData
) -> None:
    """What is published after a candidate's close is changed, then taken away."""
    assert find_look_ahead(provider, candidates, params) is None


def find_look_ahead(
    provider: MadeProvider, candidates: pd.DataFrame, params: AlternativeData
) -> int | None:
    whole = build_evidence(provider, candidates, params).scores
    for row in range(0, len(candidates), 7):
        until = candidates["open_time"].iloc[row] + pd.Timedelta(BAR_MS, "ms")
        early = (candidates["open_time"] <= candidates["open_time"].iloc[row]).to_numpy()
        known = provider.values["known_time"] <= until
        changed = provider.values["value"].where(known, provider.values["value"] * 0.5)
        for values in (provider.values.assign(value=changed), provider.values[known]):
            other = replace(provider, values=values)
            again = build_evidence(other, candidates, params).scores
            if not whole[early].equals(again[early]):
                return row
    return None


class LeakingProvider(MadeProvider):
    """Hands over values as if they were known half an hour before they are."""

    def read(self, symbol: str) -> pd.DataFrame:
        frame = super().read(symbol)
        return frame.assign(known_time=frame["known_time"] - pd.Timedelta("30min"))


def test_a_planted_leak_is_found(
    provider: MadeProvider, candidates: pd.DataFrame, params: AlternativeData
) -> None:
    channels = tuple(replace(channel, publication_lag_minutes=-30) for channel in provider.channels)
    leaking = LeakingProvider(provider.values, channels)
    assert find_look_ahead(leaking, candidates, params) is not None


def test_none_is_no_data_at_every_candidate(
    candidates: pd.DataFrame, params: AlternativeData
) -> None:
    none = build_provider(params.model_copy(update={"provider": "none"}))
    evidence = build_evidence(none, candidates, params)
    assert evidence.results.status == "no data"
    assert evidence.results.channels == ()
    for name, analyzer in evidence.results.analyzers.items():
        assert (analyzer.status, analyzer.with_data) == ("no data", 0)
        assert analyzer.mean_width is None
        assert evidence.scores[f"{name}_score"].isna().all()
        assert (evidence.scores[f"{name}_coverage"] == 0.0).all()


def test_without_a_candidate_there_is_no_row(
    provider: MadeProvider, params: AlternativeData
) -> None:
    evidence = build_evidence(provider, make_candidates(), params)
    assert evidence.scores.empty
    assert evidence.results.analyzers["on_chain"].mean_coverage_frac is None
    assert evidence.results.status == "no data"


def test_coverage_by_hand(params: AlternativeData) -> None:
    """Two values, known after an hour; of four candidates one is early and one late."""
    event, known = times(0, 24 * 60), times(60, 24 * 60 + 70)
    mood = ChannelValues("AUSDT", "fear_greed", event, known, np.array([10.0, 20.0]))
    stale = 24 * 60 + params.feeds.fear_greed.staleness_minutes + 5
    at = times(55, 60, 24 * 60 + 70, stale)
    made = make_candidates(*(("AUSDT", int(time)) for time in at), ("BUSDT", int(at[1])))
    results = build_evidence(make_provider(params, mood), made, params).results
    (channel,) = results.channels
    assert (channel.symbols, channel.values, channel.candidates) == (1, 2, 5)
    assert (channel.published, channel.fresh, channel.coverage_frac) == (3, 2, 0.4)
    assert channel.median_lag_minutes == 65.0
    assert channel.median_age_minutes == 65.0
    assert channel.longest_gap_hours == 24.0
    assert channel.first_event == "2023-01-01T00:00:00Z"
    sentiment = results.analyzers["sentiment"]
    assert (sentiment.status, sentiment.with_data) == ("partial", 2)
    assert sentiment.mean_coverage_frac == pytest.approx(0.4 * 0.3)
    assert sentiment.mean_width == pytest.approx(0.7)
    assert sentiment.components["social_media"] == pytest.approx(0.4)
    assert results.status == "partial"


def test_results_come_back_from_json(
    provider: MadeProvider, candidates: pd.DataFrame, params: AlternativeData
) -> None:
    results = build_evidence(provider, candidates, params).results
    assert from_json(AlternativeDataResults, to_json(results)) == results


def test_same_bytes_for_any_number_of_workers(
    provider: MadeProvider,
    candidates: pd.DataFrame,
    params: AlternativeData,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(workers: str) -> Evidence:
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        return build_evidence(provider, candidates, params)

    one, two = run("1"), run("2")
    compare(one.scores, two.scores)
    assert one.results == two.results


def test_any_statistic_of_any_channel_at_the_candidates(
    provider: Provider, candidates: pd.DataFrame
) -> None:
    hour = 60 * MINUTE_MS
    inputs = [
        ChannelInput("mood", "social_score"),
        ChannelInput("flow_1h", "net_exchange_flow_frac", trailing_mean, hour),
        ChannelInput("news", "news_score"),
    ]
    frame = build_inputs(provider, candidates, inputs)
    assert frame["candidate_id"].tolist() == candidates["candidate_id"].tolist()
    assert frame["news"].isna().all()
    row = 40
    at = _decision(candidates)[row]
    flows = provider.read(candidates["symbol"][row])
    flows = flows[flows["channel"] == "net_exchange_flow_frac"]
    known = to_epoch_ms(flows["known_time"])
    newest = known[known <= at].max()  # the hour ends with the newest publication
    within = (known <= at) & (known > newest - hour)
    assert frame["flow_1h"][row] == pytest.approx(flows["value"][within].mean())


def _decision(candidates: pd.DataFrame) -> Ints:
    return to_epoch_ms(candidates["open_time"]) + BAR_MS


def test_decisions_are_at_the_close_of_the_bar(params: AlternativeData) -> None:
    """A book of the close is known then; one a millisecond later is not."""
    close = times(5)
    for later_ms, expected in ((0, 0.5), (1, np.nan)):
        book = [
            ChannelValues("AUSDT", name, close + later_ms, close + later_ms, np.array([depth]))
            for name, depth in (("bid_depth_quote", 3.0), ("ask_depth_quote", 1.0))
        ]
        made = make_candidates(("AUSDT", int(close[0])))
        assert made["open_time"].tolist() == list(to_timestamps(close - BAR_MS))
        scores = build_evidence(make_provider(params, *book), made, params).scores
        np.testing.assert_array_equal(scores["imbalance_ratio"], [expected])
