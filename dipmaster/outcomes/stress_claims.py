"""The roadmap's stress scenarios held against the windows that the stress tests ran."""

from collections.abc import Sequence
from typing import Protocol

from dipmaster.evaluation.claims import WHOLE, Claim
from dipmaster.learning.evaluation.clustered import clopper_pearson
from dipmaster.results.common import Interval
from dipmaster.results.evaluation.claims import RoadmapClaim

SCENARIOS = ("market_crash", "volatility_spike", "correlation_breakdown")
"""Those of the roadmap's RiskValidationFramework, as written there."""

LIMIT_FRAC = 0.05
"""Drawdown below which its risk controls count as effective, and the share that may reach it."""

POSITIONS_OPEN = "positions open"


class WindowCounts(Protocol):
    """How many windows reached the limit."""

    @property
    def beyond_frac(self) -> float:
        """Share of windows whose drawdown reaches the limit."""

    @property
    def worst_drawdown_frac(self) -> float:
        """The largest drawdown."""


class ScenarioRow(Protocol):
    """One scenario, phase and start, of stress.json."""

    @property
    def scenario(self) -> str:
        """Its name."""

    @property
    def phase(self) -> int:
        """Whose account was shocked."""

    @property
    def start(self) -> str:
        """Whether dates were drawn at random or while positions were open."""

    @property
    def independent(self) -> int:
        """Windows that bounds count."""

    @property
    def with_controls(self) -> WindowCounts | None:
        """Figures with risk controls; None without windows."""

    @property
    def reason(self) -> str:
        """Why there are no windows."""


def measure_stress_claims(
    rows: Sequence[ScenarioRow], phase: int, alpha: float
) -> tuple[RoadmapClaim, ...]:
    """Judge the three scenarios by the windows that began while positions were open.

    At a random date an account that is mostly in cash meets any limit. Met where the exact upper
    bound of the share of windows beyond the limit is below 5 %.

    Parameters
    ----------
    rows
        Of stress.json; none where it has not been run.
    phase
        The last that was traded.
    alpha
        One-sided level of each bound.
    """
    chosen = {
        row.scenario: row for row in rows if row.phase == phase and row.start == POSITIONS_OPEN
    }
    return tuple(_judge(chosen[name], alpha) for name in SCENARIOS if name in chosen)


def _judge(row: ScenarioRow, alpha: float) -> RoadmapClaim:
    words = f"drawdown below 5 % under {row.scenario.replace('_', ' ')}: windows beyond it"
    claim = Claim(f"risk.{row.scenario}", "Risk validation", words, LIMIT_FRAC, "frac", WHOLE)
    figures = row.with_controls
    if figures is None or not row.independent:
        return claim.insufficient(row.reason or "no window began with a position open")
    share = figures.beyond_frac
    bounds = clopper_pearson(share, float(row.independent), alpha)
    worst = f"{100 * figures.worst_drawdown_frac:.2f} % is the largest drawdown, positions open"
    return claim.below(Interval(share, *bounds), row.independent, "", worst)
