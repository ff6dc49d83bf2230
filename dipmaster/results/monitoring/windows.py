"""What is measured window by window: rates, drift, calibration, the win rate so far."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Interval, SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many a day, in the newest window against the windows before.

    Attributes
    ----------
    what
        candidates, or signals: candidates that the final phase bought.
    recent_days, before_days
        Days out of sample in either.
    ratio
        Recent over before, bounds from resampled runs of days; no value before two windows.
    """

    what: Literal["candidates", "signals"]
    recent_per_day: float | None
    before_per_day: float | None
    recent_days: int
    before_days: int
    ratio: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDrift:
    """One input of the models, in the newest window against the window they were trained on.

    Attributes
    ----------
    psi
        Population stability index with bounds from resampled runs of days.
    chance_mean, chance_high
        Its mean where nothing drifts, and the level beyond which it lies with the probability
        alpha then, at the effective sample sizes.
    n_recent, n_training
        Candidates; n_effective is n over the design effect.
    p_value
        Of the index under no drift.
    """

    feature: str
    psi: Interval
    chance_mean: float | None
    chance_high: float | None
    n_recent: int
    n_training: int
    n_effective_recent: float | None
    n_effective_training: float | None
    p_value: float | None

    @property
    def excess(self) -> float | None:
        """Index less its mean by chance; None where nothing was measured."""
        if self.psi.value is None or self.chance_mean is None:
            return None
        return self.psi.value - self.chance_mean


def rank_by_excess(drift: Iterable[FeatureDrift]) -> list[FeatureDrift]:
    """Inputs that were measured, the one farthest above chance first."""
    measured = [one for one in drift if one.excess is not None]
    return sorted(measured, key=lambda one: one.excess or 0.0, reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationWindow:
    """Candidates of one window whose confidence was high, and what became of them.

    Attributes
    ----------
    from_day, to_day
        First day, and the first day after it.
    predicted_frac, observed_frac
        Mean confidence, and win rate of the baseline trades.
    gap
        Observed less predicted; bounds by episodes.
    """

    from_day: str
    to_day: str
    predicted_frac: float | None
    observed_frac: float | None
    gap: SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRatePoint:
    """Win rate so far at the end of a day, with the bounds of its confidence sequence."""

    day: str
    trades: int
    win_rate: Interval
