"""Volume, order flow and liquidity."""

import math

from dipmaster.core.kernels import Floats, inlined_kernel, kernel
from dipmaster.features import layout as at
from dipmaster.features.windows import clip01

SPIKE_MULTIPLE = 1.5
MAX_BARS_SINCE_SPIKE = 100.0


@kernel
def compute_traded_value(series: Floats, rows: Floats, head: int, n: int) -> None:
    """What a bar adds to the sums: value, signed volume, and a term of the spread.

    Bars stand for trades: volume counts as bought in a green bar, as sold in a
    red one. The spread estimate is Abdi and Ranaldo (2017), equation 8, taken one
    bar back so that no later mid-range enters: s2 = 4 (c' - m') (c' - m), c' and
    m' the close and mid-range of the bar before, m of this one, relative to c'.
    """
    v = series[head:]
    for i in range(n):
        close, volume, open_price = v[at.CLOSE + i], v[at.VOLUME + i], v[at.OPEN + i]
        high, low = v[at.HIGH + i], v[at.LOW + i]
        bought = volume if close > open_price else 0.0
        signed = -volume if close < open_price else bought
        v[at.VALUE + i] = (high + low + close) / 3.0 * volume
        v[at.QUOTE + i] = volume * close
        v[at.SIGNED + i] = signed
        v[at.SQUARE + i] = signed * signed
        previous_close = v[at.CLOSE - 1 + i]
        previous_mid = (v[at.HIGH - 1 + i] + v[at.LOW - 1 + i]) / 2.0
        spread_squared = (
            4.0
            * (1.0 - previous_mid / previous_close)
            * (1.0 - (high + low) / 2.0 / previous_close)
        )
        v[at.SPREAD + i] = spread_squared
        share = 2.0 * v[at.TAKER_BUY + i] / volume - 1.0
        rows[at.TAKER_IMBALANCE + i] = share if volume > 0.0 else math.nan
        rows[at.HALF_SPREAD_BPS + i] = v[at.HALF_SPREAD + i]


@kernel
def compute_volume_spikes(
    state: Floats, series: Floats, rows: Floats, head: int, n: int, age: int
) -> None:
    """Volume against its mean, with and without this bar; 10 minutes against 10 before.

    Bars since a spike are at most 100, and not known before the first spike or 100
    bars without one.
    """
    v = series[head:]
    for i in range(n):
        volume = v[at.VOLUME + i]
        total = v[at.VOLUME_16 + i] + v[at.VOLUME_4 - 16 + i]
        previous_total = v[at.VOLUME_16 - 1 + i] + v[at.VOLUME_4 - 17 + i]
        ratio = volume / (previous_total / 20.0)
        spike = 1.0 if volume > SPIKE_MULTIPLE * (total / 20.0) else 0.0
        rows[at.VOLUME_RATIO + i] = ratio if previous_total > 0.0 else math.nan
        rows[at.VOLUME_SPIKE_20 + i] = spike if total > 0.0 else math.nan
        late, early = v[at.VOLUME_2 + i], v[at.VOLUME_2 - 2 + i]
        trend = (late - early) / (late + early)
        rows[at.VOLUME_TREND_10M + i] = trend if late + early > 0.0 else math.nan
    bars_since, is_known = state[at.SINCE_SPIKE], state[at.SPIKE_KNOWN]
    for i in range(max(0, 19 - age), n):
        bars_since = bars_since + 1.0 if bars_since < MAX_BARS_SINCE_SPIKE else MAX_BARS_SINCE_SPIKE
        bars_since = 0.0 if rows[at.VOLUME_SPIKE_20 + i] == 1.0 else bars_since
        is_known = 1.0 if (bars_since == 0.0) | (bars_since == MAX_BARS_SINCE_SPIKE) else is_known
        rows[at.BARS_SINCE_VOLUME_SPIKE + i] = bars_since if is_known == 1.0 else math.nan
    state[at.SINCE_SPIKE], state[at.SPIKE_KNOWN] = bars_since, is_known


@inlined_kernel
def sum_96(v: Floats, at_32: int) -> float:
    """Sum over 96 bars from the sums over 32."""
    total: float = v[at_32] + (v[at_32 - 32] + v[at_32 - 64])
    return total


@inlined_kernel
def sum_288(v: Floats, at_32: int) -> float:
    """Sum over 288 bars from the sums over 32."""
    return sum_96(v, at_32) + (sum_96(v, at_32 - 96) + sum_96(v, at_32 - 192))


@kernel
def compute_liquidity(series: Floats, rows: Floats, head: int, n: int, has_spread: float) -> None:
    """Volume-weighted price, price impact, spread, and a score of spread and value traded."""
    v = series[head:]
    for i in range(n):
        value = v[at.VALUE_4 + i] + v[at.VALUE - 4 + i]
        units = v[at.VOLUME_4 + i] + v[at.VOLUME - 4 + i]
        deviation = v[at.CLOSE + i] / (value / units) - 1.0
        path_length = v[at.ABSOLUTE_16 + i] + v[at.ABSOLUTE_4 - 16 + i]
        quote = v[at.QUOTE_16 + i] + v[at.QUOTE_4 - 16 + i]
        amihud = 1e4 * path_length / (quote / 1e6)
        rows[at.VWAP_DEVIATION_FRAC + i] = deviation if units > 0.0 else math.nan
        rows[at.AMIHUD_BPS_PER_MILLION + i] = amihud if quote > 0.0 else math.nan
    for i in range(n):
        total = sum_288(v, at.SPREAD_32 + i)
        estimate = 1e4 * math.sqrt(0.0 if total <= 0.0 else total / 288.0)
        spread = 2.0 * v[at.HALF_SPREAD + i] if has_spread == 1.0 else estimate
        quote = sum_288(v, at.QUOTE_32 + i)
        narrow = clip01(1.0 - spread / 100.0)
        rows[at.SPREAD_ESTIMATE_BPS + i] = estimate
        rows[at.LIQUIDITY_SCORE + i] = 0.6 * narrow + 0.4 * clip01(quote / 1e6)
