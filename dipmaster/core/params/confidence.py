"""Sections `confidence`, `filter` and `confirmation`: which candidates phase 1 trades."""

from typing import Literal

from pydantic import Field, model_validator

from dipmaster.core.params.base import Section, frac, number


class MinTrainingSet(Section):
    """Too few candidates, and there is no score."""

    candidates: int = number("labelled candidates a fit needs", ge=20, le=1_000_000)
    per_class: int = number("of each class", ge=2, le=1_000_000)


class BoostedTrees(Section):
    """Size of the boosted trees, the same for LightGBM and XGBoost."""

    seed: int = number("seed of both libraries", ge=0, le=2**31 - 1)
    rounds: int = number("trees of a model", ge=1, le=5000)
    learning_rate: float = number("shrinkage", ge=1e-4, le=1)
    depth: int = number("depth of a tree", ge=1, le=12)
    min_leaf: int = number("candidates in a leaf, at least", ge=1, le=100_000)
    column_frac: float = frac("share of the columns a tree may use", ge=0.05)
    l2: float = number("penalty on leaf values", ge=0, le=1e6)
    max_bins: int = number("bins of an input, between which a tree may split", ge=8, le=256)


class CrossFittingParams(Section):
    """When the models are fitted anew, and how calibration sits inside each refit."""

    runs: int = number("runs of time, each left out of one model", ge=2, le=50)
    refit_months: int = number("months between refits, on the first of a month", ge=1, le=12)


class TrainingRule(Section):
    """A looser rule whose bars trees learn from beside the candidates; the rest is `signal`'s."""

    rule: Literal["dip", "dipmaster_v4"] = Field(description="form of the rule")
    z_min: float = number("hourly sigmas of the two-bar fall", ge=-10, le=100)
    volume_multiple: float = number("ratio to the mean of 20 bars before", ge=0, le=100)
    cooldown_bars: int = number("bars of a coin between two of them", ge=0, le=100_000)


class ComponentWeights(Section):
    """Weights of the five components in the weighted score."""

    model_agreement: float = frac("agreement of the models, in the direction of a win")
    feature_strength: float = frac("strength of the key features")
    market_regime: float = frac("regime of volatility")
    historical_performance: float = frac("past candidates of the same regime and symbol")
    volatility_adjustment: float = frac("distance below the level at which nothing is bought")

    @model_validator(mode="after")
    def _check_sum(self) -> "ComponentWeights":
        total = sum(getattr(self, name) for name in type(self).model_fields)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the weights must sum to 1, they sum to {total:g}")
        return self


class FeatureStrengthWeights(Section):
    """Weights of the key features in their component."""

    rsi_convergence_strong: float = frac("all three RSIs in the dip zone")
    volume_spike_20: float = frac("volume beyond 1.5 x its mean")
    bb_squeeze: float = frac("narrow Bollinger bands")
    consecutive_dips: float = frac("red bars in a row")
    dipmaster_v4_final_signal: float = frac("score of the earlier system")

    @model_validator(mode="after")
    def _check_sum(self) -> "FeatureStrengthWeights":
        total = sum(getattr(self, name) for name in type(self).model_fields)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the weights must sum to 1, they sum to {total:g}")
        return self


class RegimeScores(Section):
    """Component `market_regime`, by regime; an unknown regime scores 0."""

    low: float = frac("low volatility")
    normal: float = frac("normal volatility")
    high: float = frac("high volatility")


class ConfidenceThresholds(Section):
    """Calibrated confidence from which a candidate is traded, by regime."""

    low_volatility: float = frac("low volatility")
    normal_volatility: float = frac("normal volatility")
    high_volatility: float = frac("high volatility, and where the regime is not known")


