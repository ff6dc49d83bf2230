"""What was read to all phases traded and judged, each building on the one before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.backtest.entries import places_of
from dipmaster.core.kernels import Bools
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Params
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.phase_orders import (
    Phase,
    in_regimes,
    judge_phase,
    phase_0,
    phase_1,
    trade_phase,
    why_abstained,
)
from dipmaster.evaluation.phases.exits.degradation import harm_by_models
from dipmaster.evaluation.phases.exits.eligible_entries import cases_of
from dipmaster.evaluation.phases.exits.integrity import exit_checks
from dipmaster.evaluation.phases.exits.orders import phase_2, way_out
from dipmaster.evaluation.phases.selection.integrity import admission_checks
from dipmaster.evaluation.reading import Seen
from dipmaster.evaluation.statistics.gates import failed
from dipmaster.evaluation.statistics.period import Period, split_period

ADAPTIVE = 2  # the first phase left by exit models


@dataclass(frozen=True)
class Ladder:
    """What a run of the stage found.

    Attributes
    ----------
    admission
        Table ADMISSION, row by row the candidates.
    phases
        In order; each builds on the one before.
    ledgers
        By number of the phase.
    evaluations
        One a phase, in their order.
    """

    period: Period
    admission: pd.DataFrame
    phases: tuple[Phase, ...]
    ledgers: Mapping[int, Ledger]
    evaluations: tuple[PhaseEvaluation, ...]

    @property
    def built(self) -> list[int]:
        """Numbers of the phases."""
        return [one.phase for one in self.evaluations]

    def traded(self, phase: int) -> Bools:
        """Shape (candidates,), on which of them a phase opened a position."""
        traded = np.zeros(len(self.admission), dtype=np.bool_)
        traded[self.ledgers[phase].trades["candidate_id"].to_numpy(dtype=np.int64)] = True
        return traded


def climb(seen: Seen, params: Params) -> Ladder:
    """Trade and judge every phase that is built, up to the first whose inputs were not read."""
    period = split_period(seen.panel, params.split, params.gates.block_days)
    admission = admissions(seen, params)
    phases = _phases(seen, admission, period, params)
    ledgers = {one.number: trade_phase(one, seen.panel, params.execution) for one in phases}

    def judged(phase: Phase) -> PhaseEvaluation:
        return judge_phase(
            phase,
            ledgers[phase.number],
            seen.panel,
            seen.around,
            period,
            params.execution,
            params.gates,
            _proofs(phase.number, ledgers[phase.number], seen, admission, params),
        )

    found = in_threads(judged, phases, "judging phases")
    held = tuple(_guarded(one, seen, period, params) for one in found)
    return Ladder(period, admission, phases, ledgers, held)


def _guarded(one: PhaseEvaluation, seen: Seen, period: Period, params: Params) -> PhaseEvaluation:
    """Fail a phase whose models do harm; one that traded nothing, or does not add up, stays."""
    if seen.exits is None or one.phase < ADAPTIVE or one.abstained or one.broken:
        return one
    score = seen.exits.score(params.exits.cap_bars)
    nobody = np.zeros(len(seen.candidates), dtype=np.bool_)
    places = places_of(seen.candidates, seen.panel)
    cases = cases_of(seen.panel, *places, period, nobody, nobody)
    harm = harm_by_models(
        seen.panel,
        cases,
        params.execution,
        params.exits,
        partial(way_out, seen.exits, score),
        params.gates,
    )
    return replace(one, gates=failed(one.gates, harm), harm=harm)


def admissions(seen: Seen, params: Params) -> pd.DataFrame:
    """Table ADMISSION under the params of this run."""
    return admit(
        seen.candidates,
        seen.inputs,
        seen.scores,
        params.signal.rule,
        params.signal.rsi_min_v4,
        params.confidence.thresholds,
        params.filter,
        params.confirmation,
        seen.absent,
    )


def _phases(
    seen: Seen, admission: pd.DataFrame, period: Period, params: Params
) -> tuple[Phase, ...]:
    first = phase_0(
        seen.candidates, seen.panel, period, params.execution, params.exits, params.gates
    )
    unscored = str(seen.confidence["reason"] or "")
    why = why_abstained(seen.candidates, admission, period, unscored)
    second = phase_1(first, seen.scores, admission, params.gates, why)
    lower = in_regimes(first, seen.scores), second
    if seen.exits is None:
        return lower
    third = phase_2(second, seen.exits, params.execution, params.exits, params.gates)
    return *lower, third


def _proofs(
    phase: int, ledger: Ledger, seen: Seen, admission: pd.DataFrame, params: Params
) -> tuple[Check, ...]:
    """What a phase adds must hold of its ledger and of those of the phases after it."""
    return tuple(
        check
        for since, checks in _PROOFS.items()
        if phase >= since
        for check in checks(ledger, seen, admission, params)
    )


def _admitted(
    ledger: Ledger, seen: Seen, admission: pd.DataFrame, params: Params
) -> tuple[Check, ...]:
    return admission_checks(
        ledger.trades,
        seen.candidates,
        seen.scores,
        admission,
        params.confidence.thresholds if params.filter.threshold else None,
        seen.confidence["folds"],
    )


def _left(ledger: Ledger, seen: Seen, admission: pd.DataFrame, params: Params) -> tuple[Check, ...]:
    return exit_checks(ledger, seen.candidates, seen.exits, params.exits) if seen.exits else ()


# The phase that adds something, and what must hold from it on.
_PROOFS: Mapping[int, Callable[[Ledger, Seen, pd.DataFrame, Params], tuple[Check, ...]]] = {
    1: _admitted,
    2: _left,
}
