"""The product of components: by hand, rule by rule, and with parts missing."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.core.params import Sizing
from dipmaster.sizing import (
    SizeComponents,
    SizingFeatures,
    combine,
    compute_volatility_scalar,
    explain_size,
    measure_components,
)

BEFORE = np.array([0.05])


def components(**changes: float) -> SizeComponents:
    values = {
        "p": 0.82, "p_outcomes": 900.0, "payoff": 0.5, "payoff_outcomes": 950.0,
        "forecast_annual_frac": 0.6, "vol_scalar": 0.5, "regime_factor": 0.9,
        "spillover_factor": 0.8, "intraday_factor": 1.1,
    } | changes  # fmt: skip
    return SizeComponents(**{name: np.array([value]) for name, value in values.items()})


def rule(sizing: Sizing, name: str) -> Sizing:
    return sizing.model_copy(update={"rule": name})


def test_the_scalar_by_hand(sizing: Sizing) -> None:
    """Annual by the root of 365: .02 a day is 38.2 % a year."""
    daily = np.array([0.02, 0.10 / np.sqrt(365), 0.004, 0.001, np.nan, 0.0])
    assert compute_volatility_scalar(daily, sizing).tolist() == pytest.approx(
        [0.5, 1.0, 0.10 / (0.004 * np.sqrt(365)), 2.0, 0.5, 0.5]
    )


def test_kelly_by_hand(sizing: Sizing) -> None:
    sizes = combine(components(), BEFORE, sizing)
    kelly = 0.25 * (0.82 - 0.18 / 0.5)
    assert sizes.kelly[0] == pytest.approx(kelly)
    assert sizes.size_frac[0] == pytest.approx(kelly * 0.5 * 0.9 * 0.8 * 1.1)
    assert not sizes.fallback[0]


def test_nothing_to_win_is_no_bet(sizing: Sizing) -> None:
    sizes = combine(components(payoff=0.2), BEFORE, sizing)
    assert sizes.size_frac[0] == 0.0
    assert sizes.kelly[0] == 0.0


@pytest.mark.parametrize("missing", ["p", "payoff"])
def test_without_p_or_payoff_the_size_is_that_of_the_phase_before(
    sizing: Sizing, missing: str
) -> None:
    sizes = combine(components(**{missing: np.nan}), BEFORE, sizing)
    assert sizes.size_frac[0] == 0.05
    assert sizes.fallback[0]
    columns = sizes.columns()
    assert columns.pop("size_frac")[0] == 0.05
    assert all(np.isnan(values[0]) for values in columns.values())


def test_inverse_volatility_scales_the_size_before(sizing: Sizing) -> None:
    sizes = combine(components(), BEFORE, rule(sizing, "inverse_volatility"))
    assert sizes.size_frac[0] == pytest.approx(0.05 * 0.5 * 0.9 * 0.8 * 1.1)
    assert np.isnan(sizes.kelly[0])
    assert np.isnan(sizes.components.p[0])


def test_fixed_is_the_size_before(sizing: Sizing) -> None:
    assert combine(components(), BEFORE, rule(sizing, "fixed")).size_frac[0] == 0.05


def test_what_is_missing_never_raises_a_size(sizing: Sizing, random_outcomes) -> None:
    known = random_outcomes()
    sizing = sizing.model_copy(update={"prior_outcomes": 10.0})
    features = SizingFeatures(
        np.array([900]), np.array([0.8]), np.array([1]), np.array([0.02]), np.array([0.9]),
        np.array([1.0]), np.array([1.0]),
    )  # fmt: skip
    whole = measure_components(features, known, np.array([800]), sizing)
    assert np.isfinite(whole.p[0] * whole.payoff[0])
    nothing = np.array([np.nan])
    for name in ("forecast_daily_frac", "regime_factor", "spillover_factor", "intraday_factor"):
        lacking = measure_components(
            replace(features, **{name: nothing}), known, np.array([800]), sizing
        )
        assert lacking.factor[0] <= whole.factor[0]
    unknown = measure_components(
        replace(features, regime_factor=nothing), known, np.array([800]), sizing
    )
    assert unknown.regime_factor[0] == sizing.unknown_factor


def test_sizes_in_words(sizing: Sizing) -> None:
    def words(sizes) -> str:
        row = {name: float(values[0]) for name, values in sizes.columns().items()}
        return explain_size(row, sizing.kelly_share_frac)

    told = words(combine(components(), BEFORE, sizing))
    assert told == (
        "4.55 % = Kelly 11.50 % (0.25 of 0.820 - 0.180 / 0.500) x volatility 0.50 "
        "(forecast 60 % a year) x regime 0.90 x spillover 0.80 x intraday 1.10"
    )
    assert "size of the phase before" in words(combine(components(p=np.nan), BEFORE, sizing))
    told = words(combine(components(forecast_annual_frac=np.nan), BEFORE,
                         rule(sizing, "inverse_volatility")))  # fmt: skip
    assert told.startswith("1.98 % = size of the phase before x volatility 0.50 (no forecast)")
