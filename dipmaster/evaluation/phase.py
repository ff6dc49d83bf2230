"""What a phase is: the unit that evaluation goes through, one after the other.

Phases are cumulative settings of ONE strategy over the same bars, candidates and
out-of-sample period. Whatever a phase does not define it does as the phase before it: it
orders the same entries, leaves them by the same exits and must pass the same checks. So a
phase with nothing but a number, a name and a title trades exactly what the one before it
trades.

A phase is a frozen dataclass whose fields are what it reads for itself (`read_inputs`);
everything else comes in as an argument. It never looks at a phase after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from dipmaster.backtest import Entries, Ledger, TradeOutcomes
from dipmaster.core.errors import PipelineError
from dipmaster.core.kernels import Bools
from dipmaster.core.params import Gates, Params
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.standalone import (
    EligibleEntries,
    ExitPolicy,
    StandaloneTrades,
    build_standalone_trades,
)
from dipmaster.evaluation.statistics.random_entry.portfolios import ExitSimulator
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.phase import Degradation, LostAt, PhaseDescription


@dataclass(frozen=True)
class Abstention:
    """Why a phase orders no candidate out of sample; all empty where it orders one.

    Attributes
    ----------
    reason
        In words.
    lost_at
        The step at which the last candidate was lost.
    """

    reason: str = ""
    lost_at: LostAt = ""


@dataclass(frozen=True)
class PhaseOrders:
    """What a phase buys.

    Attributes
    ----------
    entries
        Of the whole period, burn-in included; none may cross the out-of-sample start. Their targets
        are set by the phase's exit policy.
    abstention
        None in a phase that orders every candidate: it cannot abstain.
    """

    entries: Entries
    abstention: Abstention | None = None


@dataclass(frozen=True)
class OwnResults:
    """What one phase alone has to report.

    Attributes
    ----------
    sections
        Field of `ValidationResults` to its content.
    claims
        The roadmap's claims about this phase, measured.
    """

    sections: Mapping[str, Any]
    claims: Sequence[RoadmapClaim] = ()


Completed = Sequence["CompletedPhase"]
JudgedPhases = Sequence["JudgedPhase"]
Checks = Mapping[str, tuple[Check, ...]]
Differences = Mapping[int, PhaseComparison]


class Phase:
    """One phase of the roadmap; every method has the phase before it as its default.

    Attributes
    ----------
    number
        As in ledgers, gates and params; phases are evaluated in rising order.
    name
        Of its package.
    title
        In print, as it stands within a sentence: "signal filter".
    addition
        What it adds that can cost money, in the plural: "exit models".
    replaces
        What it puts in the place of what the phase before has, in the plural: "exits". As long as
        the phase is not adopted those of the phase before remain the default; empty where it
        replaces nothing.
    """

    number: ClassVar[int]
    name: ClassVar[str]
    title: ClassVar[str]
    addition: ClassVar[str] = "additions"
    replaces: ClassVar[str] = ""

    @classmethod
    def describe(cls) -> PhaseDescription:
        """What it is called in print."""
        return PhaseDescription(title=cls.title, addition=cls.addition, replaces=cls.replaces)

    @classmethod
    def missing_input(cls) -> Path | None:
        """Name what this phase cannot do without and no stage has written yet; nothing."""
        return None

    @classmethod
    def read_inputs(cls, inputs: EvaluationInputs, params: Params) -> Self:
        """Read what this phase alone needs of the stages before; nothing."""
        return cls()

    def targets(self, gates: Gates) -> Mapping[str, float]:
        """Metric to target: the phase's own column of the achievement matrix, or the final one."""
        column: Mapping[str, float] = gates.targets_of(self.number).model_dump()
        return column

    def orders(self, context: EvaluationContext, completed: Completed) -> PhaseOrders:
        """Say what is bought; as the phase before.

        Parameters
        ----------
        completed
            The phases before this one, in order, with their ledgers and standalone
            outcomes. These reach to the end of the data: what is decided at a signal
            may use an outcome only where its exit bar had closed by then.
        """
        return self._before(completed).orders

    def exit_policy(self, context: EvaluationContext, completed: Completed) -> ExitPolicy:
        """Say how every candidate would be left, ordered or not; as the phase before."""
        return self._before(completed).exit_policy

    def exit_simulator(self, context: EvaluationContext, completed: Completed) -> ExitSimulator:
        """Say how any other bar would be left, for random entries; as the phase before."""
        return self._before(completed).exit_simulator

    def integrity_checks(
        self, context: EvaluationContext, completed: Completed, ledger: Ledger
    ) -> Checks:
        """Check what must hold of the ledger beside its arithmetic; as the phase before.

        By what is checked, under the name of the phase that added it. A phase that adds
        something adds an entry to ``super().integrity_checks(...)``; one that replaces
        something puts its own checks in the place of those of what it replaced.
        """
        if not completed:
            return {}
        *earlier, before = completed
        return before.phase.integrity_checks(context, earlier, ledger)

    def degradation(self, context: EvaluationContext, this: "CompletedPhase") -> Degradation | None:
        """Say what this phase adds that is shown to cost money, and how much; None where nothing.

        It fails the phase, whatever its gates say. Judged once, for the phase that adds
        it: later phases do not repeat it, and the overall ruling remembers it.
        """
        return None

    def own_results(
        self, context: EvaluationContext, judged: JudgedPhases, differences: Differences
    ) -> OwnResults:
        """Measure what this phase alone has, and the roadmap's claims about it; nothing.

        Both in one, because claims are held against what was measured.

        Parameters
        ----------
        judged
            The phases up to this one, which is the last.
        differences
            Phase to what it changed against the one before it, of `compare_phases`.
        """
        return OwnResults({})

    def _before(self, completed: Completed) -> "CompletedPhase":
        if not completed:
            raise PipelineError(
                f"phase {self.number} ({self.name}) is the first and does not say what it trades.\n"
                "  Fix: give it orders, an exit policy and an exit simulator of its own."
            )
        return completed[-1]


@dataclass(frozen=True)
class CompletedPhase:
    """A phase that was traded.

    Attributes
    ----------
    orders
        With the targets of the exit policy.
    standalone
        A row a candidate: each alone under the exit policy, whether ordered or not.
    ledger
        Of the whole period, burn-in included.
    """

    phase: Phase
    orders: PhaseOrders
    exit_policy: ExitPolicy
    exit_simulator: ExitSimulator
    standalone: TradeOutcomes
    ledger: Ledger

    @property
    def traded(self) -> Bools:
        """Shape (candidates,), on which of them a position was opened."""
        traded = np.zeros(self.standalone.tradable.size, dtype=np.bool_)
        traded[self.ledger.trades["candidate_id"].to_numpy(dtype=np.int64)] = True
        return traded

    def standalone_trades(self, entries: EligibleEntries) -> StandaloneTrades:
        """Those of the eligible entries."""
        return build_standalone_trades(f"phase {self.phase.number}", entries, self.standalone)


@dataclass(frozen=True)
class JudgedPhase(CompletedPhase):
    """A phase that was traded and judged."""

    evaluation: PhaseEvaluation
