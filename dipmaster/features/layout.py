"""Where things lie: columns of a bar, of a feature row, places in the state.

The state of a coin is one float64 array: parameters, the bar, the row it gives,
and memory. One array because kernels are fastest on one, and because it can be
copied or stored as it is. These names are the only place that knows the order.
"""

from dipmaster.features.windows import halves_size

BAR_COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume", "half_spread_bps")
HORIZONS = (3, 12, 36, 288)  # bars over which returns are compared with the market's

# Widths and lags in bars. A number written in a call is a type of its own to numba, which
# would compile the function once more for each; a name is not.
BARS_1, BARS_2, BARS_3, BARS_5, BARS_12, BARS_14, BARS_20, BARS_21 = 1, 2, 3, 5, 12, 14, 20, 21
BARS_36, BARS_50, BARS_100, BARS_288 = 36, 50, 100, 288
BLOCK = 32  # rows kept together before they are turned into columns

# Parameters, set once.
DECAY, SIGMA_WARM_UP, SIGMA_LAG, LOW_DAILY, HIGH_DAILY, SOURCE_HAS_SPREAD = range(6)

# The bar, and the market's mean returns with it.
BAR = 6
OPEN, HIGH, LOW, CLOSE, VOLUME, TAKER_BUY, HALF_SPREAD = range(BAR, BAR + 7)
MARKET = 13
MARKET_3, MARKET_12, MARKET_36, MARKET_288 = range(MARKET, MARKET + 4)

# The row of features: tables.FEATURES without open_time.
ROW = 20
WIDTH = 60
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
    MINUTES_TO_BOUNDARY,
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
) = range(ROW, ROW + WIDTH)
WIPED_TO = SMA20_OVER_SMA50_15M_FRAC  # what closed 15m and 1h bars said stays until the next

# Memory, from here on cleared by a gap.
MEMORY = ROW + WIDTH
AGE = MEMORY  # bars since the last gap, the current one included
LAST_TIME = MEMORY + 1
RED_BEFORE = MEMORY + 2
RED_TWO_BEFORE = MEMORY + 3
WILDER_GAIN = MEMORY + 4
WILDER_LOSS = MEMORY + 5
VOLUME_20_BEFORE = MEMORY + 6
SINCE_SPIKE = MEMORY + 7
SPIKE_SEEN = MEMORY + 8
BIPOWER_SUM = MEMORY + 9
BIPOWER_WEIGHT = MEMORY + 10
RETURN_BEFORE = MEMORY + 11
MID_BEFORE = MEMORY + 12
RING = 512  # values that are looked back at one by one, at age & RING_MASK
RING_MASK = RING - 1
CLOSES = MEMORY + 16
SIGMAS = CLOSES + RING
VOLUMES = SIGMAS + RING  # the last 4, at age % 4
GAIN_14 = VOLUMES + 4
LOSS_14 = GAIN_14 + halves_size(14)
GAIN_21 = LOSS_14 + halves_size(14)
LOSS_21 = GAIN_21 + halves_size(21)
GAIN_50 = LOSS_21 + halves_size(21)
LOSS_50 = GAIN_50 + halves_size(50)
CLOSES_20 = LOSS_50 + halves_size(50)
RETURNS_20 = CLOSES_20 + 20
VOLATILITIES_100 = RETURNS_20 + 20
VOLATILITIES_50 = VOLATILITIES_100 + 100
WIDTHS_50 = VOLATILITIES_50 + 50
VOLUME_20 = WIDTHS_50 + 50
VALUE_5 = VOLUME_20 + halves_size(20)
VOLUME_5 = VALUE_5 + halves_size(5)
SIGNED_20 = VOLUME_5 + halves_size(5)
SIGNED_SQUARES_100 = SIGNED_20 + halves_size(20)
ABSOLUTE_RETURN_20 = SIGNED_SQUARES_100 + halves_size(100)
QUOTE_20 = ABSOLUTE_RETURN_20 + halves_size(20)
QUOTE_288 = QUOTE_20 + halves_size(20)
SPREAD_288 = QUOTE_288 + halves_size(288)
HIGH_20 = SPREAD_288 + halves_size(288)
LOW_20 = HIGH_20 + halves_size(20)

# Closed 15-minute and 1-hour bars.
QUARTER_BARS = LOW_20 + halves_size(20)  # 5m bars gathered; 0 until a quarter starts
QUARTER_HIGH = QUARTER_BARS + 1
QUARTER_LOW = QUARTER_BARS + 2
QUARTERS = QUARTER_BARS + 3  # closed 15-minute bars
QUARTER_LAST_HIGH = QUARTER_BARS + 4
QUARTER_LAST_LOW = QUARTER_BARS + 5
QUARTER_LAST_CLOSE = QUARTER_BARS + 6
TRUE_RANGE = QUARTER_BARS + 7
PLUS_MOVE = QUARTER_BARS + 8
MINUS_MOVE = QUARTER_BARS + 9
ADX = QUARTER_BARS + 10
HOUR_BARS = QUARTER_BARS + 11
HOURS = QUARTER_BARS + 12
HOUR_SMA50 = QUARTER_BARS + 13
QUARTER_SMA20 = QUARTER_BARS + 14
QUARTER_SMA50 = QUARTER_SMA20 + halves_size(20)
QUARTER_LOW_20 = QUARTER_SMA50 + halves_size(50)
HOUR_SMA50_SUM = QUARTER_LOW_20 + halves_size(20)
HOUR_CLOSES = HOUR_SMA50_SUM + halves_size(50)  # the last 32, at hours & 31
STATE_SIZE = HOUR_CLOSES + 32
