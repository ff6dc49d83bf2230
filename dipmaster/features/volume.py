"""Volume, order flow and liquidity."""

import math

from dipmaster.features import layout as at
from dipmaster.features.inner import inner_kernel
from dipmaster.features.windows import clip01, slide_sum
from dipmaster.foundation.numerics import Floats

SPIKE_MULTIPLE = 1.5
SINCE_CAP = 100.0


@inner_kernel
def spikes(state: Floats, age: int, volume: float) -> None:
    """Volume against its mean, with and without this bar, and bars since a spike."""
    total = slide_sum(state, at.VOLUME_20, at.BARS_20, volume)
    before = state[at.VOLUME_20_BEFORE]
    state[at.VOLUME_20_BEFORE] = total
    if age > 20 and before > 0.0:
        state[at.VOLUME_RATIO] = volume / (before / 20.0)
    if age < 20:
        return
    spike = math.nan
    if total > 0.0:
        spike = 1.0 if volume > SPIKE_MULTIPLE * (total / 20.0) else 0.0
    state[at.VOLUME_SPIKE_20] = spike
    if spike == 1.0:
        state[at.SINCE_SPIKE] = 0.0
        state[at.SPIKE_SEEN] = 1.0
    else:
        state[at.SINCE_SPIKE] = min(state[at.SINCE_SPIKE] + 1.0, SINCE_CAP)
    if state[at.SPIKE_SEEN] == 1.0 or state[at.SINCE_SPIKE] == SINCE_CAP:
        state[at.BARS_SINCE_VOLUME_SPIKE] = state[at.SINCE_SPIKE]


@inner_kernel
def value_traded(state: Floats, age: int) -> None:
    """Distance to the 5-bar volume-weighted price; volume of 10 minutes against 10 before."""
    volume = state[at.VOLUME]
    typical = (state[at.HIGH] + state[at.LOW] + state[at.CLOSE]) / 3.0
    value = slide_sum(state, at.VALUE_5, at.BARS_5, typical * volume)
    units = slide_sum(state, at.VOLUME_5, at.BARS_5, volume)
    if age >= 5 and units > 0.0:
        state[at.VWAP_DEVIATION_FRAC] = state[at.CLOSE] / (value / units) - 1.0
    state[at.VOLUMES + (age & 3)] = volume
    if age >= 4:
        now = volume + state[at.VOLUMES + ((age - 1) & 3)]
        before = state[at.VOLUMES + ((age - 2) & 3)] + state[at.VOLUMES + ((age - 3) & 3)]
        if now + before > 0.0:
            state[at.VOLUME_TREND_10M] = (now - before) / (now + before)
    if volume > 0.0:
        state[at.TAKER_IMBALANCE] = 2.0 * state[at.TAKER_BUY] / volume - 1.0


@inner_kernel
def selling(state: Floats, age: int) -> float:
    """Net selling of 20 bars over the size of signed volume in 100, within 0..1.

    Bars stand for trades: volume counts as bought in a green bar, as sold in a
    red one. The divisor is the root mean square, not the sd about the mean.
    """
    signed = state[at.VOLUME]
    if state[at.CLOSE] < state[at.OPEN]:
        signed = -signed
    elif state[at.CLOSE] == state[at.OPEN]:
        signed = 0.0
    net = slide_sum(state, at.SIGNED_20, at.BARS_20, signed) / 20.0
    squares = slide_sum(state, at.SIGNED_SQUARES_100, at.BARS_100, signed * signed)
    if age < 100:
        return math.nan
    return clip01(-net / math.sqrt(squares / 100.0)) if squares > 0.0 else 0.0


@inner_kernel
def liquidity(state: Floats, age: int) -> None:
    """Price impact, spread estimate and an absolute score of both.

    The estimate is Abdi and Ranaldo (2017), equation 8, taken one bar back so
    that no later mid-range enters: s2 = 4 (c' - m') (c' - m), c' and m' the
    close and mid-range of the bar before, m of this one, relative to c'.
    """
    quote = slide_sum(state, at.QUOTE_288, at.BARS_288, state[at.VOLUME] * state[at.CLOSE])
    mid = (state[at.HIGH] + state[at.LOW]) / 2.0
    spread_bps = math.nan
    if age >= 2:
        close = state[at.CLOSES + ((age - 1) & at.RING_MASK)]
        s2 = 4.0 * (1.0 - state[at.MID_BEFORE] / close) * (1.0 - mid / close)
        total = slide_sum(state, at.SPREAD_288, at.BARS_288, s2)
        if age > 288:
            spread_bps = 1e4 * math.sqrt(total / 288.0) if total > 0.0 else 0.0
    state[at.MID_BEFORE] = mid
    state[at.SPREAD_ESTIMATE_BPS] = spread_bps
    state[at.HALF_SPREAD_BPS] = state[at.HALF_SPREAD]
    if state[at.SOURCE_HAS_SPREAD] == 1.0:
        spread_bps = 2.0 * state[at.HALF_SPREAD]
    if age >= 288:
        narrow = clip01(1.0 - spread_bps / 100.0)
        state[at.LIQUIDITY_SCORE] = 0.6 * narrow + 0.4 * clip01(quote / 1e6)


@inner_kernel
def impact(state: Floats, age: int, change: float) -> float:
    """Absolute returns of 20 bars per million of value traded; returns their sum."""
    moved = slide_sum(state, at.ABSOLUTE_RETURN_20, at.BARS_20, abs(change))
    quote = slide_sum(state, at.QUOTE_20, at.BARS_20, state[at.VOLUME] * state[at.CLOSE])
    if age > 20 and quote > 0.0:
        state[at.AMIHUD_BPS_PER_MILLION] = 1e4 * moved / (quote / 1e6)
    return moved if age > 20 else math.nan
