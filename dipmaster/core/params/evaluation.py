"""Sections of the evaluation: split, gates, report."""

from pydantic import Field, model_validator

from dipmaster.core.params.base import Section, frac, number
from dipmaster.core.params.roadmap import FINAL_PHASE

LEAST_BLOCKS = 4
"""Fewest blocks that give bounds of what has no limits: with fewer Student's t has no variance."""


class Split(Section):
    """Where the out-of-sample period begins."""

    burn_in_days: int = number("days before the first gated trade", ge=1, le=3650)
    min_out_of_sample_days: int = number("days that must be left after it", ge=1, le=3650)
    models_from_day: int = number("day of the first fit of base models", ge=1, le=3650)

    @model_validator(mode="after")
    def _check_order(self) -> "Split":
        if self.models_from_day > self.burn_in_days:
            raise ValueError(
                "models_from_day must not lie beyond burn_in_days: phases from 1 on could not "
                "act at first, and would be compared with one that does"
            )
        return self


class RandomEntry(Section):
    """Matched random entries: what the same exits win without a signal."""

    pool: int = number("bars simulated at most", ge=100, le=100_000)
    draws: int = number("portfolios drawn from the pool", ge=100, le=100_000)


class GateTargets(Section):
    """The roadmap's target column of one phase."""

    win_rate: float = frac("at least")
    sharpe: float = number("at least, annualised", ge=-10, le=20)
    profit_factor: float = number("at least", ge=0, le=100)
    max_drawdown: float = frac("below")


class PhaseTargets(Section):
    """The achievement matrix: one column a phase."""

    phase_1: GateTargets
    phase_2: GateTargets
    phase_3: GateTargets
    phase_4: GateTargets


class Gates(Section):
    """One rule for every gate: the bound has to clear the target."""

    seed: int = number("root of the bootstrap and random-entry streams", ge=0, le=2**32 - 1)
    alpha: float = frac("one-sided level of every bound", ge=0.0001, le=0.2)
    block_days: int = number("length of a calendar block", ge=1, le=365)
    bootstrap_reps: int = number("bootstrap replications", ge=100, le=1_000_000)
    min_trades: int = number("fewer trades: insufficient", ge=2, le=1_000_000)
    min_losing_trades: int = number("fewer losing trades: insufficient", ge=0, le=1_000_000)
    few_losing_trades: int = number("below: the widened bounds apply", ge=0, le=1_000_000)
    min_blocks: int = number(
        "fewer blocks with trades, or fewer than 4: insufficient", ge=2, le=1000
    )
    drawdown_horizon_days: int = number("length over which drawdown is measured", ge=1, le=3650)
    random_entry: RandomEntry
    targets: PhaseTargets

    @model_validator(mode="after")
    def _check_order(self) -> "Gates":
        if self.min_losing_trades > self.few_losing_trades:
            raise ValueError("min_losing_trades must not exceed few_losing_trades")
        return self

    def targets_of(self, phase: int) -> GateTargets:
        """A phase's own column of the achievement matrix; the final one where it has none."""
        final: GateTargets = getattr(self.targets, f"phase_{FINAL_PHASE}")
        column: GateTargets = getattr(self.targets, f"phase_{phase}", final)
        return column

    @property
    def blocks_needed(self) -> int:
        """Blocks with trades that a verdict needs: at least as many as bounds do."""
        return max(self.min_blocks, LEAST_BLOCKS)


class Benchmark(Section):
    """What a phase is shown beside."""

    cash_annual_rate_frac: float = frac("annual return of cash, an assumption", ge=-0.1, le=0.5)


class Report(Section):
    """Words and switches of the report."""

    title: str = Field(description="question that page one answers", min_length=1, max_length=120)
