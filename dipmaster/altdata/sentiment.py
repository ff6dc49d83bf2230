"""Sentiment, roadmap 4.2: social media, news, options, positions in futures.

Each source is a score of 0..1, 0.5 neutral, above it bullish. Prices alone are no evidence
here: technical sentiment comes from positions in futures, because indicators of price are
phase 1's, and would make a source that is absent look present.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dipmaster.altdata.asof import ChannelInput
from dipmaster.altdata.composite import (
    NEUTRAL,
    combine,
    grade,
    mean_of_known,
    or_zero,
    prefer,
    squash,
)
from dipmaster.altdata.statistics import trailing_change, trailing_z
from dipmaster.core.kernels import Floats
from dipmaster.core.params.alternative import Sentiment
from dipmaster.core.time_units import DAY_MS, HOUR_MS


@dataclass(frozen=True)
class SentimentAnalysisPipeline:
    """The four sources and their composite; nothing is looked up, nothing is kept."""

    params: Sentiment

    @cached_property
    def inputs(self) -> tuple[ChannelInput, ...]:
        """What `analyze` is to be given."""
        span, past = self.params.momentum_hours * HOUR_MS, self.params.history_days * DAY_MS
        return (
            ChannelInput("positive_mentions", "positive_mentions"),
            ChannelInput("negative_mentions", "negative_mentions"),
            ChannelInput("social_score", "social_score"),
            ChannelInput("social_change", "social_score", trailing_change, span),
            ChannelInput("fear_greed", "fear_greed"),
            ChannelInput("news_score", "news_score"),
            ChannelInput("news_impact", "news_impact"),
            ChannelInput("implied_volatility_z", "implied_volatility_pct", trailing_z, past),
            ChannelInput("funding_rate_frac", "funding_rate_frac"),
            ChannelInput("account_ratio", "account_ratio"),
            ChannelInput("top_trader_position_ratio", "top_trader_position_ratio"),
            ChannelInput("taker_volume_ratio", "taker_volume_ratio"),
        )

    def analyze(self, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """Score candidates, see `Analyzer.analyze`."""
        components = {
            "social_media": mean_of_known(self._score_posts(values), values["fear_greed"] / 100.0),
            "news_sentiment": NEUTRAL + 0.5 * values["news_score"],
            "options_flow": squash(-0.5 * values["implied_volatility_z"]),
            "technical_sentiment": self._score_positions(values),
        }
        composite = combine(components, self.params.weights.model_dump())
        return {
            **composite.as_columns("sentiment"),
            **components,
            "sentiment_signal": grade(composite.score - NEUTRAL, self.params.signal_distance),
            "news_impact": values["news_impact"],
        }

    def _score_posts(self, values: Mapping[str, Floats]) -> Floats:
        """Share of the mentions in favour plus the momentum of the score, within 0..1.

        A source that gives a mood of -1..1 instead of counts is brought to that share. A
        momentum that is unknown adds nothing.
        """
        share = prefer(_positive_share(values), NEUTRAL + 0.5 * values["social_score"])
        momentum = or_zero(values["social_change"])
        return np.clip(share + self.params.momentum_weight * momentum, 0.0, 1.0)

    def _score_positions(self, values: Mapping[str, Floats]) -> Floats:
        """Mean of funding, long/short and buy/sell ratios; above 0.5 the crowd is long."""
        distance = values["funding_rate_frac"] - self.params.neutral_funding_frac
        ratios = ("account_ratio", "top_trader_position_ratio", "taker_volume_ratio")
        return mean_of_known(
            squash(distance / self.params.funding_scale_frac),
            *(_long_share(values[name]) for name in ratios),
        )


def _positive_share(values: Mapping[str, Floats]) -> Floats:
    positive, negative = values["positive_mentions"], values["negative_mentions"]
    total = positive + negative
    share = np.where(total > 0.0, positive / np.where(total > 0.0, total, 1.0), NEUTRAL)
    return np.where(np.isfinite(total), share, np.nan)


def _long_share(ratio: Floats) -> Floats:
    """Long over short to long over both: 1 gives 0.5."""
    return ratio / (1.0 + ratio)
