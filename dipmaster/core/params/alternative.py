"""Section `alternative_data`: provider, publication lags, staleness limits, analysers."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from dipmaster.core.params.base import Section, frac, number
from dipmaster.core.params.confidence import BoostedTrees, MinTrainingSet

MAX_MINUTES = 60 * 24 * 60
REVISED_LAG_MINUTES = 24 * 60
"""Least lag of a series that is revised after its publication: a full day."""


class Feed(Section):
    """Channels that are published together.

    A value is known `lag_minutes` after the end of what it describes, and missing
    `staleness_minutes` after that end.
    """

    lag_minutes: int = number("from the end of what a value describes", ge=0, le=MAX_MINUTES)
    staleness_minutes: int = number("age at which it is missing", ge=5, le=MAX_MINUTES)

    @model_validator(mode="after")
    def _check_order(self) -> "Feed":
        if self.staleness_minutes <= self.lag_minutes:
            raise ValueError("staleness_minutes must exceed lag_minutes: no value would be used")
        return self


class RevisedFeed(Feed):
    """A feed whose values are revised after publication."""

    lag_minutes: int = number(
        "a full day at least, values are revised", ge=REVISED_LAG_MINUTES, le=MAX_MINUTES
    )


class Feeds(Section):
    """One entry a feed; the first three are those of the simulated market."""

    order_book: Feed
    on_chain_flows: Feed
    social_sentiment: Feed
    news: Feed
    exchange_flows: RevisedFeed
    on_chain_daily: Feed
    large_transactions: Feed
    fear_greed: Feed
    implied_volatility: Feed
    funding: Feed
    futures_metrics: Feed
    depth_bands: Feed
    best_quotes: Feed
    taker_flow: Feed


class OnChainWeights(Section):
    """Weights of the four on-chain metrics."""

    whale_accumulation: float = frac("supply that leaves exchanges")
    exchange_flows: float = frac("outflow against inflow")
    holder_distribution: float = frac("addresses with a balance")
    network_activity: float = frac("addresses, transactions, large transfers")

    @model_validator(mode="after")
    def _check_sum(self) -> "OnChainWeights":
        _check_sum_of_weights(self)
        return self


class OnChain(Section):
    """OnChainAnalytics, roadmap 4.1."""

    whale_usd: float = number("transfer from which it is a whale's, USD", ge=1, le=1e12)
    flow_frac: float = frac("net flow of a day's volume that counts as large", ge=0.0001)
    flow_signal_ratio: float = frac("net over gross flow of a bullish or bearish signal")
    accumulation_gain: float = number("inside the tanh of the score", ge=0.1, le=100)
    change_days: int = number("span of changes of supply and addresses", ge=1, le=90)
    history_days: int = number("past that activity is compared with", ge=7, le=365)
    weights: OnChainWeights


class SentimentWeights(Section):
    """Weights of the four sources of sentiment."""

    social_media: float = frac("posts, crowd mood")
    news_sentiment: float = frac("news")
    options_flow: float = frac("options")
    technical_sentiment: float = frac("positions in futures")

    @model_validator(mode="after")
    def _check_sum(self) -> "SentimentWeights":
        _check_sum_of_weights(self)
        return self


class Sentiment(Section):
    """SentimentAnalysisPipeline, roadmap 4.2."""

    momentum_weight: float = frac("weight of the change in the social score")
    momentum_hours: int = number("span of that change", ge=1, le=240)
    history_days: int = number("past that implied volatility is compared with", ge=7, le=365)
    neutral_funding_frac: float = frac("funding rate of balanced positions", ge=-0.01, le=0.01)
    funding_scale_frac: float = frac("distance from it that is large", ge=1e-6, le=0.01)
    signal_distance: float = frac("distance from 0.5 of a bullish or bearish signal", le=0.5)
    weights: SentimentWeights


class MicrostructureWeights(Section):
    """Weights of the four order-book metrics."""

    imbalance: float = frac("bids against asks")
    liquidity: float = frac("depth against its past")
    price_impact: float = frac("cost of buying against that of selling")
    support_resistance: float = frac("distance of the largest bid and ask")

    @model_validator(mode="after")
    def _check_sum(self) -> "MicrostructureWeights":
        _check_sum_of_weights(self)
        return self


class Microstructure(Section):
    """MarketMicrostructureAnalyzer, roadmap 4.3."""

    levels: int = number("best levels of each side that are read", ge=1, le=20)
    imbalance_signal: float = frac("imbalance of a bullish or bearish signal")
    depth_share: float = frac("share of the depth whose levels are counted", ge=0.01)
    impact_quote: float = number("order whose price impact is estimated, quote", ge=1, le=1e12)
    history_hours: int = number("past that depth is compared with", ge=1, le=24 * 60)
    weights: MicrostructureWeights


class CreditEvaluation(Section):
    """How what the evidence adds is measured, on candidates out of sample."""

    seed: int = number("root of the bootstrap and permutation streams", ge=0, le=2**32 - 1)
    alpha: float = frac("one-sided level of every bound and of the permutations", ge=0.0001, le=0.2)
    block_days: int = number("length of a calendar block", ge=1, le=365)
    bins: int = number("equal-mass bins of a reliability diagram", ge=2, le=50)
    bootstrap_reps: int = number("block bootstrap replications", ge=100, le=1_000_000)
    permutations: int = number("orders of blocks in which all feeds are shuffled", ge=1, le=10_000)
    feed_permutations: int = number("the first of them, for each feed alone", ge=1, le=10_000)
    shuffled_days: int = number("length of a shuffled block of time", ge=1, le=365)
    lags_minutes: tuple[int, ...] = Field(
        description="evidence as it was known so long before, for the information coefficient"
    )
    min_candidates: int = number("fewer scored candidates: no credit", ge=10, le=1_000_000)
    min_blocks: int = number("fewer blocks with them: no credit", ge=4, le=1000)

    @field_validator("lags_minutes", mode="before")
    @classmethod
    def _read_list(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _check_lags(self) -> "CreditEvaluation":
        if list(self.lags_minutes) != sorted({*self.lags_minutes, 0}):
            raise ValueError("lags_minutes must begin with 0 and rise")
        return self


class EvidenceModelParams(Section):
    """The second layer: what evidence adds to the log odds of phase 1."""

    runs: int = number("runs of time, each left out of one model", ge=2, le=50)
    min_train: MinTrainingSet
    ridge: float = number("penalty on standardised coefficients of the logistic", ge=1e-6, le=1e6)
    trees: BoostedTrees
    evaluation: CreditEvaluation


class AlternativeData(Section):
    """Evidence beside the bars."""

    provider: Literal["simulated", "files", "none"] = Field(description="where values come from")
    delay_minutes: int = number("added to every publication time", ge=0, le=MAX_MINUTES)
    feeds: Feeds
    on_chain: OnChain
    sentiment: Sentiment
    microstructure: Microstructure
    model: EvidenceModelParams


def _check_sum_of_weights(weights: Section) -> None:
    total = sum(weights.model_dump().values())
    if abs(total - 1.0) > 1e-9:
        raise ValueError(f"weights must sum to 1, not to {total:g}")
