"""Volatility known before a dip, and returns measured in it."""

import math

from dipmaster.features import layout as at
from dipmaster.features.inner import inner_kernel
from dipmaster.features.windows import moments, place_among
from dipmaster.foundation.numerics import Floats, inlined_kernel
from dipmaster.foundation.periods import BARS_PER_DAY, BARS_PER_HOUR

HALF_PI = math.pi / 2.0


@inner_kernel
def bipower(state: Floats, age: int, change: float) -> None:
    """Store the hourly sigma at the close of this bar: EWM of pi/2 |r| |r before|.

    A jump enters only through its products with ordinary neighbours. The mean
    is divided by the sum of its weights, so it is unbiased from the start and
    forgets where it started by half every half-life.
    """
    sigma = math.nan
    if age >= 3:
        product = HALF_PI * abs(change) * abs(state[at.RETURN_BEFORE])
        total = state[at.DECAY] * state[at.BIPOWER_SUM] + product
        weight = state[at.DECAY] * state[at.BIPOWER_WEIGHT] + 1.0
        state[at.BIPOWER_SUM] = total
        state[at.BIPOWER_WEIGHT] = weight
        if age - 2 >= state[at.SIGMA_WARM_UP]:
            sigma = math.sqrt(BARS_PER_HOUR * total / weight)
    state[at.RETURN_BEFORE] = change
    state[at.SIGMAS + (age & at.RING_MASK)] = sigma


@inlined_kernel
def sigma_before(state: Floats, age: int, bars: int) -> float:
    """Hourly sigma as it was known `bars` bars ago; NaN where it was not, or zero."""
    if age - bars < 1:
        return math.nan
    sigma = state[at.SIGMAS + ((age - bars) & at.RING_MASK)]
    return sigma if sigma > 0.0 else math.nan


@inlined_kernel
def return_over(state: Floats, age: int, bars: int) -> float:
    """Return over the last `bars` bars; NaN before there are so many."""
    if age <= bars:
        return math.nan
    now = state[at.CLOSES + (age & at.RING_MASK)]
    change: float = now / state[at.CLOSES + ((age - bars) & at.RING_MASK)] - 1.0
    return change


@inlined_kernel
def forecast_sigma(state: Floats, age: int, bars: int) -> float:
    """Sigma of a return over `bars` bars, forecast before the first of them."""
    lag = int(state[at.SIGMA_LAG])
    return sigma_before(state, age, lag if lag > bars else bars) * math.sqrt(bars / BARS_PER_HOUR)


@inner_kernel
def depths(state: Floats, age: int) -> None:
    """Falls in forecast sigmas, the coin's whole and its own part."""
    fall_2 = -return_over(state, age, at.BARS_2)
    fall_3 = -return_over(state, age, at.BARS_3)
    fall_12 = -return_over(state, age, at.BARS_12)
    fall_36 = -return_over(state, age, at.BARS_36)
    sigma_3 = forecast_sigma(state, age, at.BARS_3)
    sigma_12 = forecast_sigma(state, age, at.BARS_12)
    sigma_36 = forecast_sigma(state, age, at.BARS_36)
    one = forecast_sigma(state, age, at.BARS_1)
    day = forecast_sigma(state, age, at.BARS_288)
    state[at.DIP_Z] = fall_2 / sigma_before(state, age, int(state[at.SIGMA_LAG]))
    state[at.DIP_DEPTH_1_SIGMA] = -return_over(state, age, at.BARS_1) / one
    state[at.DIP_DEPTH_3_SIGMA] = fall_3 / sigma_3
    state[at.DIP_DEPTH_12_SIGMA] = fall_12 / sigma_12
    state[at.DIP_DEPTH_36_SIGMA] = fall_36 / sigma_36
    state[at.DIP_DEPTH_288_SIGMA] = -return_over(state, age, at.BARS_288) / day
    state[at.FALL_3H_FRAC] = fall_36
    state[at.OWN_DROP_3_SIGMA] = (fall_3 + state[at.MARKET_3]) / sigma_3
    state[at.OWN_DROP_12_SIGMA] = (fall_12 + state[at.MARKET_12]) / sigma_12
    state[at.OWN_DROP_36_SIGMA] = (fall_36 + state[at.MARKET_36]) / sigma_36
    state[at.MARKET_RETURN_12_FRAC] = state[at.MARKET_12]


@inner_kernel
def classes(state: Floats, age: int) -> None:
    """Hourly and daily sigma known before, and the class of the daily one."""
    sigma = sigma_before(state, age, int(state[at.SIGMA_LAG]))
    daily = sigma * math.sqrt(24.0)
    state[at.SIGMA_1H_FRAC] = sigma
    state[at.SIGMA_DAILY_FRAC] = daily
    if daily > 0.0:
        above_low = 1.0 if daily > state[at.LOW_DAILY] else 0.0
        above_high = 1.0 if daily > state[at.HIGH_DAILY] else 0.0
        state[at.VOLATILITY_CLASS] = above_low + above_high


@inner_kernel
def realised(state: Floats, age: int, change: float) -> float:
    """20-bar volatility and its rank among 100; returns 1 where high among 50, else 0.

    High means above the interpolated 80 % quantile of the last 50 values: at
    most 10 of them, itself included, are as large.
    """
    squares = moments(state, at.RETURNS_20, at.BARS_20, age, change)[1]
    if age < 21:
        return math.nan
    volatility = math.sqrt(squares / 19.0)
    state[at.VOLATILITY_5M_DAILY_FRAC] = volatility * math.sqrt(BARS_PER_DAY)
    below, above = place_among(state, at.VOLATILITIES_100, at.BARS_100, age, volatility)
    if age >= 120:
        state[at.VOL_PCT] = (below + 0.5 * (101 - below - above)) / 100.0
    below = place_among(state, at.VOLATILITIES_50, at.BARS_50, age, volatility)[0]
    if age < 70:
        return math.nan
    return 1.0 if below >= 40 else 0.0
