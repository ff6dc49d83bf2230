"""Sentiment by hand."""

import numpy as np
import pytest

from dipmaster.altdata.sentiment import SentimentAnalysisPipeline
from dipmaster.core.params.alternative import AlternativeData


@pytest.fixture
def pipeline(params: AlternativeData) -> SentimentAnalysisPipeline:
    return SentimentAnalysisPipeline(params.sentiment)


def analyze(pipeline: SentimentAnalysisPipeline, **known: float) -> dict[str, float]:
    """One candidate; inputs that are not named are missing."""
    names = {item.name for item in pipeline.inputs}
    assert set(known) <= names
    values = {name: np.array([known.get(name, np.nan)]) for name in names}
    return {name: float(column[0]) for name, column in pipeline.analyze(values).items()}


def test_posts_are_the_roadmaps_share_with_its_momentum(
    pipeline: SentimentAnalysisPipeline,
) -> None:
    counts = {"positive_mentions": 60.0, "negative_mentions": 40.0}
    assert analyze(pipeline, **counts)["social_media"] == pytest.approx(0.6)
    moving = analyze(pipeline, **counts, social_change=0.5)
    assert moving["social_media"] == pytest.approx(0.65)
    assert analyze(pipeline, positive_mentions=0.0, negative_mentions=0.0)["social_media"] == 0.5


def test_a_mood_is_brought_to_a_share_and_stays_within_it(
    pipeline: SentimentAnalysisPipeline,
) -> None:
    assert analyze(pipeline, social_score=-0.4)["social_media"] == pytest.approx(0.3)
    assert analyze(pipeline, social_score=1.0, social_change=2.0)["social_media"] == 1.0


def test_the_crowds_mood_stands_beside_posts(pipeline: SentimentAnalysisPipeline) -> None:
    assert analyze(pipeline, fear_greed=20.0)["social_media"] == pytest.approx(0.2)
    both = analyze(pipeline, fear_greed=20.0, social_score=0.2)
    assert both["social_media"] == pytest.approx((0.2 + 0.6) / 2)


def test_dear_options_are_fear(pipeline: SentimentAnalysisPipeline) -> None:
    found = analyze(pipeline, implied_volatility_z=2.0)
    assert found["options_flow"] == pytest.approx(np.tanh(-1.0) * 0.5 + 0.5)


def test_positions_in_futures(pipeline: SentimentAnalysisPipeline) -> None:
    assert analyze(pipeline, funding_rate_frac=0.0001)["technical_sentiment"] == 0.5
    high = analyze(pipeline, funding_rate_frac=0.0003)
    assert high["technical_sentiment"] == pytest.approx(np.tanh(1.0) * 0.5 + 0.5)
    ratios = analyze(pipeline, account_ratio=3.0, taker_volume_ratio=1.0)
    assert ratios["technical_sentiment"] == pytest.approx((0.75 + 0.5) / 2)


def test_all_four_sources_by_the_roadmaps_weights(pipeline: SentimentAnalysisPipeline) -> None:
    found = analyze(
        pipeline, fear_greed=80.0, news_score=0.2, implied_volatility_z=0.0, account_ratio=1.0
    )
    score = 0.3 * 0.8 + 0.4 * 0.6 + 0.2 * 0.5 + 0.1 * 0.5
    assert found["sentiment_score"] == pytest.approx(score)
    assert found["sentiment_coverage"] == pytest.approx(1.0)
    assert found["sentiment_low"] == pytest.approx(found["sentiment_high"])
    assert found["sentiment_signal"] == 1.0


def test_without_news_the_weights_are_renormalised_and_the_bounds_widen(
    pipeline: SentimentAnalysisPipeline,
) -> None:
    found = analyze(pipeline, fear_greed=80.0, implied_volatility_z=0.0, account_ratio=1.0)
    total = 0.3 * 0.8 + 0.2 * 0.5 + 0.1 * 0.5
    assert found["sentiment_score"] == pytest.approx(total / 0.6)
    assert found["sentiment_low"] == pytest.approx(total)
    assert found["sentiment_high"] == pytest.approx(total + 0.4)


def test_momentum_alone_is_no_sentiment(pipeline: SentimentAnalysisPipeline) -> None:
    found = analyze(pipeline, social_change=0.5)
    assert found.pop("sentiment_coverage") == 0.0
    assert np.isnan(list(found.values())).all()


def test_news_impact_goes_through_for_the_filter(pipeline: SentimentAnalysisPipeline) -> None:
    assert analyze(pipeline, news_impact=0.8)["news_impact"] == 0.8
