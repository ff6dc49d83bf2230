"""All phases judged to validate.json: everything behind the gates."""

from dataclasses import asdict
from functools import partial
from itertools import pairwise

from dipmaster.backtest.entries import places_of
from dipmaster.core.errors import PipelineError
from dipmaster.core.params import Params
from dipmaster.evaluation.claims import later_promises
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.figures.phase_figures import period_record, phase_record
from dipmaster.evaluation.intrabar import intrabar_record
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation, inconclusive
from dipmaster.evaluation.phase_orders import Phase, abstained_at
from dipmaster.evaluation.phases.exits import claims
from dipmaster.evaluation.phases.exits.orders import ExitInputs, way_out
from dipmaster.evaluation.phases.exits.results import Material, exits_record
from dipmaster.evaluation.phases.selection import claims
from dipmaster.evaluation.phases.selection.signals import funnel, signal_quality
from dipmaster.evaluation.reading import Seen
from dipmaster.evaluation.run import Ladder
from dipmaster.evaluation.statistics.gates import Ruling
from dipmaster.evaluation.statistics.paired.comparison import difference_record
from dipmaster.signal_filter import check_facts, confirmation_signs
from dipmaster.signal_filter.inputs import Inputs

FILTERED = 1  # the phase whose filter and signals are followed candidate by candidate
ADAPTIVE = 2  # the phase whose exits are


def details_of(found: Ladder, ruling: Ruling, seen: Seen, params: Params) -> Record:
    """Every figure outside gates.json; None where it cannot be computed.

    Raises
    ------
    PipelineError
        Where a phase was left out.
    """
    if seen.exits is None:
        raise PipelineError("phase 2 was not asked for: nothing of its exits can be told")
    differences = {
        str(later.phase): difference_record(
            later, earlier, found.ledgers, found.period, params.gates
        )
        for earlier, later in pairwise(found.evaluations)
    }
    quality, exits = _quality(found, seen, params), _exits(found, seen, seen.exits, params)
    return {
        "verdict": ruling.verdict,
        "verdict_reason": ruling.reason,
        "period": period_record(found.period),
        "built_phases": found.built,
        "phases": {
            str(one.phase): {
                **_figures(one, found, seen, params),
                "intrabar": _intrabar(phase, found, seen, params),
            }
            for one, phase in zip(found.evaluations, found.phases, strict=True)
        },
        "checks": [
            {"phase": one.phase, **asdict(check)}
            for one in found.evaluations
            for check in one.checks
        ],
        "differences": differences,
        "funnel": _funnel(found, seen, params),
        "signal_quality": quality,
        "exits": exits,
        "promises": [
            *_selecting(found, differences[str(FILTERED)], quality, seen, params),
            *_leaving(found, differences[str(ADAPTIVE)], exits, params),
            *later_promises(),
        ],
    }


def _figures(one: PhaseEvaluation, found: Ladder, seen: Seen, params: Params) -> Record:
    """Of one phase; those from 1 on say whether they abstained."""
    record = phase_record(
        one,
        found.ledgers[one.phase],
        seen.candidates,
        found.period,
        params.exits.cap_bars,
        params.gates,
    )
    if not one.phase:
        return record
    at = abstained_at(seen.candidates, found.admission, found.period)
    return {
        **record,
        "abstained": one.abstained or None,
        "abstained_at": at or None,
        "harm": one.harm or None,
    }


def _intrabar(phase: Phase, found: Ladder, seen: Seen, params: Params) -> Record:
    return intrabar_record(
        seen.panel,
        phase.orders,
        params.execution,
        phase.rules,
        found.ledgers[phase.number],
        found.period,
    )


def _funnel(found: Ladder, seen: Seen, params: Params) -> Record:
    regime = seen.scores["regime"].to_numpy(dtype="int64")
    inputs = Inputs(seen.inputs, seen.absent)
    return funnel(
        seen.scores,
        found.admission,
        found.traded(FILTERED),
        found.period,
        params.filter,
        params.confirmation,
        params.gates,
        check_facts(params.signal, params.filter, seen.inputs, seen.absent),
        confirmation_signs(inputs, regime, params.confirmation),
    )


def _quality(found: Ladder, seen: Seen, params: Params) -> Record:
    traded = found.traded(FILTERED)
    return signal_quality(
        seen.scores, found.admission, traded, found.period, params.gates, seen.truth
    )


def _exits(found: Ladder, seen: Seen, inputs: ExitInputs, params: Params) -> Record:
    score = inputs.score(params.exits.cap_bars)
    material = Material(
        *places_of(seen.candidates, seen.panel),
        found.traded(ADAPTIVE - 1),
        found.traded(ADAPTIVE),
        inputs.plans,
        score,
        partial(way_out, inputs, score),
        found.ledgers[ADAPTIVE],
    )
    return exits_record(
        material, seen.panel, found.period, params.execution, params.exits, params.gates
    )


def _selecting(
    found: Ladder, difference: Record, quality: Record, seen: Seen, params: Params
) -> list[Record]:
    return claims.promises(
        difference,
        quality,
        seen.volatility["regimes"],
        seen.confidence["calibration_by_regime"],
        inconclusive(found.evaluations[FILTERED], params.gates),
        found.period.blocks,
        params.gates,
    )


def _leaving(found: Ladder, difference: Record, exits: Record, params: Params) -> list[Record]:
    earlier, later = (found.evaluations[phase] for phase in (ADAPTIVE - 1, ADAPTIVE))
    lacking = inconclusive(later, params.gates) or inconclusive(earlier, params.gates)
    return claims.promises(difference, exits, later.sample.trades, lacking)
