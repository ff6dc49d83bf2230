"""Sections of the strategy: features, signal, execution."""

from typing import Literal

from pydantic import Field, model_validator

from dipmaster.core.params.base import Section, frac, number


class Features(Section):
    """Windows of the feature kernels."""

    sigma_halflife_bars: float = number("half-life of the hourly sigma", ge=6, le=8640)
    sigma_lag_bars: int = number(
        "the sigma used at a bar is that of so many bars before", ge=1, le=48
    )
    low_volatility_daily_frac: float = frac("daily sigma up to which volatility is low")
    high_volatility_daily_frac: float = frac("daily sigma above which volatility is high")

    @model_validator(mode="after")
    def _check_order(self) -> "Features":
        if self.low_volatility_daily_frac >= self.high_volatility_daily_frac:
            raise ValueError("low_volatility_daily_frac must lie below high_volatility_daily_frac")
        return self


class Capitulation(Section):
    """Only deep falls: either of two conditions."""

    fall_3h_frac: float = frac("3-hour fall beyond which a bar can qualify")
    fall_3h_sigmas: float = number("and beyond so many sigmas of 3 hours", ge=0, le=100)
    fall_1h_sigmas: float = number("or a 1-hour fall beyond so many sigmas of 1 hour", ge=0, le=100)


class Signal(Section):
    """The candidate rule."""

    rule: Literal["dip", "dipmaster_v4", "capitulation"] = Field(description="which rule")
    cooldown_bars: int = number("bars after a candidate without another one", ge=1, le=2880)
    rsi_max: float = number("RSI14 (Wilder) at most", ge=0, le=100)
    rsi_min_v4: float = number("lower end of dipmaster_v4's literal band", ge=0, le=100)
    volume_multiple: float = number("volume over the mean of the 20 bars before", ge=0, le=100)
    z_min: float = number("depth of the dip in hourly sigmas", ge=-10, le=100)
    capitulation: Capitulation


class Execution(Section):
    """Account, costs and limits."""

    capital: float = number("starting cash, quote currency", ge=1, le=1e12)
    taker_fee_bps: float = number("fee a side", ge=0, le=500)
    slippage_bps: float = number("slippage a side, on top of the half-spread", ge=0, le=500)
    size_frac: float = frac("reference notional of a position / equity")
    max_positions: int = number("open positions at once", ge=1, le=1000)
    max_position_frac: float = frac("cap on one position / equity")
    max_exposure_frac: float = frac("cap on all positions / equity")
    min_notional: float = number("smaller orders are not sent, quote currency", ge=0, le=1e9)
