"""Score of the earlier system; docs/features.md says how its gaps were filled."""

import math

from dipmaster.core.kernels import Floats, kernel
from dipmaster.features import layout as at
from dipmaster.features.volume import sum_96
from dipmaster.features.windows import clip01


@kernel
def compute_dipmaster_v4_score(series: Floats, rows: Floats, head: int, n: int) -> None:
    """Regime part, timing part with its order flow, primary part, and the three together.

    Order flow is the net selling of 20 bars, held against the root mean square of
    the signed volume of 100 bars, not against the sd about its mean.
    """
    v = series[head:]
    for i in range(n):
        close = v[at.CLOSE + i]
        path_length = v[at.ABSOLUTE_16 + i] + v[at.ABSOLUTE_4 - 16 + i]
        trend = abs(close / v[at.CLOSE - 20 + i] - 1.0) / path_length
        trend = 0.0 if path_length == 0.0 else clip01(trend)
        underperformance = clip01(
            -50.0 * (close / v[at.CLOSE - 288 + i] - 1.0 - v[at.MARKET_288 + i])
        )
        calm_part = 0.4 * (1.0 - rows[at.HIGH_VOLATILITY + i]) + 0.3 * (1.0 - trend)
        rows[at.V4_REGIME + i] = calm_part + 0.3 * underperformance
    for i in range(n):
        net = v[at.SIGNED_16 + i] + v[at.SIGNED_4 - 16 + i]
        squares = sum_96(v, at.SQUARE_32 + i) + v[at.SQUARE_4 - 96 + i]
        selling = clip01(-net / 20.0 / math.sqrt(squares / 100.0))
        rows[at.V4_TIMING + i] += 0.3 * selling if squares > 0.0 else 0.0
    for i in range(n):
        rsi_strong, spike = rows[at.RSI_CONVERGENCE_STRONG + i], rows[at.VOLUME_SPIKE_20 + i]
        squeeze = rows[at.BB_SQUEEZE + i]
        primary = 0.25 * rsi_strong + 0.20 * clip01(rows[at.CONSECUTIVE_DIPS + i] / 2.0)
        primary += 0.15 * spike + 0.10 * squeeze + 0.15 * rows[at.BELOW_SMA20 + i]
        primary += 0.15 * clip01(-10.0 * rows[at.VWAP_DEVIATION_FRAC + i])
        regime_and_timing = 0.25 * rows[at.V4_REGIME + i] + 0.15 * rows[at.V4_TIMING + i]
        score = 0.6 * primary + regime_and_timing
        rows[at.V4_PRIMARY + i] = primary
        rows[at.V4_SCORE + i] = score
        rows[at.DIPMASTER_V4_FINAL_SIGNAL + i] = score * ((rsi_strong + spike + squeeze) / 3.0)
