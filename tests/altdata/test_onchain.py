"""On-chain metrics by hand."""

import numpy as np
import pytest

from dipmaster.altdata.onchain import OnChainAnalytics, accumulation_ratio
from dipmaster.core.params.alternative import AlternativeData


@pytest.fixture
def analytics(params: AlternativeData) -> OnChainAnalytics:
    return OnChainAnalytics(params.on_chain)


def analyze(analytics: OnChainAnalytics, **known: float) -> dict[str, float]:
    """One candidate; inputs that are not named are missing."""
    names = {item.name for item in analytics.inputs}
    assert set(known) <= names
    values = {name: np.array([known.get(name, np.nan)]) for name in names}
    return {name: float(column[0]) for name, column in analytics.analyze(values).items()}


def test_accumulation_is_the_roadmaps_where_large_holders_are_known(
    analytics: OnChainAnalytics,
) -> None:
    found = analyze(analytics, holder_change=30.0, supply_change=-300.0, exchange_supply_share=1.0)
    assert found["whale_accumulation"] == pytest.approx(np.tanh(5 * 0.1) * 0.5 + 0.5)


def test_accumulation_without_a_change_of_supply_is_neutral(analytics: OnChainAnalytics) -> None:
    found = analyze(analytics, holder_change=30.0, supply_change=0.0)
    assert found["whale_accumulation"] == 0.5


def test_supply_that_leaves_exchanges_is_accumulation(analytics: OnChainAnalytics) -> None:
    leaving = analyze(analytics, exchange_supply_share=-0.2)
    assert leaving["whale_accumulation"] == pytest.approx(np.tanh(1.0) * 0.5 + 0.5)
    assert analyze(analytics, exchange_supply_share=0.2)["whale_accumulation"] < 0.5


@pytest.mark.parametrize(
    ("inflow", "outflow", "signal"),
    [(100.0, 123.0, 1.0), (100.0, 122.0, 0.0), (123.0, 100.0, -1.0), (0.0, 0.0, 0.0)],
)
def test_flow_ratio_of_a_tenth_is_a_signal(
    analytics: OnChainAnalytics, inflow: float, outflow: float, signal: float
) -> None:
    found = analyze(analytics, inflow=inflow, outflow=outflow)
    assert found["exchange_flow_signal"] == signal
    gross = inflow + outflow
    ratio = (outflow - inflow) / gross if gross else 0.0
    assert found["exchange_flows"] == pytest.approx(0.5 + 0.5 * ratio)


def test_flows_are_measured_by_the_days_volume_where_it_is_known(
    analytics: OnChainAnalytics,
) -> None:
    """A net outflow of 5 % of the volume is one unit inside the tanh."""
    found = analyze(analytics, inflow_usd=100.0, outflow_usd=150.0, volume_usd=1000.0)
    assert found["exchange_flows"] == pytest.approx(np.tanh(1.0) * 0.5 + 0.5)
    assert found["exchange_flow_signal"] == 1.0  # 50 of 250


def test_a_net_flow_alone_signals_at_five_per_cent_of_the_volume(
    analytics: OnChainAnalytics,
) -> None:
    assert analyze(analytics, net_flow_frac=-0.06)["exchange_flow_signal"] == 1.0
    assert analyze(analytics, net_flow_frac=-0.04)["exchange_flow_signal"] == 0.0
    assert analyze(analytics, net_flow_frac=0.06)["exchange_flow_signal"] == -1.0
    scored = analyze(analytics, net_flow_frac=0.001, net_flow_z=-2.0)
    assert scored["exchange_flows"] == pytest.approx(np.tanh(1.0) * 0.5 + 0.5)


@pytest.mark.parametrize(("value", "active"), [(999_999.0, 0.0), (1_000_000.0, 1.0)])
def test_a_whale_begins_at_a_million(
    analytics: OnChainAnalytics, value: float, active: float
) -> None:
    assert analyze(analytics, whale_value_usd=value)["whale_active"] == active


def test_composite_renormalises_and_widens(analytics: OnChainAnalytics) -> None:
    found = analyze(analytics, holder_growth_z=2.0, addresses_z=0.0, transactions_z=-2.0)
    holders, activity = np.tanh(1.0) * 0.5 + 0.5, np.tanh(-0.5) * 0.5 + 0.5
    assert found["holder_distribution"] == pytest.approx(holders)
    assert found["network_activity"] == pytest.approx(activity)
    assert found["on_chain_score"] == pytest.approx((holders + activity) / 2)
    assert found["on_chain_coverage"] == 0.5
    assert found["on_chain_high"] - found["on_chain_low"] == pytest.approx(0.5)


def test_no_channel_is_no_data(analytics: OnChainAnalytics) -> None:
    found = analyze(analytics)
    assert found.pop("on_chain_coverage") == 0.0
    assert np.isnan(list(found.values())).all()


def test_one_unknown_half_of_a_ratio_is_unknown() -> None:
    known = {"holder_change": np.array([1.0]), "supply_change": np.array([np.nan])}
    ratio = accumulation_ratio({**known, "exchange_supply_share": np.array([np.nan])})
    assert np.isnan(ratio).all()
