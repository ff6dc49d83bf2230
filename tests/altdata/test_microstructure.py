"""Order-book evidence by hand: the best source there is, named for what it is."""

import numpy as np
import pytest

from dipmaster.altdata.microstructure import IMBALANCE_SOURCES, MarketMicrostructureAnalyzer
from dipmaster.core.params.alternative import AlternativeData


@pytest.fixture
def analyzer(params: AlternativeData) -> MarketMicrostructureAnalyzer:
    small = params.microstructure.model_copy(update={"impact_quote": 100.0})
    return MarketMicrostructureAnalyzer(small)


def analyze(analyzer: MarketMicrostructureAnalyzer, **known: float) -> dict[str, object]:
    """One candidate; inputs that are not named are missing."""
    names = {item.name for item in analyzer.inputs}
    assert set(known) <= names
    values = {name: np.array([known.get(name, np.nan)]) for name in names}
    return {name: column[0] for name, column in analyzer.analyze(values).items()}


LEVELS = {
    "bid_price_1": 99.0,
    "bid_quantity_1": 6.0,
    "bid_price_2": 98.0,
    "bid_quantity_2": 7.0,
    "ask_price_1": 101.0,
    "ask_quantity_1": 3.0,
    "ask_price_2": 103.0,
    "ask_quantity_2": 4.0,
}
BOOK = {"bid_depth_quote": 300.0, "ask_depth_quote": 100.0}
BANDS = {"bid_within_1pct_quote": 200.0, "ask_within_1pct_quote": 600.0}
QUOTES = {"quoted_bid_volume": 1.0, "quoted_ask_volume": 4.0}
TAKERS = {"taker_imbalance": -0.4}
RATIOS = (0.3, 0.5, -0.5, -0.6, -0.4)


@pytest.mark.parametrize("first", range(5))
def test_the_best_source_that_is_there_makes_the_imbalance(
    analyzer: MarketMicrostructureAnalyzer, first: int
) -> None:
    known: dict[str, float] = {}
    for source in (LEVELS, BOOK, BANDS, QUOTES, TAKERS)[first:]:
        known.update(source)
    found = analyze(analyzer, **known)
    assert found["imbalance_source"] == IMBALANCE_SOURCES[first]
    assert found["imbalance_ratio"] == pytest.approx(RATIOS[first])
    assert found["imbalance"] == pytest.approx(0.5 + 0.5 * RATIOS[first])


def test_levels_give_impact_support_and_resistance(
    analyzer: MarketMicrostructureAnalyzer,
) -> None:
    found = analyze(analyzer, **LEVELS)
    assert found["buy_impact_bps"] == pytest.approx(100.0)
    assert found["sell_impact_bps"] == pytest.approx(100.0)
    assert found["price_impact"] == pytest.approx(0.5)
    assert found["support_distance_bps"] == pytest.approx(200.0)
    assert found["resistance_distance_bps"] == pytest.approx(300.0)
    assert found["support_resistance"] == pytest.approx(0.6)
    assert found["bid_depth_levels"] == 1.0


def test_no_more_levels_are_read_than_the_params_say(params: AlternativeData) -> None:
    one = MarketMicrostructureAnalyzer(params.microstructure.model_copy(update={"levels": 1}))
    names = {item.name for item in one.inputs}
    assert "bid_price_1" in names
    assert "bid_price_2" not in names


@pytest.mark.parametrize(("ratio", "signal"), [(0.31, 1.0), (0.3, 0.0), (-0.31, -1.0)])
def test_signal_beyond_the_roadmaps_threshold(
    analyzer: MarketMicrostructureAnalyzer, ratio: float, signal: float
) -> None:
    assert analyze(analyzer, taker_imbalance=ratio)["imbalance_signal"] == signal


def test_bands_give_impact_where_there_are_no_levels(
    analyzer: MarketMicrostructureAnalyzer,
) -> None:
    found = analyze(analyzer, **BANDS)
    assert found["sell_impact_bps"] == pytest.approx(25.0)
    assert found["buy_impact_bps"] == pytest.approx(100 / 600 / 2 * 100)
    assert found["price_impact"] == pytest.approx(0.25)


def test_depth_is_compared_with_its_past(analyzer: MarketMicrostructureAnalyzer) -> None:
    found = analyze(analyzer, bid_depth_quote_z=1.0, ask_depth_quote_z=-3.0)
    assert found["liquidity"] == pytest.approx(np.tanh(-0.5) * 0.5 + 0.5)


def test_taker_flow_alone_covers_a_quarter(analyzer: MarketMicrostructureAnalyzer) -> None:
    found = analyze(analyzer, **TAKERS)
    assert found["microstructure_score"] == pytest.approx(0.3)
    assert found["microstructure_coverage"] == pytest.approx(0.25)
    assert found["microstructure_low"] == pytest.approx(0.075)
    assert found["microstructure_high"] == pytest.approx(0.825)


def test_no_channel_is_no_data(analyzer: MarketMicrostructureAnalyzer) -> None:
    found = analyze(analyzer)
    assert found.pop("imbalance_source") == ""
    assert found.pop("microstructure_coverage") == 0.0
    assert np.isnan(np.array(list(found.values()), dtype=np.float64)).all()
