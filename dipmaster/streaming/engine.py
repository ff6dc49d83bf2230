"""Bars of all coins, one open time after the other, to the decisions and accounts of all phases.

At each step of the grid: sales and purchases of the bar that has closed, then what its close
makes known (outcomes, exit scores, candidates with their scores and sizes), which is ordered
for the next open. A step without a bar of any coin is a step all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.backtest import ExitRules
from dipmaster.backtest.costs import build_costs
from dipmaster.core.params import Execution, Exits, Params
from dipmaster.core.time_units import BAR_MS, out_of_sample_start_ms
from dipmaster.exits.model_files import StoredModels
from dipmaster.exits.target import ExitTargets
from dipmaster.streaming.account import AccountStep, StreamAccount
from dipmaster.streaming.adaptive import ExitScorer, TargetStream, build_adaptive_rules
from dipmaster.streaming.bars import BarCheck
from dipmaster.streaming.candidates import CandidateStream
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.evidence import EvidenceSource
from dipmaster.streaming.funding import FundingStream
from dipmaster.streaming.market import MarketBar, MarketBarStream, MarketFacts
from dipmaster.streaming.orders import BarOrders
from dipmaster.streaming.outcomes import OutcomeBook
from dipmaster.streaming.path_records import PathPlans, PathStep
from dipmaster.streaming.paths import StandalonePaths
from dipmaster.streaming.phases import PHASES, ExitRuleSet, list_phases
from dipmaster.streaming.scoring import CandidateScorer, ScoredCandidates
from dipmaster.streaming.selection import select_orders
from dipmaster.streaming.sizing import SizingStream
from dipmaster.streaming.sources import VolatilitySource
from dipmaster.streaming.state import Saved, Stateful, join_saved, select_saved

NO_ORDERS = BarOrders(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0),
    np.empty(0, np.int64),
)  # fmt: skip


@dataclass(frozen=True)
class StreamParts:
    """What an engine is put together from; `assembly` reads it from the project.

    Attributes
    ----------
    evidence
        None where there are no alternative data.
    """

    facts: MarketFacts
    params: Params
    market: MarketBarStream
    scorer: CandidateScorer
    exit_models: StoredModels
    funding: FundingStream
    volatility: VolatilitySource
    evidence: EvidenceSource | None


class StreamEngine:
    """Everything from a closed bar to the accounts of all phases.

    State is bounded by coins, but for one confidence a candidate and one confidence and outcome a
    candidate and sized phase, from which terciles and recalibrations are made.
    """

    def __init__(self, parts: StreamParts) -> None:
        params, facts = parts.params, parts.facts
        self._execution: Execution = params.execution
        self._exits: Exits = params.exits
        self.phases = list_phases(has_evidence=parts.evidence is not None)
        self.facts, self._market, self._scorer = facts, parts.market, parts.scorer
        self._volatility = parts.volatility
        self._sources: dict[str, Stateful] = {"volatility": parts.volatility}
        self._evidence = parts.evidence
        if parts.evidence is not None:
            self._sources["evidence"] = parts.evidence
        self._funding, self._check = parts.funding, BarCheck(facts, params.ingest)
        self._candidates = CandidateStream(len(facts.symbols), params.signal)
        self._targets = TargetStream(params.exits)
        self._exit_scorer = ExitScorer(parts.exit_models)
        self._start = out_of_sample_start_ms(facts.first_ms, params.split.burn_in_days) // BAR_MS
        self._baseline = self._build_paths(ExitRules.phase_0(params.exits))
        self._adaptive = self._build_paths(build_adaptive_rules(params.exits))
        self._outcomes = OutcomeBook()
        self._sizing = {
            phase: SizingStream(params.sizing, facts.first_ms, params.split.models_from_day)
            for phase in self.phases
            if PHASES[phase].is_sized and params.sizing.rule != "fixed"
        }
        self.accounts = {phase: self._open_account(phase) for phase in self.phases}
        self._orders = dict.fromkeys(self.phases, NO_ORDERS)
        self._next = facts.first_ms // BAR_MS

    def push(self, time_ms: int, bars: Mapping[str, Mapping[str, float]]) -> list[BarDecisions]:
        """Take in the bars that opened at `time_ms` and have closed.

        Returns
        -------
        list
            One step of the grid each: those without any bar since the last time, then this one.

        Raises
        ------
        DataError
            For a time off the grid or not after the last one, an unknown coin, or a bar that
            cannot be one, with coin and time; nothing has been taken in then.
        """
        accepted = self._check.accept(time_ms, self._next * BAR_MS, bars)
        steps = [self._step({}) for _ in range(self._next, time_ms // BAR_MS)]
        return [*steps, self._step(accepted)]

    def prepare(self) -> None:
        """Do what the next bar needs before it has come; `push` does what was left undone."""
        self._volatility.prepare()
        if self._evidence is not None:
            self._evidence.prepare()

    @property
    def next_ms(self) -> int:
        """First open time that may come next."""
        return self._next * BAR_MS

    def finish(self) -> dict[int, AccountStep]:
        """Close every position as the batch does where the data end: the engine has no use then."""
        number = self._next - 1
        closed = {name: paths.close_at_end(number) for name, paths in self._paths.items()}
        return {
            phase: account.close_at_end(closed[PHASES[phase].exits], number)
            for phase, account in self.accounts.items()
        }

    def _step(self, bars: Mapping[str, Mapping[str, float]]) -> BarDecisions:
        bar = self._market.push(self._next, bars)
        funding = self._funding.push(bar)
        followed = {name: paths.push(bar, funding) for name, paths in self._paths.items()}
        accounts = {
            phase: account.push(bar, self._orders[phase], followed[PHASES[phase].exits], funding)
            for phase, account in self.accounts.items()
        }
        self._learn(bar, followed["adaptive"])
        rows = self._exit_scorer.score(bar, self._adaptive)
        self._adaptive.put_scores(rows.candidate_id, rows.held, rows.acting)
        candidates = self._candidates.push(bar)
        scored = targets = None
        self._orders = dict.fromkeys(self.phases, NO_ORDERS)
        if self._evidence is not None:
            self._evidence.push(bar)
        if len(candidates):
            scored = self._scorer.score(bar, candidates)
            targets = self._targets.plan(bar, scored)
            self._follow(bar, scored, targets)
            self._orders = self._order(bar, scored)
        self._next += 1
        return BarDecisions(bar, accounts, rows, candidates, scored, targets, self._orders)

    def _learn(self, bar: MarketBar, step: PathStep) -> None:
        """Outcomes of the bar to the sizes of phases that have their own, then a refit's date."""
        outcomes = self._outcomes.take(step)
        for phase, sizing in self._sizing.items():
            sizing.learn(*outcomes.scored(with_evidence=PHASES[phase].needs_evidence))
            sizing.refit(bar.decided_ms)

    def _follow(self, bar: MarketBar, scored: ScoredCandidates, targets: ExitTargets) -> None:
        """Follow the candidates from the next open on, whether ordered or not."""
        candidates = scored.candidates
        ids, coin, size = candidates.candidate_id, candidates.coin, len(candidates)
        fold = self._exit_scorer.find_fold(bar.decided_ms, size)
        nobody = np.full(size, -1, np.int64)
        target = np.full(size, self._exits.target_frac)
        self._baseline.wait(PathPlans(ids, coin, target, nobody))
        self._adaptive.wait(PathPlans(ids, coin, targets.target_frac, fold))
        later = scored.evidence_confidence
        self._outcomes.wait(ids, scored.regime, scored.scores.confidence,
                            scored.scores.confidence if later is None else later)  # fmt: skip

    def _order(self, bar: MarketBar, scored: ScoredCandidates) -> dict[int, BarOrders]:
        """What every phase orders of the candidates of this close."""
        if self._crosses_start(bar):
            return dict.fromkeys(self.phases, NO_ORDERS)
        selected = select_orders(scored, self._execution.size_frac)
        return {
            phase: self._size(phase, bar, selected[PHASES[phase].selection])
            for phase in self.phases
        }

    def _size(self, phase: int, bar: MarketBar, orders: BarOrders) -> BarOrders:
        sizing = self._sizing.get(phase)
        return orders if sizing is None or not len(orders) else sizing.size_orders(bar, orders)

    def _crosses_start(self, bar: MarketBar) -> bool:
        """Whether a position from this close could still be open at the out-of-sample start."""
        number, limit = bar.number, self._exits.max_holding_bars
        return number < self._start <= number + 1 + limit

    def _build_paths(self, rules: ExitRules) -> StandalonePaths:
        exits, costs = self._exits, build_costs(self._execution)
        return StandalonePaths(rules, costs, exits.stop_frac, exits.max_holding_bars)

    @property
    def _paths(self) -> dict[ExitRuleSet, StandalonePaths]:
        return {"baseline": self._baseline, "adaptive": self._adaptive}

    def _open_account(self, phase: int) -> StreamAccount:
        paths = self._paths[PHASES[phase].exits]
        return StreamAccount(
            self._execution, paths.scalars.partial_frac, charged=self._funding.is_charged
        )

    def _stateful(self) -> dict[str, Stateful]:
        sizing = {f"sizing_{phase}": one for phase, one in self._sizing.items()}
        accounts = {f"account_{phase}": one for phase, one in self.accounts.items()}
        return {
            "market": self._market,
            "funding": self._funding,
            "candidates": self._candidates,
            "targets": self._targets,
            "baseline": self._baseline,
            "adaptive": self._adaptive,
            "outcomes": self._outcomes,
            **sizing,
            **accounts,
            **self._sources,
        }

    def save(self) -> Saved:
        """Everything that the next bars depend on, as named arrays."""
        parts = {name: part.save() for name, part in self._stateful().items()}
        parts |= {f"orders_{phase}": one.save() for phase, one in self._orders.items()}
        return join_saved(parts) | {"next": np.array(self._next)}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called, on an engine of the same parts."""
        for name, part in self._stateful().items():
            part.load(select_saved(saved, name))
        self._next = int(saved["next"])
        self._orders = {
            phase: BarOrders.load(select_saved(saved, f"orders_{phase}")) for phase in self.phases
        }
