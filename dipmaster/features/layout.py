"""Memory layout: columns of a bar, of a feature row, series and scalars of the state.

Kernels work on a block of consecutive bars at a time. The state of a coin is one
float64 array, because it can be copied or stored as it is: parameters and scalars,
then the series, one after the other: the `HISTORY` bars before the block, and space
for `BLOCK` bars. Features of a block are written to a second array, one row each.

A name of a series or feature is the place of the block's first bar, so that the bar
`back` bars before bar i is at ``NAME - back + i``. Places are constants: so the
compiler knows that no two of them overlap and works on four bars at a time.
"""

import numpy as np

BAR_COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume", "half_spread_bps")
HORIZONS = (3, 12, 36, 288)  # bars over which returns are compared with the market's

# A number written in a call is a type of its own to numba, which would compile the function
# once more for each; a name is not.
BARS_20, BARS_50 = 20, 50

HISTORY = 288  # longest look back
SHORT_HISTORY = 100  # longest look back of all but a few series
BLOCK = 700  # bars worked on together; with a power of 2 rows would crowd the cache's sets
STRIDE = HISTORY + BLOCK

# Features: tables.FEATURES without open_time.
FEATURE_COUNT = 60
(
    RSI14,
    RSI_CUTLER_14,
    RSI_CUTLER_21,
    RSI_CUTLER_50,
    VOL_PCT,
    RSI_CONVERGENCE_SCORE,
    RSI_CONVERGENCE_STRONG,
    VOLUME_RATIO,
    VOLUME_SPIKE_20,
    BARS_SINCE_VOLUME_SPIKE,
    CLOSE_TO_SMA20_FRAC,
    BELOW_SMA20,
    RED,
    CONSECUTIVE_DIPS,
    BB_WIDTH_FRAC,
    BB_POSITION,
    BB_SQUEEZE,
    VWAP_DEVIATION_FRAC,
    V4_PRIMARY,
    V4_REGIME,
    V4_TIMING,
    V4_SCORE,
    DIPMASTER_V4_FINAL_SIGNAL,
    DIP_Z,
    DIP_DEPTH_1_SIGMA,
    DIP_DEPTH_3_SIGMA,
    DIP_DEPTH_12_SIGMA,
    DIP_DEPTH_36_SIGMA,
    DIP_DEPTH_288_SIGMA,
    FALL_3H_FRAC,
    OWN_DROP_3_SIGMA,
    OWN_DROP_12_SIGMA,
    OWN_DROP_36_SIGMA,
    MARKET_RETURN_12_FRAC,
    SIGMA_1H_FRAC,
    SIGMA_DAILY_FRAC,
    VOLATILITY_CLASS,
    VOLATILITY_5M_DAILY_FRAC,
    MOMENTUM_10_FRAC,
    VOLUME_TREND_10M,
    RESISTANCE_DISTANCE_FRAC,
    SUPPORT_DISTANCE_FRAC,
    HOUR_UTC,
    WEEKDAY,
    SESSION,
    MINUTES_TO_QUARTER_HOUR,
    AMIHUD_BPS_PER_MILLION,
    SPREAD_ESTIMATE_BPS,
    LIQUIDITY_SCORE,
    SMA20_OVER_SMA50_15M_FRAC,
    CLOSE_TO_SMA50_15M_ATR,
    ATR14_15M_FRAC,
    ADX14_15M,
    DI_DIFFERENCE_15M,
    CLOSE_TO_LOW20_15M_FRAC,
    CLOSE_TO_SMA50_1H_FRAC,
    SMA50_RISING_1H,
    RETURN_24H_FRAC,
    TAKER_IMBALANCE,
    HALF_SPREAD_BPS,
) = range(0, FEATURE_COUNT * BLOCK, BLOCK)
HELD = SMA20_OVER_SMA50_15M_FRAC  # from here: values of closed 15m and 1h bars, held until the next
HELD_COUNT = 9
CLOCK_ROWS = slice(HOUR_UTC // BLOCK, MINUTES_TO_QUARTER_HOUR // BLOCK + 1)  # rows known at any bar

# Rows behind the features, to work in.
MEAN_GAIN, MEAN_LOSS, MEAN, SQUARES, HIGH_VOLATILITY = range(
    FEATURE_COUNT * BLOCK, (FEATURE_COUNT + 5) * BLOCK, BLOCK
)
ROWS = FEATURE_COUNT + 5

# Bars since a gap from which on a window is full, where its column is not NaN before anyway.
WARM_UP_BARS = {
    3: (CONSECUTIVE_DIPS,),
    4: (VOLUME_TREND_10M,),
    5: (VWAP_DEVIATION_FRAC,),
    11: (MOMENTUM_10_FRAC,),
    15: (RSI14, RSI_CUTLER_14),
    20: (
        VOLUME_SPIKE_20,
        BARS_SINCE_VOLUME_SPIKE,
        CLOSE_TO_SMA20_FRAC,
        BELOW_SMA20,
        BB_WIDTH_FRAC,
        BB_POSITION,
        RESISTANCE_DISTANCE_FRAC,
        SUPPORT_DISTANCE_FRAC,
    ),
    21: (VOLUME_RATIO, VOLATILITY_5M_DAILY_FRAC, AMIHUD_BPS_PER_MILLION),
    22: (RSI_CUTLER_21,),
    37: (FALL_3H_FRAC,),
    51: (RSI_CUTLER_50,),
    69: (BB_SQUEEZE,),
    120: (VOL_PCT, RSI_CONVERGENCE_SCORE, RSI_CONVERGENCE_STRONG, V4_PRIMARY, V4_TIMING),
    288: (LIQUIDITY_SCORE,),
    289: (SPREAD_ESTIMATE_BPS, V4_REGIME, V4_SCORE, DIPMASTER_V4_FINAL_SIGNAL),
}
WARM_UP = max(WARM_UP_BARS)
KNOWN_FROM = np.zeros(FEATURE_COUNT, dtype=np.int64)
for _age, _offsets in WARM_UP_BARS.items():
    KNOWN_FROM[np.array(_offsets) // BLOCK] = _age


def window_state_size(width: int) -> int:
    """Places in the state that `rolling_sum` or `rolling_max` needs."""
    return 2 * width + 2


def series_offsets(first: int, count: int) -> range:
    """Places of `count` series from a row on."""
    return range(first * STRIDE + HISTORY, (first + count) * STRIDE + HISTORY, STRIDE)


# Series: a bar with the mean returns of all coins, what it adds, and sums (of highs and
# negative lows: maxima) over 2, 4, 8 .. bars, of which windows of other widths are made.
OPEN, HIGH, LOW, CLOSE, VOLUME, TAKER_BUY, HALF_SPREAD = series_offsets(0, 7)
MARKET_3, MARKET_12, MARKET_36, MARKET_288 = series_offsets(7, 4)
CHANGE, RED_BAR, SIGMA, VOLATILITY, BAND_WIDTH = series_offsets(11, 5)
HIGH_2, HIGH_4, HIGH_8, HIGH_16 = series_offsets(16, 4)
NEGATIVE_LOW, NEGATIVE_LOW_2, NEGATIVE_LOW_4, NEGATIVE_LOW_8, NEGATIVE_LOW_16 = series_offsets(
    20, 5
)
VOLUME_2, VOLUME_4, VOLUME_8, VOLUME_16 = series_offsets(25, 4)
GAIN, GAIN_2, GAIN_4, GAIN_8, GAIN_16, GAIN_32 = series_offsets(29, 6)
LOSS, LOSS_2, LOSS_4, LOSS_8, LOSS_16, LOSS_32 = series_offsets(35, 6)
ABSOLUTE, ABSOLUTE_2, ABSOLUTE_4, ABSOLUTE_8, ABSOLUTE_16 = series_offsets(41, 5)
VALUE, VALUE_2, VALUE_4 = series_offsets(46, 3)
SIGNED, SIGNED_2, SIGNED_4, SIGNED_8, SIGNED_16 = series_offsets(49, 5)
QUOTE, QUOTE_2, QUOTE_4, QUOTE_8, QUOTE_16, QUOTE_32 = series_offsets(54, 6)
SQUARE, SQUARE_2, SQUARE_4, SQUARE_8, SQUARE_16, SQUARE_32 = series_offsets(60, 6)
SPREAD, SPREAD_2, SPREAD_4, SPREAD_8, SPREAD_16, SPREAD_32 = series_offsets(66, 6)
SERIES_COUNT = 72
# Rows that are looked back at further than `SHORT_HISTORY`.
LONG_SERIES = tuple(place // STRIDE for place in (CLOSE, SIGMA, QUOTE_32, SPREAD_32))
SUMS = (  # series, its sum over 2 bars, and how often that is doubled
    (VOLUME, VOLUME_2, 4),
    (GAIN, GAIN_2, 5),
    (LOSS, LOSS_2, 5),
    (ABSOLUTE, ABSOLUTE_2, 4),
    (VALUE, VALUE_2, 2),
    (SIGNED, SIGNED_2, 4),
    (QUOTE, QUOTE_2, 5),
    (SQUARE, SQUARE_2, 5),
    (SPREAD, SPREAD_2, 5),
)
MAXIMA = ((HIGH, HIGH_2, 4), (NEGATIVE_LOW, NEGATIVE_LOW_2, 4))

# Parameters, set once.
DECAY, SIGMA_WARM_UP, SIGMA_LAG, LOW_DAILY, HIGH_DAILY, SOURCE_HAS_SPREAD = range(6)
USED_COLUMNS = 6  # columns of the series in use beyond `HISTORY`

# Memory, from here on cleared by a gap.
MEMORY = 7
AGE = MEMORY  # bars since the last gap
LAST_TIME = MEMORY + 1
WILDER_GAIN = MEMORY + 2
WILDER_LOSS = MEMORY + 3
SINCE_SPIKE = MEMORY + 4
SPIKE_KNOWN = MEMORY + 5
BIPOWER_SUM = MEMORY + 6
BIPOWER_WEIGHT = MEMORY + 7

# Closed 15-minute and 1-hour bars.
HELD_VALUES = MEMORY + 8
(
    SMA20_OVER_SMA50_15M,
    CLOSE_TO_SMA50_15M,
    ATR14_15M,
    ADX14,
    DI_DIFFERENCE,
    CLOSE_TO_LOW20_15M,
    CLOSE_TO_SMA50_1H,
    SMA50_RISING,
    RETURN_24H,
) = range(HELD_VALUES, HELD_VALUES + HELD_COUNT)
QUARTERS = HELD_VALUES + HELD_COUNT  # closed 15-minute bars
QUARTER_LAST_HIGH = QUARTERS + 1
QUARTER_LAST_LOW = QUARTERS + 2
QUARTER_LAST_CLOSE = QUARTERS + 3
TRUE_RANGE = QUARTERS + 4
PLUS_MOVE = QUARTERS + 5
MINUS_MOVE = QUARTERS + 6
ADX = QUARTERS + 7
HOURS = QUARTERS + 8
HOUR_SMA50 = QUARTERS + 9
QUARTER_SMA20 = QUARTERS + 10
QUARTER_SMA50 = QUARTER_SMA20 + window_state_size(20)
QUARTER_LOW_20 = QUARTER_SMA50 + window_state_size(50)
HOUR_SMA50_SUM = QUARTER_LOW_20 + window_state_size(20)
HOUR_CLOSES = HOUR_SMA50_SUM + window_state_size(50)  # the last 32, at hours & 31
SERIES = HOUR_CLOSES + 32
STATE_SIZE = SERIES + SERIES_COUNT * STRIDE
