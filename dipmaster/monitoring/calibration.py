"""Confident candidates to what became of them: whether a high confidence is still earned.

All candidates whose confidence is high are looked at, traded or not: there are several a day
where trades are several a week, so that a confidence which is no longer earned shows earlier.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from dipmaster.core.kernels import Floats
from dipmaster.monitoring.episodes import Episodes, group_episodes
from dipmaster.monitoring.inputs import WatchedCandidates, Window
from dipmaster.results.common import SampleInterval
from dipmaster.results.monitoring.windows import CalibrationWindow

MIN_EPISODES = 5


@dataclass(frozen=True)
class ConfidentCandidates:
    """Candidates out of sample with a high confidence and a known outcome."""

    confidence: Floats
    won: Floats
    episodes: Episodes

    def overconfidence(self, tolerance_frac: float) -> Floats:
        """Mean of confidence less outcome less tolerance of each episode; shape (episodes,)."""
        return self.episodes.average(self.confidence - tolerance_frac - self.won)


def select_confident(
    candidates: WatchedCandidates, out_of_sample_ms: int, last_ms: int, confident_from: float
) -> ConfidentCandidates:
    """Those whose outcome is known at the close of the last bar."""
    rows = np.flatnonzero(
        (candidates.signal_ms >= out_of_sample_ms)
        & (candidates.confidence >= confident_from)
        & np.isfinite(candidates.won)
        & (candidates.known_ms <= last_ms)
    )
    return ConfidentCandidates(
        candidates.confidence[rows],
        candidates.won[rows],
        group_episodes(candidates.signal_ms[rows], candidates.known_ms[rows]),
    )


def measure_window(
    confident: ConfidentCandidates, window: Window, alpha: float
) -> CalibrationWindow:
    """Observed less predicted of the episodes that ended in a window, bounds by episodes."""
    ended = window.has(confident.episodes.ends_ms)
    rows = np.flatnonzero(ended[confident.episodes.member])
    predicted, observed = confident.confidence[rows], confident.won[rows]
    if not rows.size:
        gap = SampleInterval(value=None, low=None, high=None, n=0, reason="no such candidate")
        return CalibrationWindow(
            from_day=window.from_day,
            to_day=window.to_day,
            predicted_frac=None,
            observed_frac=None,
            gap=gap,
        )
    return CalibrationWindow(
        from_day=window.from_day,
        to_day=window.to_day,
        predicted_frac=float(predicted.mean()),
        observed_frac=float(observed.mean()),
        gap=_bound_gap(observed - predicted, confident.episodes.member[rows], alpha),
    )


def _bound_gap(
    gaps: Floats, member: "np.ndarray[tuple[int], np.dtype[np.int64]]", alpha: float
) -> SampleInterval:
    """Mean with a standard error clustered by episode (Liang and Zeger 1986)."""
    mean, n = float(gaps.mean()), gaps.size
    sums = np.bincount(np.unique(member, return_inverse=True)[1], gaps - mean)
    if sums.size < MIN_EPISODES:
        reason = f"{sums.size} episodes, {MIN_EPISODES} needed"
        return SampleInterval(value=mean, low=None, high=None, n=n, reason=reason)
    error = float(np.sqrt((sums**2).sum() * sums.size / (sums.size - 1))) / n
    reach = float(stdtrit(sums.size - 1, 1.0 - alpha)) * error
    return SampleInterval(value=mean, low=mean - reach, high=mean + reach, n=n, reason="")
