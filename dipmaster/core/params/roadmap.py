"""Constants that the roadmap fixes; they are no params."""

FINAL_PHASE = 4
"""The phase whose verdict is the verdict; phase 0 is compared with its targets."""

HOLDING_BAND_MINUTES = (45, 120)
"""How long a position should be held, both ends included."""

REGIME_ACCURACY_FRAC = 0.90
"""Regime accuracy that section 1.3 asks for."""

SIGNAL_TARGETS = {"precision": 0.85, "recall": 0.75, "f1": 0.80, "consistency": 0.90}
"""Targets of the roadmap's SignalQualityValidator; its precision and recall give an F1 of 0.797."""

ECE_MAX = 0.05
"""Calibrated: the upper bound of the expected calibration error is at most this ..."""

CALIBRATION_SLOPE_RANGE = (0.8, 1.2)
"""... and the whole interval of the calibration slope lies within these. The roadmap wants
confidence "properly scaled across regimes" and names no number."""

WIN_RATE_RANGE_FRAC = 0.05
"""How far win rates of regimes may lie apart and still be called stable: the roadmap names no
number, so the most that section 1.1 claims to add to the win rate."""

TARGETING_TOLERANCE = 0.02
"""Section 3 wants volatility within 2 % of its target: read as percentage points a year."""

RISK_ADJUSTED_FRAC = 0.25
"""How much more risk-adjusted return section 3 claims: read as the Sharpe ratio, relative."""

STATED_SHARPE = 0.367
"""The document's own "Current" Sharpe ratio, which its + 300 % starts from."""
