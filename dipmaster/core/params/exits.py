"""Section `exits`: phase 0's four values, and what phase 2 adds to them."""

from typing import Any, Literal

from pydantic import Field, model_validator

from dipmaster.core.params.base import Section, frac, number
from dipmaster.core.params.confidence import BoostedTrees, MinTrainingSet


class Exits(Section):
    """Phase 0's exits, from the entry's reference price; they define the triple-barrier label."""

    target_frac: float = frac("profit target", ge=1e-6)
    stop_frac: float = frac("stop loss", ge=1e-6, le=0.99)
    boundary_min_net_frac: float = frac("net profit from which the quarter-hour exit acts", ge=-1)
    max_holding_bars: int = number("longest holding time", ge=1, le=2880)


class TargetWeights(Section):
    """Weights of the three multipliers in their sum."""

    signal_strength: float = frac("tercile of the confidence among past candidates")
    volatility_regime: float = frac("regime of volatility")
    market_momentum: float = frac("momentum of the market")

    @model_validator(mode="after")
    def _check_sum(self) -> "TargetWeights":
        if abs(self.signal_strength + self.volatility_regime + self.market_momentum - 1.0) > 1e-9:
            raise ValueError("the weights must sum to 1")
        return self


def _multiplier(description: str) -> Any:
    return number(description, ge=0, le=10)


class SignalStrengthMultipliers(Section):
    """Multiplier of the target by signal strength."""

    high: float = _multiplier("upper tercile")
    medium: float = _multiplier("middle tercile, and while too few candidates are past")
    low: float = _multiplier("lower tercile, and where there is no confidence")


class RegimeMultipliers(Section):
    """Multiplier of the target by volatility regime; an unknown regime counts as normal."""

    low: float = _multiplier("low volatility")
    normal: float = _multiplier("normal volatility")
    high: float = _multiplier("high volatility")


class MomentumMultipliers(Section):
    """Multiplier of the target by the market's momentum; an unknown one counts as neutral."""

    strong_up: float = _multiplier("from strong_sigmas on")
    weak_up: float = _multiplier("from weak_sigmas on")
    neutral: float = _multiplier("between")
    weak_down: float = _multiplier("from -weak_sigmas down")
    strong_down: float = _multiplier("from -strong_sigmas down")


class DynamicTarget(Section):
    """DynamicProfitTargeting: the base target times a combination of three multipliers."""

    enabled: bool = Field(description="off: the base target")
    weights: TargetWeights
    signal_strength: SignalStrengthMultipliers
    volatility_regime: RegimeMultipliers
    market_momentum: MomentumMultipliers
    weak_sigmas: float = number("momentum in sigmas beyond which it is weak", ge=0, le=10)
    strong_sigmas: float = number("and beyond which it is strong", ge=0, le=10)
    min_past: int = number("scored candidates before terciles are taken", ge=3, le=1_000_000)
    min_multiple: float = number("of the base target, at least", ge=0.01, le=1)
    max_multiple: float = number("of the base target, at most", ge=1, le=100)

    @model_validator(mode="after")
    def _check_order(self) -> "DynamicTarget":
        if self.weak_sigmas >= self.strong_sigmas:
            raise ValueError(
                f"weak_sigmas ({self.weak_sigmas:g}) must lie below strong_sigmas "
                f"({self.strong_sigmas:g})"
            )
        return self


class TrailingStop(Section):
    """AdaptiveTrailingStop: peak profit minus a distance that follows volatility and momentum."""

    enabled: bool = Field(description="off: no trailing stop")
    base_frac: float = frac("base distance", ge=1e-6)
    activation_frac: float = frac("profit at a bar's high from which it is active", ge=1e-6)
    reference_daily_frac: float = frac("daily volatility that doubles the distance", ge=1e-4)
    momentum_gain: float = number("widening for each percent of rising momentum", ge=0, le=100)
    min_multiple: float = number("of the base distance, at least", ge=0.01, le=1)
    max_multiple: float = number("of the base distance, at most", ge=1, le=100)
    break_even_floor: bool = Field(description="once active never below break-even after costs")


class ExitEvaluation(Section):
    """How exit scores are evaluated."""

    seed: int = number("root of the bootstrap and permutation streams", ge=0, le=2**32 - 1)
    alpha: float = frac("one-sided level of every bound", ge=0.0001, le=0.2)
    block_days: int = number("length of a calendar block", ge=1, le=365)
    bins: int = number("equal-mass bins of the reliability diagram", ge=2, le=50)
    bootstrap_reps: int = number("block bootstrap replications", ge=100, le=1_000_000)
    permutations: int = number("shuffles a feature, for its importance", ge=1, le=100)
    max_rows: int = number("rows that are evaluated, subsampled by rule", ge=1000, le=10_000_000)


class ExitLicenceRule(Section):
    """When exit models may act until the next refit: where it earned on left-out rows."""

    alpha: float = frac("one-sided level of the bound that must lie above 0", ge=0.0001, le=0.2)
    block_days: int = number("length of its calendar blocks", ge=1, le=365)
    min_positions: int = number("positions sold, below which there is none", ge=2, le=1_000_000)


class ExitModels(Section):
    """The three exit models on (position, closed bar) rows, their calibrator and licence."""

    trees: BoostedTrees
    min_train: MinTrainingSet
    max_rows: int = number("rows a fit, subsampled by rule beyond", ge=1000, le=10_000_000)
    runs: int = number("runs of time, each left out of one model at a refit", ge=2, le=50)
    stake_cap_bps: float = number("money at stake beyond which a row counts no more", ge=1, le=1e4)
    licence: ExitLicenceRule
    evaluation: ExitEvaluation


class ExitDecision(Section):
    """What the calibrated exit probability does; each part can be switched off."""

    full: bool = Field(description="sell everything above full_probability")
    partial: bool = Field(description="sell a part above partial_probability, once")
    full_probability: float = frac("strictly above: the whole position is sold")
    partial_probability: float = frac("strictly above: a part is sold, once")
    partial_frac: float = frac("share of the position that a partial exit sells", ge=0.01, le=0.99)

    @model_validator(mode="after")
    def _check_order(self) -> "ExitDecision":
        if self.partial_probability > self.full_probability:
            raise ValueError(
                f"partial_probability ({self.partial_probability:g}) must not exceed "
                f"full_probability ({self.full_probability:g})"
            )
        return self


class AdaptiveExits(Exits):
    """The whole section: phase 0's values and phase 2's rules, each with a switch."""

    quarter_hour_exit_from_phase_2: bool = Field(
        description="keep the fixed quarter-hour exit beside the exit models"
    )
    target_combination: Literal["weighted_sum", "product"] = Field(
        description="how the three multipliers of the dynamic target are combined"
    )
    dynamic_target: DynamicTarget
    trailing: TrailingStop
    models: ExitModels
    decision: ExitDecision
