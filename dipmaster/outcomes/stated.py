"""Numbers that stand in the roadmap, each once, with the heading under which it stands.

Nothing is measured here and nothing is a param: these are the document's own words, which
`contradictions`, `roi` and `success` compare with each other and with what was measured.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class MatrixColumn:
    """One column of the achievement matrix; fractions, annual, ratio, fraction."""

    win_rate: float
    sharpe: float
    profit_factor: float
    max_drawdown: float | None


# "Current Performance Analysis", and column "Current" of the matrix
CURRENT = MatrixColumn(0.773, 0.367, 0.77, None)

# "Performance Target Achievement Matrix", columns "Phase 1 Target" to "Final Target"
MATRIX = {
    1: MatrixColumn(0.82, 0.8, 1.0, 0.03),
    2: MatrixColumn(0.82, 1.2, 1.4, 0.03),
    3: MatrixColumn(0.83, 1.8, 1.6, 0.03),
    4: MatrixColumn(0.85, 2.0, 1.8, 0.03),
}

# "Current Performance Analysis"
SHARPE_BELOW_FRAC = 4.45
PROFIT_FACTOR_BELOW_FRAC = 1.34

# "ROI Analysis by Phase"
ROI = {1: 8.0, 2: 6.0, 3: 4.0, 4: 3.0}

# "Risk-Adjusted Success Probability"
SUCCESS_FRAC = {1: 0.90, 2: 0.85, 3: 0.80, 4: 0.75}
OVERALL_SUCCESS_FRAC = 0.85

# 1.1 "Expected Performance Impact", and the filter's thresholds
FEWER_TRADES_FRAC = (0.25, 0.30)
PRECISION = 0.85
HIGHEST_THRESHOLD = 0.90
LEAST_AGREEMENT = 0.0  # np.clip(agreement, 0.0, 1.0)

# 1.3
LOW_VOLATILITY_DAILY_FRAC = 0.02
NORMAL_VOLATILITY_DAILY_FRAC = 0.05
HIGH_ADJUSTMENT = 0.7
HIGH_ADJUSTMENT_SAYS_FRAC = 0.30

# 2, 2.2 and 2.3
PROFIT_FACTOR_GAIN_FRAC = 0.80
BASE_TARGET_FRAC = 0.008
TARGET_WEIGHTS = (0.40, 0.35, 0.25)  # signal, volatility, momentum
LEAST_MULTIPLIERS = (0.7, 0.8, 0.7)
MOST_MULTIPLIERS = (1.5, 1.3, 1.4)
LEAST_TARGET_FRAC = 0.004
MOST_TARGET_FRAC = 0.016
TRAIL_ACTIVATION_FRAC = 0.006
TRAIL_DISTANCE_FRAC = 0.003
LEAST_TRAIL_FACTOR = 1.0  # 1 plus what only adds
MOST_TRAIL_FACTOR = 3.0
LEAST_TRAIL_FRAC = 0.0015

# 3, 3.1 and 3.2
SHARPE_GAIN_FRAC = 3.0
TARGET_VOLATILITY_ANNUAL_FRAC = 0.10
TARGETING_TOLERANCE_FRAC = 0.02
MOST_SCALAR = 2.0
KELLY_GAIN_FRAC = 0.008
CORRELATION_WINDOW_BARS = 168
CORRELATION_WINDOW_SAYS_HOURS = 7 * 24

# 4, heading
PHASE_4_STARTS_AT_WIN_RATE = 0.82

# "Risk Management Validation"
STRESS_VOLATILITY = {"market_crash": 0.50, "volatility_spike": 0.30}

# Headings of the phases, "Production Deployment Strategy", "Timeline"
BUILD_WEEKS = 8.0
ROLLOUT_WEEKS = 8.0
TIMELINE_WEEKS = 8.0

# "Real-Time Monitoring Framework"
ALERT_WIN_RATE = 0.80
