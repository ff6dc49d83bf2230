"""Signs of the roadmap's MultiTimeframeConfirmation, from closed bars of three lengths.

Every sign is between 0 and 1; what is not known counts as 0. Columns of FEATURES
change only when the longer bar closes, so nothing here can see a bar in the making.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Confirmation
from dipmaster.signal_filter.inputs import CandidateInputs

TIMEFRAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "5m": ("rsi_dip", "volume_spike", "price_dip", "bb_position"),
    "15m": ("ma_alignment", "trend_strength", "support"),
    "1h": ("not_high_regime", "no_crash_24h", "sma50_rising"),
}
HIGH_REGIME = 2
ROUNDING = 1e-9  # .5 + .3 x 2/3 is .7 on paper and must pass at .7


def compute_confirmation_signals(
    inputs: CandidateInputs, regime: Ints, params: Confirmation
) -> dict[str, Floats]:
    """Every sign of every frame, by the names in `TIMEFRAMES`; shape (candidates,) each.

    Parameters
    ----------
    regime
        0 low, 1 normal, 2 high, -1 not known, which fails its sign.
    """
    signals = {
        "rsi_dip": inputs.at_most("rsi14", params.rsi_max),
        "volume_spike": inputs.has_volume_spike(params.volume_within_bars),
        "price_dip": inputs.flag("below_sma20"),
        "bb_position": inputs.below("bb_position", params.bb_position_max),
        "ma_alignment": _check_ma_alignment(inputs, params.sma50_distance_atr),
        "trend_strength": grade_downtrend(inputs, params.adx_weak, params.adx_strong),
        "support": inputs.at_most("close_to_low20_15m_frac", params.support_within_frac),
        "not_high_regime": (regime >= 0) & (regime < HIGH_REGIME),
        "no_crash_24h": inputs.above("return_24h_frac", -params.max_fall_24h_frac),
        "sma50_rising": inputs.flag("sma50_rising_1h"),
    }
    return {name: np.asarray(signal, dtype=np.float64) for name, signal in signals.items()}


def grade_downtrend(inputs: CandidateInputs, weak: float, strong: float) -> Floats:
    """1 where +DI14 is not below -DI14 or ADX14 is weak, 0 from `strong` on, linear between.

    0 where either is not known.
    """
    adx = inputs.values("adx14_15m").astype(np.float64)
    difference = inputs.values("di_difference_15m").astype(np.float64)
    graded = np.clip((strong - adx) / (strong - weak), 0.0, 1.0)
    graded[difference >= 0.0] = 1.0
    graded[np.isnan(adx) | np.isnan(difference)] = 0.0
    return graded


def score_timeframes(signals: Mapping[str, Floats]) -> dict[str, Floats]:
    """Mean of the signs of each frame; shape (candidates,) each."""
    return {
        timeframe: np.mean([signals[name] for name in names], axis=0)
        for timeframe, names in TIMEFRAMES.items()
    }


def score_confirmation(timeframe_scores: Mapping[str, Floats], params: Confirmation) -> Floats:
    """Weighted sum over the frames."""
    weights = params.weights
    return (
        weights.bars_5m * timeframe_scores["5m"]
        + weights.bars_15m * timeframe_scores["15m"]
        + weights.bars_1h * timeframe_scores["1h"]
    )


def is_confirmed(score: Floats, params: Confirmation) -> Bools:
    """Whether the score is at least the one demanded, rounding apart."""
    passes: Bools = score >= params.min_score - ROUNDING
    return passes


def _check_ma_alignment(inputs: CandidateInputs, within_atr: float) -> Bools:
    rising = inputs.at_least("sma20_over_sma50_15m_frac", 0.0)
    distance = "close_to_sma50_15m_atr"
    near = inputs.at_least(distance, -within_atr) & inputs.at_most(distance, within_atr)
    return rising | near
