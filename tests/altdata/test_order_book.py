"""Depth, impact and the largest order, of levels and of bands, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.altdata.order_book import BandSide, BookSide, imbalance, share_of_sum

NAN = np.nan
MID = np.array([100.0])


def side(*levels: tuple[float, float]) -> BookSide:
    price, quantity = np.array(levels, dtype=np.float64).T
    return BookSide(price[None, :], quantity[None, :])


def test_an_order_walks_the_levels() -> None:
    asks = side((101.0, 1.0), (102.0, 2.0))
    paid = asks.impact_bps(MID, 101.0 + 102.0)  # all of the first, one of the second
    assert paid[0] == pytest.approx(150.0)
    assert asks.impact_bps(MID, 50.5)[0] == pytest.approx(100.0)
    assert np.isnan(asks.impact_bps(MID, 306.0)[0])  # 305 are there


def test_a_sale_walks_the_bids() -> None:
    bids = side((99.0, 1.0), (98.0, 1.0))
    assert bids.impact_bps(MID, 197.0)[0] == pytest.approx(150.0)


def test_levels_that_hold_the_share() -> None:
    flat = side(*[(100.0 - level, 1.0) for level in range(20)])
    assert flat.count_levels(0.95)[0] == 19.0  # the roadmap's count, as on any flat book
    steep = side((99.0, 96.0), (98.0, 2.0), (97.0, 2.0))
    assert steep.count_levels(0.95)[0] == 0.0


def test_the_largest_level_and_levels_that_are_missing() -> None:
    bids = side((99.0, 1.0), (98.0, 5.0), (NAN, NAN))
    assert bids.largest_distance_bps(MID)[0] == pytest.approx(200.0)
    assert bids.depth[0] == 6.0
    nothing = side((NAN, NAN), (NAN, NAN))
    assert np.isnan(nothing.depth[0])
    assert np.isnan(nothing.largest_distance_bps(MID)[0])
    assert np.isnan(nothing.count_levels(0.95)[0])
    assert np.isnan(nothing.impact_bps(MID, 1.0)[0])


def bands(*within: float) -> BandSide:
    return BandSide(np.array([0.2, 1.0, 2.0]), np.array([within], dtype=np.float64))


def test_an_order_fills_at_the_mean_distance_of_its_bands() -> None:
    assert bands(100.0, 200.0, 500.0).impact_bps(100.0)[0] == pytest.approx(10.0)
    # 100 at 0.1 % on average, then 50 in the nearer half of 0.2 to 1 %: 0.4 %
    expected = (100 * 0.1 + 50 * 0.4) / 150 * 100
    assert bands(100.0, 200.0, 500.0).impact_bps(150.0)[0] == pytest.approx(expected)
    assert np.isnan(bands(100.0, 200.0, 500.0).impact_bps(501.0)[0])


def test_older_files_lack_the_narrow_band() -> None:
    assert bands(NAN, 200.0, 500.0).impact_bps(100.0)[0] == pytest.approx(25.0)
    assert bands(NAN, 200.0, 500.0).largest_distance_bps()[0] == pytest.approx(150.0)


def test_the_densest_band() -> None:
    assert bands(10.0, 800.0, 900.0).largest_distance_bps()[0] == pytest.approx(60.0)
    assert np.isnan(bands(NAN, NAN, NAN).largest_distance_bps()[0])
    assert np.isnan(bands(NAN, NAN, NAN).impact_bps(1.0)[0])


def test_imbalance_by_hand() -> None:
    ratio = imbalance(np.array([3.0, 0.0, NAN]), np.array([1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(ratio, [0.5, 0.0, NAN])
    assert share_of_sum(np.array([3.0]), np.array([1.0]))[0] == 0.75


quantities = st.lists(st.floats(0.01, 50.0), min_size=2, max_size=20)


@given(quantities=quantities, share=st.floats(0.05, 0.9), more=st.floats(1.0, 2.0))
def test_a_larger_order_never_costs_less(
    quantities: list[float], share: float, more: float
) -> None:
    asks = side(*[(100.0 + 0.1 * i, quantity) for i, quantity in enumerate(quantities, 1)])
    total = float(np.sum(asks.price * asks.quantity))
    small = asks.impact_bps(MID, share * total)[0]
    large = asks.impact_bps(MID, min(share * more, 0.99) * total)[0]
    assert large >= small - 1e-9