class ConfidenceEvaluation(Section):
    """How scores are evaluated."""

    seed: int = number("root of the bootstrap and permutation streams", ge=0, le=2**32 - 1)
    alpha: float = frac("one-sided level of every bound", ge=0.0001, le=0.2)
    block_days: int = number("length of a calendar block", ge=1, le=365)
    bins: int = number("equal-mass bins of the reliability diagram", ge=2, le=50)
    bootstrap_reps: int = number("block bootstrap replications", ge=100, le=1_000_000)
    permutations: int = number("shuffles a feature, for its importance", ge=1, le=100)
    min_candidates: int = number("fewer scored candidates: no verdict", ge=10, le=1_000_000)
    min_blocks: int = number("fewer blocks with them: no verdict", ge=2, le=1000)


class Confidence(Section):
    """Models on candidates, the five components, calibration, thresholds."""

    family: Literal["classifier", "regression"] = Field(
        description="probability that the trade wins, or its net return from few monotone inputs"
    )
    min_train: MinTrainingSet
    trees: BoostedTrees
    cross_fitting: CrossFittingParams
    training_rule: TrainingRule | None = Field(
        description="bars that trees learn from beside the candidates; null: candidates only"
    )
    correlation_days: int = number(
        "days of hourly returns behind the mean correlation of coins, for uniqueness", ge=2, le=365
    )
    weights: ComponentWeights
    feature_weights: FeatureStrengthWeights
    regime_scores: RegimeScores
    prior_candidates: int = number(
        "weight of the overall win rate in past performance", ge=1, le=1000
    )
    calibrator: Literal["beta", "isotonic", "platt"] = Field(description="last step of the score")
    evaluation: ConfidenceEvaluation
    thresholds: ConfidenceThresholds


class Filter(Section):
    """DynamicSignalFilter: threshold, checks and the volatility limit, each can be switched off."""

    threshold: bool = Field(description="demand the calibrated confidence of the regime")
    checks: bool = Field(description="demand the additional checks")
    no_new_trades: bool = Field(description="nothing is bought above the daily volatility limit")
    share_of_checks_frac: float = frac("share of the applicable checks that must pass, rounded up")
    volume_within_bars: int = number("a volume spike within so many bars", ge=1, le=100)
    rsi_max: float = number("RSI14 points", ge=0, le=100)
    news_max: float = frac("news impact score below which it passes")
    liquidity_min: float = frac("liquidity score above which it passes")


class TimeframeWeights(Section):
    """Weights of the timeframes."""

    bars_5m: float = frac("primary signal")
    bars_15m: float = frac("trend")
    bars_1h: float = frac("context")

    @model_validator(mode="after")
    def _check_sum(self) -> "TimeframeWeights":
        if abs(self.bars_5m + self.bars_15m + self.bars_1h - 1.0) > 1e-9:
            raise ValueError("the weights must sum to 1")
        return self


class Confirmation(Section):
    """MultiTimeframeConfirmation: closed bars of 5 minutes, 15 minutes and 1 hour."""

    enabled: bool = Field(description="demand the confirmation")
    min_score: float = frac("weighted score from which it passes")
    weights: TimeframeWeights
    rsi_max: float = number("5m: RSI14 points", ge=0, le=100)
    volume_within_bars: int = number("5m: a volume spike within so many bars", ge=1, le=100)
    bb_position_max: float = number(
        "5m: place in the Bollinger band, 0 lower, 1 upper", ge=-5, le=5
    )
    sma50_distance_atr: float = number("15m: close within so many ATR14 of SMA50", ge=0, le=100)
    adx_weak: float = number("15m: ADX14 up to which no trend counts as strong", ge=0, le=100)
    adx_strong: float = number("15m: ADX14 from which a downtrend scores 0", ge=0, le=100)
    support_within_frac: float = frac("15m: close within this of the low of 20 bars")
    max_fall_24h_frac: float = frac("1h: the fall of 24 hours must be smaller")

    @model_validator(mode="after")
    def _check_order(self) -> "Confirmation":
        if self.adx_weak >= self.adx_strong:
            raise ValueError("adx_weak must be below adx_strong")
        return self
